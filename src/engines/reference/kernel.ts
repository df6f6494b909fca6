/** @file What a kernel of the reference engine is, and the one index map that broadcasting and reductions share. */

import { type Shape, sizeOf, type Tensor } from '../../tensor/index.js';

/** Computes one node from the numbers of its inputs, all row-major float64 (indices too: float64 holds every int32). */
export type Kernel = (inputs: readonly Float64Array[], node: Tensor) => Float64Array;

/** Kernels by op name. */
export type Kernels = Readonly<Record<string, Kernel>>;

/** Row-major strides of a shape. */
export function stridesOf(shape: Shape): number[] {
	const strides = new Array<number>(shape.length).fill(1);
	for (let i = shape.length - 2; i >= 0; i--) strides[i] = strides[i + 1]! * shape[i + 1]!;
	return strides;
}

/**
 * For each flat index of an array of `shape`, the flat position sum(index[i] * strides[i]) + start in another array.
 * Every op that moves numbers about is such a map.
 */
export function positions(shape: Shape, strides: readonly number[], start = 0): Int32Array {
	const own = stridesOf(shape);
	return Int32Array.from({ length: sizeOf(shape) }, (_, flat) =>
		shape.reduce((at, size, i) => at + (Math.floor(flat / own[i]!) % size) * strides[i]!, start),
	);
}

/** For each flat index of `to`, the flat index of the number of `from` that broadcasting puts there. */
export function broadcastPositions(from: Shape, to: Shape): Int32Array {
	const strides = stridesOf(from);
	const lead = to.length - from.length;
	return positions(
		to,
		to.map((_, i) => (i < lead || from[i - lead] === 1 ? 0 : strides[i - lead]!)),
	);
}
