/** @file Where vertices may go: a margin inside the canvas, a disc for drawings that are turned, the neighbourhood of one repeat for tiles. */

import { type Symmetry, tilePeriod } from '../symmetry.js';

/** The canvas or a box of it, how it is repeated, and the margin; lengths in pixels. */
export interface Bounds {
	/** Of the upper left corner, where there is no symmetry; default 0. */
	readonly x?: number;
	readonly y?: number;
	readonly width: number;
	readonly height: number;
	readonly symmetry?: Symmetry;
	/** Distance kept from the rim; -Infinity: none. */
	readonly margin: number;
}

// Written so that NaN ends at the lower bound.
export const clamp = (v: number, low: number, high: number): number => (v >= low ? Math.min(v, high) : low);

/** Put x, y of vertices into bounds, in place; `vertices` counts those of each figure. */
export function keepInside(points: Float32Array, vertices: readonly number[], bounds: Bounds): void {
	const { x = 0, y = 0, width, height, symmetry, margin } = bounds;
	const period = tilePeriod(symmetry, width, height);
	if (period) {
		let start = 0;
		for (const count of vertices) {
			const figure = points.subarray(start, start + 2 * count);
			for (const axis of [0, 1] as const) wrap(figure, axis, period[axis]);
			start += 2 * count;
		}
		return;
	}
	if (!(margin >= 0)) return;
	if (symmetry?.kind === 'rotate' || symmetry?.kind === 'kaleidoscope') {
		const radius = Math.min(width, height) / 2 - margin;
		for (let i = 0; i < points.length; i += 2) {
			const dx = points[i]! - width / 2;
			const dy = points[i + 1]! - height / 2;
			const distance = Math.hypot(dx, dy);
			if (distance <= radius) continue;
			const shrink = distance < Infinity ? radius / distance : 0;
			points[i] = width / 2 + (shrink && shrink * dx);
			points[i + 1] = height / 2 + (shrink && shrink * dy);
		}
		return;
	}
	for (let i = 0; i < points.length; i += 2) {
		points[i] = clamp(points[i]!, x + margin, x + width - margin);
		points[i + 1] = clamp(points[i + 1]!, y + margin, y + height - margin);
	}
}

/** As much of a shift, in pixels, as leaves a figure inside bounds without symmetry whole. */
export function shiftInside(
	points: Float32Array,
	by: readonly [x: number, y: number],
	{ x = 0, y = 0, width, height, margin }: Bounds,
): [x: number, y: number] {
	if (!(margin >= 0)) return [...by];
	const along = (axis: 0 | 1, from: number, length: number) => {
		const values = points.filter((_, i) => i % 2 === axis);
		const [least, most] = [from + margin - Math.min(...values), from + length - margin - Math.max(...values)];
		return clamp(by[axis], Math.min(0, least), Math.max(0, most));
	};
	return [along(0, x, width), along(1, y, height)];
}

/**
 * Shift a figure by whole periods until its centre is in the first repeat, which changes nothing to be seen, and keep it within
 * half a period around it, which with the width of a stroke is as far as the repeats that are drawn reach.
 */
function wrap(figure: Float32Array, axis: 0 | 1, period: number): void {
	let sum = 0;
	for (let i = axis; i < figure.length; i += 2) sum += figure[i]!;
	const shift = Math.floor((2 * sum) / figure.length / period) * period;
	for (let i = axis; i < figure.length; i += 2)
		figure[i] = clamp(figure[i]! - (Number.isFinite(shift) ? shift : 0), -period / 2, 1.5 * period);
}
