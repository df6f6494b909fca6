/**
 * @file The image tower of the built-in encoder: a small residual convolutional network in NHWC, built from
 * products that this engine runs fast (patch gathers and matrix multiplications, width where the map is small).
 */

import {
	add,
	batchNorm,
	batchNormTrain,
	batchStatistics,
	concat,
	conv2d,
	l2Normalise,
	linear,
	mul,
	reshape,
	silu,
	slice,
	sub,
	type Tensor,
} from '../tensor/index.js';
import type { ParameterStore } from './parameters.js';

/** Sizes of the tower. */
export interface ConvTowerConfig {
	/** Side of the square input in pixels; a multiple of 2 to the number of stages. */
	readonly size: number;
	/** Each stage halves the map: channels, and how many residual blocks follow. The first stage has a 5x5 kernel, the others 4x4. */
	readonly stages: readonly { readonly channels: number; readonly blocks: number }[];
	/**
	 * The embedding joins two unit vectors, each scaled by the root of its share: what the picture shows, and in which colour.
	 * So the cosine with a caption is share times the likeness of shape plus share times the likeness of colour.
	 */
	readonly embedding: { readonly shape: number; readonly color: number; readonly colorShare: number };
}

/** Width of the whole embedding. */
export const embeddingWidth = (config: ConvTowerConfig): number => config.embedding.shape + config.embedding.color;

/** Batch statistics by batch-norm name, for the running averages of training; `count` numbers a channel. */
export type BatchStatistics = Record<string, { mean: Tensor; variance: Tensor; count: number }>;

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
	let x = mul(sub(images, 0.5), 4);
	config.stages.forEach(({ channels, blocks }, s) => {
		const kernel = s === 0 ? 5 : 4;
		x = silu(norm(convolve(x, `visual.stages.${s}.down`, channels, kernel, 2), `visual.stages.${s}.down_bn`, 1));
		for (let b = 0; b < blocks; b++) {
			const name = `visual.stages.${s}.blocks.${b}`;
			const inner = silu(norm(convolve(x, `${name}.conv1`, channels, 3, 1), `${name}.bn1`, 1));
			// The second batch norm starts small, so that a fresh block is near the identity.
			x = silu(add(x, norm(convolve(inner, `${name}.conv2`, channels, 3, 1), `${name}.bn2`, 0.2)));
		}
	});
	const flat = reshape(x, [x.dim(0), -1]);
	const weight = store.get('visual.proj.weight', [embeddingWidth(config), flat.dim(1)], { std: flat.dim(1) ** -0.5 });
	const raw = linear(flat, weight);
	const { shape, colorShare } = config.embedding;
	return concat(
		[
			mul(l2Normalise(slice(raw, 1, 0, shape)), Math.sqrt(1 - colorShare)),
			mul(l2Normalise(slice(raw, 1, shape, raw.dim(1))), Math.sqrt(colorShare)),
		],
		1,
	);

	function convolve(map: Tensor, name: string, out: number, kernel: number, stride: number): Tensor {
		const fanIn = kernel * kernel * map.dim(3);
		const weight = store.get(`${name}.weight`, [kernel, kernel, map.dim(3), out], { std: Math.sqrt(2 / fanIn) });
		// Halving maps exactly: kernel 4 needs one pixel on each side, 5 needs two before and one after.
		const padding =
			stride === 1 ? 1 : ([(kernel - 1) >> 1, (kernel - 1) >> 1, (kernel - 2) >> 1, (kernel - 2) >> 1] as const);
		return conv2d(map, weight, { layout: 'NHWC', stride, padding });
	}

	function norm(map: Tensor, name: string, gainValue: number): Tensor {
		const shape = [map.dim(3)];
		const gain = store.get(`${name}.weight`, shape, { value: gainValue });
		const bias = store.get(`${name}.bias`, shape, { value: 0 });
		if (statistics) {
			statistics[name] = { ...batchStatistics(map, 3), count: map.size / map.dim(3) };
			return batchNormTrain(map, gain, bias, 3);
		}
		const mean = store.get(`${name}.running_mean`, shape, { value: 0 });
		const variance = store.get(`${name}.running_var`, shape, { value: 1 });
		return batchNorm(map, gain, bias, { mean, variance }, 3);
	}
}

/** The two unit vectors that an embedding joins: [n, shape] and [n, color]. */
export function embeddingParts(config: ConvTowerConfig, embedding: Tensor): [Tensor, Tensor] {
	const { shape, colorShare } = config.embedding;
	return [
		mul(slice(embedding, 1, 0, shape), 1 / Math.sqrt(1 - colorShare)),
		mul(slice(embedding, 1, shape, embedding.dim(1)), 1 / Math.sqrt(colorShare)),
	];
}
