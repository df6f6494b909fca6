/**
 * @file The image tower of the built-in encoder: a small residual convolutional network in NHWC, built from
 * products that this engine runs fast (patch gathers and matrix multiplications, width where the map is small).
 */

import { add, mul, reshape, silu, sub, type Tensor } from '../tensor/index.js';
import type { ParameterStore } from './parameters.js';
import { type BatchStatistics, batchNormalise, convolve, type EmbeddingTower, jointEmbedding } from './tower-parts.js';

/** Sizes of the tower. */
export interface ConvTowerConfig extends EmbeddingTower {
	readonly kind?: 'conv' | undefined;
	/** Side of the square input in pixels; a multiple of 2 to the number of stages. */
	readonly size: number;
	/** Each stage halves the map: channels, and how many residual blocks follow. The first stage has a 5x5 kernel, the others 4x4. */
	readonly stages: readonly { readonly channels: number; readonly blocks: number }[];
}

/**
 * Image embedding, of unit length.
 * @param images [n, size, size, 3], values in [0, 1]
 * @param statistics when given, batch norms use the statistics of the batch (training) and record them here; else the running ones
 * @returns [n, shape + color]
 */
export function convTower(
	config: ConvTowerConfig,
	store: ParameterStore,
	images: Tensor,
	statistics?: BatchStatistics,
): Tensor {
	const norm = (map: Tensor, name: string, gain: number) => batchNormalise(store, map, name, gain, statistics);
	let x = mul(sub(images, 0.5), 4);
	config.stages.forEach(({ channels, blocks }, s) => {
		const kernel = s === 0 ? 5 : 4;
		x = silu(norm(convolve(store, x, `visual.stages.${s}.down`, channels, kernel, 2), `visual.stages.${s}.down_bn`, 1));
		for (let b = 0; b < blocks; b++) {
			const name = `visual.stages.${s}.blocks.${b}`;
			const inner = silu(norm(convolve(store, x, `${name}.conv1`, channels, 3), `${name}.bn1`, 1));
			// The second batch norm starts small, so that a fresh block is near the identity.
			x = silu(add(x, norm(convolve(store, inner, `${name}.conv2`, channels, 3), `${name}.bn2`, 0.2)));
		}
	});
	return jointEmbedding(config, store, reshape(x, [x.dim(0), -1]));
}
