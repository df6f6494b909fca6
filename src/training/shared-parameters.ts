/** @file All trained weights of a model as one flat vector in shared memory: workers read it, the trainer updates it. */

import type { Weights } from '../encoders/parameters.js';
import type { Shape, Tensor } from '../tensor/index.js';

/** Where one parameter lies in the vector. */
export interface Slot {
	readonly name: string;
	readonly shape: Shape;
	readonly offset: number;
	readonly size: number;
}

/** Slots for parameters, one after the other. */
export function layoutOf(parameters: readonly Tensor[]): Slot[] {
	let offset = 0;
	return parameters.map((p) => {
		offset += p.size;
		return { name: p.name!, shape: p.shape, offset: offset - p.size, size: p.size };
	});
}

/** Length of the vector. */
export const layoutSize = (layout: readonly Slot[]): number => layout.reduce((n, s) => n + s.size, 0);

/** Weights by name that are windows onto the vector. */
export function windows(layout: readonly Slot[], vector: Float32Array): Weights {
	return new Map(layout.map((s) => [s.name, { shape: s.shape, data: vector.subarray(s.offset, s.offset + s.size) }]));
}

/** Copy named arrays into the vector. */
export function gatherInto(
	layout: readonly Slot[],
	vector: Float32Array,
	arrays: (name: string) => Float32Array,
): void {
	for (const s of layout) vector.set(arrays(s.name), s.offset);
}

/** 1 for matrices and kernels, which decay; 0 for vectors, scalars and the names given. */
export function decayMask(layout: readonly Slot[], exempt: (name: string) => boolean): Uint8Array {
	const mask = new Uint8Array(layoutSize(layout));
	for (const s of layout) if (s.shape.length >= 2 && !exempt(s.name)) mask.fill(1, s.offset, s.offset + s.size);
	return mask;
}
