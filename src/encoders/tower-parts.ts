/**
 * @file What the small image towers share: NHWC convolutions with batch norm, and the embedding that joins two unit
 * vectors, one for what a picture shows and one for its colour.
 */

import {
	batchNorm,
	batchNormTrain,
	batchStatistics,
	concat,
	conv2d,
	l2Normalise,
	linear,
	mul,
	slice,
	type Tensor,
} from '../tensor/index.js';
import type { ParameterStore } from './parameters.js';

/**
 * Widths of the two unit vectors, each scaled by the root of its share. So the cosine with a caption is share times the
 * likeness of shape plus share times the likeness of colour.
 */
export interface EmbeddingConfig {
	readonly shape: number;
	readonly color: number;
	readonly colorShare: number;
}

/** A tower whose embedding joins the two. */
export interface EmbeddingTower {
	readonly embedding: EmbeddingConfig;
}

/** Batch statistics by batch-norm name, for the running averages of training; `count` numbers a channel. */
export type BatchStatistics = Record<string, { mean: Tensor; variance: Tensor; count: number }>;

/** Width of the whole embedding. */
export const embeddingWidth = ({ embedding }: EmbeddingTower): number => embedding.shape + embedding.color;

/** Features [n, f] to the embedding [n, shape + color], of unit length. */
export function jointEmbedding(config: EmbeddingTower, store: ParameterStore, features: Tensor): Tensor {
	const f = features.dim(1);
	const raw = linear(features, store.get('visual.proj.weight', [embeddingWidth(config), f], { std: f ** -0.5 }));
	const { shape, colorShare } = config.embedding;
	return concat(
		[
			mul(l2Normalise(slice(raw, 1, 0, shape)), Math.sqrt(1 - colorShare)),
			mul(l2Normalise(slice(raw, 1, shape, raw.dim(1))), Math.sqrt(colorShare)),
		],
		1,
	);
}

/** The two unit vectors that an embedding joins: [n, shape] and [n, color]. */
export function embeddingParts(config: EmbeddingTower, embedding: Tensor): [Tensor, Tensor] {
	const { shape, colorShare } = config.embedding;
	return [
		mul(slice(embedding, 1, 0, shape), 1 / Math.sqrt(1 - colorShare)),
		mul(slice(embedding, 1, shape, embedding.dim(1)), 1 / Math.sqrt(colorShare)),
	];
}

/** NHWC convolution without bias; an odd kernel at stride 1 keeps the size, stride 2 halves it. */
export function convolve(
	store: ParameterStore,
	map: Tensor,
	name: string,
	out: number,
	kernel: number,
	stride = 1,
): Tensor {
	const fanIn = kernel * kernel * map.dim(3);
	const weight = store.get(`${name}.weight`, [kernel, kernel, map.dim(3), out], { std: Math.sqrt(2 / fanIn) });
	// Halving maps exactly: kernel 4 needs one pixel on each side, 5 needs two before and one after.
	const padding =
		stride === 1
			? (kernel - 1) / 2
			: ([(kernel - 1) >> 1, (kernel - 1) >> 1, (kernel - 2) >> 1, (kernel - 2) >> 1] as const);
	return conv2d(map, weight, { layout: 'NHWC', stride, padding });
}

/**
 * Batch norm of an NHWC map.
 * @param gain of a fresh layer
 * @param statistics when given, those of the batch are used (training) and recorded here; else the running ones
 */
export function batchNormalise(
	store: ParameterStore,
	map: Tensor,
	name: string,
	gain: number,
	statistics?: BatchStatistics,
): Tensor {
	const shape = [map.dim(3)];
	const weight = store.get(`${name}.weight`, shape, { value: gain });
	const bias = store.get(`${name}.bias`, shape, { value: 0 });
	if (statistics) {
		statistics[name] = { ...batchStatistics(map, 3), count: map.size / map.dim(3) };
		return batchNormTrain(map, weight, bias, 3);
	}
	const mean = store.get(`${name}.running_mean`, shape, { value: 0 });
	const variance = store.get(`${name}.running_var`, shape, { value: 1 });
	return batchNorm(map, weight, bias, { mean, variance }, 3);
}
