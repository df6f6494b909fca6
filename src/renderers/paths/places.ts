/** @file Places: square boxes of a canvas with figures of their own, for several drawings side by side that share a canvas. */

import type { Random } from '../../random.js';
import type { PathParameters } from './params.js';

/** A square box in pixels of the nominal canvas, and the figures that stay in it. */
export interface Place {
	readonly x: number;
	readonly y: number;
	readonly width: number;
	readonly height: number;
	/** Its figures, from the first up to `end`. */
	readonly start: number;
	readonly end: number;
}

/** The first figure of none of the places: those from there on go all over the canvas. */
export const firstFree = (places: readonly Place[]): number => places.at(-1)?.end ?? 0;

/** Side of the largest squares that `count` times fit into a canvas, in a row or one above the other. */
export function placeSide(along: 'beside' | 'above', count: number, width: number, height: number): number {
	return along === 'beside' ? Math.min(width / count, height) : Math.min(width, height / count);
}

/** Such squares, as a group in the middle of the canvas, with as many figures each. */
export function placesOf(
	along: 'beside' | 'above',
	count: number,
	width: number,
	height: number,
	figures: number,
): Place[] {
	const side = placeSide(along, count, width, height);
	return Array.from({ length: count }, (_, p): Place => {
		const [across, down] = along === 'beside' ? [p, 0] : [0, p];
		const [columns, rows] = along === 'beside' ? [count, 1] : [1, count];
		return {
			x: (width - columns * side) / 2 + across * side,
			y: (height - rows * side) / 2 + down * side,
			width: side,
			height: side,
			start: p * figures,
			end: (p + 1) * figures,
		};
	});
}

/**
 * Figures to start from, made for each box as if it were a canvas.
 *
 * @param boxes the places, and the canvas for figures of none
 */
export function initPlaces(
	boxes: readonly Place[],
	random: Random,
	init: (box: Place, random: Random) => PathParameters,
): PathParameters {
	const parts = boxes.map((place, p) => {
		const part = init(place, random.split(`place ${p}`));
		for (let i = 0; i < part.points.length; i += 2) {
			part.points[i]! += place.x;
			part.points[i + 1]! += place.y;
		}
		return part;
	});
	const joined = (group: 'points' | 'widths' | 'colors') =>
		Float32Array.from(parts.flatMap((part) => [...part[group]]));
	return {
		points: joined('points'),
		widths: joined('widths'),
		colors: joined('colors'),
		background: parts[0]!.background,
	};
}

/** A loss on colours RGBA with its gradient, taken for each place alone, and for the figures of none together. */
export function lossInPlaces(
	places: readonly Place[],
	loss: (colors: Float32Array, gradient: Float32Array) => number,
): typeof loss {
	if (places.length === 0) return loss;
	return (colors, gradient) => {
		const ends = [0, ...places.map(({ end }) => 4 * end), colors.length];
		let value = 0;
		for (const [i, start] of ends.slice(0, -1).entries()) {
			const end = ends[i + 1]!;
			if (end > start) value += loss(colors.subarray(start, end), gradient.subarray(start, end));
		}
		return value;
	};
}
