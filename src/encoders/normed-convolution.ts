/** @file A convolution and the batch normalisation after it, as one: PyTorch's layout (NCHW) and names of weights. */

import {
	add,
	batchNormTrain,
	batchStatistics,
	conv2d,
	div,
	mul,
	reshape,
	sqrt,
	sub,
	type Tensor,
} from '../tensor/index.js';
import type { ParameterStore } from './parameters.js';

/** What one batch normalisation saw of a batch: tensors [C] to compute along with the loss. */
export interface LayerStatistics {
	/** Of the layer: `name.running_mean` is what the mean goes into. */
	readonly name: string;
	readonly mean: Tensor;
	/** Biased, as used for normalising. */
	readonly variance: Tensor;
	/** Numbers a channel. */
	readonly count: number;
}

/** A convolution without bias, and its normalisation. */
export interface NormedConvolution {
	/** Names of the two. */
	readonly conv: string;
	readonly bn: string;
	/** Channels. */
	readonly out: number;
	readonly kernel: number;
	readonly stride?: number;
	/** Zeros on each side, or [top, left, bottom, right]; default: (kernel - 1) / 2, which keeps the size at stride 1. */
	readonly padding?: number | readonly [number, number, number, number];
	readonly groups?: number;
	/** Of the normalisation. */
	readonly epsilon: number;
	/** Of a fresh layer. */
	readonly gain?: number;
}

/**
 * [B, C, H, W] -> [B, out, H', W'].
 * @param batches present: normalise by the batch and append here what was seen; absent: by the running statistics
 */
export function normedConvolution(
	store: ParameterStore,
	x: Tensor,
	layer: NormedConvolution,
	batches?: LayerStatistics[],
): Tensor {
	const { conv, bn, out, kernel, stride = 1, padding = (kernel - 1) / 2, groups = 1, epsilon, gain = 1 } = layer;
	const channels = x.dim(1) / groups;
	const std = Math.sqrt(2 / (channels * kernel * kernel));
	const weight = store.get(`${conv}.weight`, [out, channels, kernel, kernel], { std });
	const g = store.get(`${bn}.weight`, [out], { value: gain });
	const b = store.get(`${bn}.bias`, [out], { value: 0 });
	const geometry = { stride, padding, groups };
	if (batches) {
		const y = conv2d(x, weight, geometry);
		batches.push({ name: bn, ...batchStatistics(y, 1), count: y.size / out });
		return batchNormTrain(y, g, b, 1, epsilon);
	}
	// With fixed statistics it is an affine map: its factor goes into the weights, which engines fold, and the map is passed over once less.
	const variance = store.get(`${bn}.running_var`, [out], { value: 1 });
	const factor = div(g, sqrt(add(variance, epsilon)));
	const shift = sub(b, mul(store.get(`${bn}.running_mean`, [out], { value: 0 }), factor));
	return add(conv2d(x, mul(weight, reshape(factor, [out, 1, 1, 1])), geometry), reshape(shift, [out, 1, 1]));
}
