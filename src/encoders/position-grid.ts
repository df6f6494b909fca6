/**
 * @file Position embeddings of a grid of tokens at another size of the grid: a linear map, so training at low resolution
 * moves the weights of the full one. Bicubic with a = -1/2, widened where it shrinks ("antialias"), as PyTorch resizes for open_clip.
 */

import { concat, constant, matmul, slice, type Tensor } from '../tensor/index.js';

/**
 * Positions [1 + from^2, d] (one token ahead of the grid, rows top to bottom) at another side of the grid: [1 + to^2, d].
 * Differentiable; the same tensor where nothing changes.
 */
export function resampleGrid(positions: Tensor, from: number, to: number): Tensor {
	if (from === to) return positions;
	const line = cubicWeights(from, to);
	const plane = new Float32Array(to * to * from * from);
	for (let y = 0; y < to; y++)
		for (let x = 0; x < to; x++)
			for (let v = 0; v < from; v++)
				for (let u = 0; u < from; u++)
					plane[((y * to + x) * from + v) * from + u] = line[y * from + v]! * line[x * from + u]!;
	const grid = matmul(constant(plane, [to * to, from * from]), slice(positions, 0, 1, 1 + from * from));
	return concat([slice(positions, 0, 0, 1), grid], 0);
}

/** Weights [to, from] of a resize along one line; each row sums to 1. */
function cubicWeights(from: number, to: number): Float64Array {
	const scale = from / to;
	const width = Math.max(1, scale);
	const weights = new Float64Array(to * from);
	for (let i = 0; i < to; i++) {
		const row = weights.subarray(i * from, (i + 1) * from);
		for (let j = 0; j < from; j++) row[j] = cubic((j + 0.5 - (i + 0.5) * scale) / width);
		const total = row.reduce((a, b) => a + b, 0);
		for (let j = 0; j < from; j++) row[j]! /= total;
	}
	return weights;
}

/** Keys 1981, with a = -1/2. */
function cubic(x: number): number {
	const t = Math.abs(x);
	if (t < 1) return (1.5 * t - 2.5) * t * t + 1;
	return t < 2 ? ((-0.5 * t + 2.5) * t - 4) * t + 2 : 0;
}
