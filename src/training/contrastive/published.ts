/**
 * @file SigLIP and ALIGN in training: the towers that a config.json of Hugging Face states, and their weights in its files.
 * The factor on cosines is trained as CLIP's: logit_scale is its logarithm, whatever the files keep.
 */

import { alignArchitecture, alignFamily } from '../../encoders/align-family.js';
import type { Architecture, Family } from '../../encoders/architecture.js';
import { type ModelFiles, statedBeside } from '../../encoders/checkpoints/model-files.js';
import { storedWeights } from '../../encoders/checkpoints/stored-keys.js';
import { normaliseImages } from '../../encoders/clip.js';
import { readJsonObject } from '../../encoders/model-folder.js';
import { withModel } from '../../encoders/open-model.js';
import type { Weights } from '../../encoders/parameters.js';
import { pictureSettings } from '../../encoders/preprocessing/picture-settings.js';
import { siglipArchitecture, siglipFamily } from '../../encoders/siglip-family.js';
import { captionText } from '../../encoders/tokenizers/clean-text.js';
import { modelTokenizer } from '../../encoders/tokenizers/find-tokenizer.js';
import { trainBpe } from '../../encoders/tokenizers/train-bpe.js';
import type { Shape } from '../../tensor/index.js';
import type { Towers } from './towers.js';

/** A model of these families; plain data. */
export interface PublishedModel {
	readonly kind: PublishedKind;
	/** Contents of its config.json. */
	readonly config: object;
	/** Statistics of pixels in [0, 1], per channel. */
	readonly mean: readonly number[];
	readonly std: readonly number[];
}

export type PublishedKind = 'siglip' | 'align';

interface Kind {
	readonly family: Family;
	architecture(config: object): Architecture;
	/** Shape of the loss's numbers in its files. */
	readonly scalar: Shape;
	/** As {@link Towers.sizeStep}: an average over the last map takes any. */
	readonly sizeStep?: number;
}

const kinds: Readonly<Record<PublishedKind, Kind>> = {
	siglip: { family: siglipFamily, architecture: siglipArchitecture, scalar: [1] },
	align: { family: alignFamily, architecture: alignArchitecture, scalar: [], sizeStep: 32 },
};

/** A model with the pixel statistics of its family. @throws E_CHECKPOINT when the configuration is none of its kind */
export const published = (kind: PublishedKind, config: object): PublishedModel => ({
	kind,
	config,
	...kinds[kind].architecture(config).image!.pixels,
});

/** The towers of a model. */
export function publishedTowers({ kind, config, mean, std }: PublishedModel): Towers {
	const { architecture, sizeStep } = kinds[kind];
	const { embed, image, text } = architecture(config);
	const isSigLip = kind === 'siglip';
	return {
		size: image!.resolution,
		...(sizeStep !== undefined && { sizeStep }),
		width: embed,
		text,
		tokenizer: (json) => modelTokenizer(json, { isSigLip }),
		learnTokenizer: (captions, vocabSize) =>
			isSigLip ? trainBpe(captions, { vocabSize, endOnly: true }) : trainBpe(captions.map(captionText), { vocabSize }),
		pictures: (store, images, statistics) => image!.graph(store, normaliseImages(images, mean, std), statistics),
		texts: (store, rows) => text.graph(store, rows),
	};
}

/** Read a model of one of these kinds, to be trained; undefined for what is of another. @throws E_CHECKPOINT when it is damaged */
export function readPublished(
	files: ModelFiles,
): { readonly model: PublishedModel; readonly weights: Weights } | undefined {
	const stated = statedBeside(files, 'config.json');
	const config = stated ? readJsonObject(stated.path) : {};
	const kind = (Object.keys(kinds) as PublishedKind[]).find(
		(one) => 'model_type' in config && config.model_type === one,
	);
	if (!kind) return undefined;
	return withModel(files, ({ architecture, weights: stored }) => {
		const weights: Weights = new Map([...stored.read('image'), ...stored.read('text')]);
		const { weight, factor } = architecture.scale!;
		const scale = factor(stored.scalar(weight));
		weights.delete(weight);
		weights.set('logit_scale', { shape: [], data: Float32Array.of(Math.log(scale)) });
		const bias = weights.get('logit_bias');
		if (bias) weights.set('logit_bias', { shape: [], data: bias.data });
		return { model: { kind, config, ...pictureSettings(files).statistics(architecture.image!.pixels) }, weights };
	});
}

/** The weights as its files keep them. @param weights of the towers and the loss, and no others */
export function publishedWeights({ kind, config }: PublishedModel, weights: Weights): Weights {
	const { family, architecture, scalar: shape } = kinds[kind];
	const { weight, value } = architecture(config).scale!;
	const all = new Map(weights);
	const factor = Math.exp(weights.get('logit_scale')!.data[0]!);
	all.delete('logit_scale');
	all.set(weight, { shape, data: Float32Array.of(value(factor)) });
	const bias = weights.get('logit_bias');
	if (bias) all.set('logit_bias', { shape, data: bias.data });
	return storedWeights(all, family.tables[0]!);
}
