/** @file Pairs of towers that contrastive training takes: CLIP's (vision transformer or ResNet), the built-in encoder's, SigLIP's and ALIGN's. */

import type { TextTower, TokenInputs } from '../../encoders/architecture.js';
import { type ClipConfig, imageEmbedding, normaliseImages } from '../../encoders/clip.js';
import { clipArchitecture } from '../../encoders/clip-family.js';
import { type ConvTowerConfig, convTower } from '../../encoders/conv-tower.js';
import type { LayerStatistics } from '../../encoders/normed-convolution.js';
import type { ParameterStore } from '../../encoders/parameters.js';
import { type TextConfig, textTransformer } from '../../encoders/text.js';
import { captionText } from '../../encoders/tokenizers/clean-text.js';
import { modelTokenizer } from '../../encoders/tokenizers/find-tokenizer.js';
import type { TextTokenizer } from '../../encoders/tokenizers/tokenizer.js';
import { loadTokenizer } from '../../encoders/tokenizers/tokenizer-json.js';
import { trainBpe } from '../../encoders/tokenizers/train-bpe.js';
import { type BatchStatistics, embeddingWidth } from '../../encoders/tower-parts.js';
import { normaliseText } from '../../encoders/words.js';
import type { Tensor } from '../../tensor/index.js';
import { type PublishedModel, publishedTowers } from './published.js';

/** Sizes of both towers; plain data. */
export type ModelConfig =
	| {
			readonly kind: 'clip';
			readonly clip: ClipConfig;
			/** Statistics of pixels in [0, 1], per channel. */
			readonly mean: readonly number[];
			readonly std: readonly number[];
	  }
	| { readonly kind: 'builtin'; readonly image: ConvTowerConfig; readonly text: TextConfig }
	| PublishedModel;

/** Two towers into one space. */
export interface Towers {
	/** Side of the pictures at full resolution. */
	readonly size: number;
	/** Smaller pictures may have any multiple of this side; absent: none other than full. */
	readonly sizeStep?: number;
	/** Width of the embeddings. */
	readonly width: number;
	readonly text: Omit<TextTower, 'graph'>;
	/** A tokenizer.json as these towers use it, and as whoever loads them will. */
	tokenizer(json: object): TextTokenizer;
	/** A tokenizer.json of at most so many tokens, learnt from captions. */
	learnTokenizer(captions: readonly string[], vocabulary: number): object;
	/** [n, side, side, 3] in [0, 1] -> [n, width]; with `statistics`, batch norms use the batch's and append them there. */
	pictures(store: ParameterStore, images: Tensor, statistics?: LayerStatistics[]): Tensor;
	/** Token rows -> [n, width]. */
	texts(store: ParameterStore, rows: TokenInputs): Tensor;
}

/** Whether a weight is of the image tower; the text tower and the loss have the others. */
export const isImageWeight = (name: string): boolean => name.startsWith('visual.');

/** The towers of a configuration. */
export function towersOf(model: ModelConfig): Towers {
	if (model.kind === 'builtin') {
		const width = embeddingWidth(model.image);
		return {
			size: model.image.size,
			width,
			text: {
				context: model.text.context,
				vocabulary: model.text.vocabulary,
				pooling: 'end',
				croppable: model.text.causal,
			},
			tokenizer: (json) => loadTokenizer(json, { clean: normaliseText }),
			learnTokenizer: (captions, vocabSize) => trainBpe(captions.map(normaliseText), { vocabSize }),
			pictures(store, images, statistics) {
				if (!statistics) return convTower(model.image, store, images);
				const seen: BatchStatistics = {};
				const embedding = convTower(model.image, store, images, seen);
				statistics.push(...Object.entries(seen).map(([name, s]) => ({ name, ...s })));
				return embedding;
			},
			texts: (store, { ids, positions }) => textTransformer(model.text, width, store, ids, positions),
		};
	}
	if (model.kind !== 'clip') return publishedTowers(model);
	const { clip, mean, std } = model;
	const { vision } = clip;
	const { text } = clipArchitecture(clip);
	return {
		size: vision.resolution,
		sizeStep: vision.kind === 'vit' ? vision.patch : 32,
		width: clip.embed,
		text,
		tokenizer: (json) => modelTokenizer(json, { isSigLip: false }),
		learnTokenizer: (captions, vocabSize) => trainBpe(captions.map(captionText), { vocabSize }),
		pictures: (store, images, statistics) =>
			imageEmbedding(clip, store, normaliseImages(images, mean, std), {
				resample: true,
				...(statistics && { batches: statistics }),
			}),
		texts: (store, rows) => text.graph(store, rows),
	};
}
