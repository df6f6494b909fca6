/** @file Pairs of towers that contrastive training takes: CLIP's (vision transformer or ResNet), and the built-in encoder's. */

import { type ClipConfig, imageEmbedding, normaliseImages, textEmbedding } from '../../encoders/clip.js';
import { type ConvTowerConfig, convTower } from '../../encoders/conv-tower.js';
import type { LayerStatistics } from '../../encoders/normed-convolution.js';
import type { ParameterStore } from '../../encoders/parameters.js';
import { type TextConfig, textTransformer } from '../../encoders/text.js';
import { captionText } from '../../encoders/tokenizers/clean-text.js';
import { type BatchStatistics, embeddingWidth } from '../../encoders/tower-parts.js';
import { normaliseText } from '../../encoders/words.js';
import type { Tensor } from '../../tensor/index.js';

/** Sizes of both towers; plain data. */
export type ModelConfig =
	| {
			readonly kind: 'clip';
			readonly clip: ClipConfig;
			/** Statistics of pixels in [0, 1], per channel. */
			readonly mean: readonly number[];
			readonly std: readonly number[];
	  }
	| { readonly kind: 'builtin'; readonly image: ConvTowerConfig; readonly text: TextConfig };

/** Two towers into one space. */
export interface Towers {
	/** Side of the pictures at full resolution. */
	readonly size: number;
	/** Smaller pictures may have any multiple of this side; absent: none other than full. */
	readonly sizeStep?: number;
	/** Width of the embeddings. */
	readonly width: number;
	readonly text: TextConfig;
	/** How texts are written before they are cut into tokens. */
	clean(text: string): string;
	/** [n, side, side, 3] in [0, 1] -> [n, width]; with `statistics`, batch norms use the batch's and append them there. */
	pictures(store: ParameterStore, images: Tensor, statistics?: LayerStatistics[]): Tensor;
	/** Token rows -> [n, width]; see textTransformer. */
	texts(store: ParameterStore, ids: Tensor, positions: Tensor): Tensor;
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
			text: model.text,
			clean: normaliseText,
			pictures(store, images, statistics) {
				if (!statistics) return convTower(model.image, store, images);
				const seen: BatchStatistics = {};
				const embedding = convTower(model.image, store, images, seen);
				statistics.push(...Object.entries(seen).map(([name, s]) => ({ name, ...s })));
				return embedding;
			},
			texts: (store, ids, positions) => textTransformer(model.text, width, store, ids, positions),
		};
	}
	const { clip, mean, std } = model;
	const { vision } = clip;
	return {
		size: vision.resolution,
		sizeStep: vision.kind === 'vit' ? vision.patch : 32,
		width: clip.embed,
		text: clip.text,
		clean: captionText,
		pictures: (store, images, statistics) =>
			imageEmbedding(clip, store, normaliseImages(images, mean, std), {
				resample: true,
				...(statistics && { batches: statistics }),
			}),
		texts: (store, ids, positions) => textEmbedding(clip, store, ids, positions),
	};
}
