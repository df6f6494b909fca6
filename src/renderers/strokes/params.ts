/** @file The parameters of the stroke renderer, and a view of them as a list of strokes. */

import { checkGroups, type PathParameters } from '../paths/params.js';
import type { Parameters } from '../renderer.js';

/** The parameter groups of strokes: where they are 'smooth', `points` holds vertices of B-splines; with a palette there are its groups too. */
export type StrokeParameters = PathParameters;

/** One stroke as an object; `points` is a view into the parameters, not a copy. */
export interface Stroke {
	/** x, y of the 3k + 1 control points, nominal pixels. */
	readonly points: Float32Array;
	/** Pixels. */
	readonly width: number;
	/** R, G, B, opacity in [0, 1]. */
	readonly color: readonly [r: number, g: number, b: number, a: number];
}

/** The parameters as strokes in drawing order, when `points` holds control points. `segments` is the segment count of each path. */
export function strokesFromParams(params: Parameters, segments: readonly number[]): Stroke[] {
	const controls = segments.reduce((sum, count) => sum + 3 * count + 1, 0);
	checkGroups(params, { points: 2 * controls, widths: segments.length, colors: 4 * segments.length, background: 3 });
	const { points, widths, colors } = params as PathParameters;
	let start = 0;
	return segments.map((count, i) => {
		const end = start + 2 * (3 * count + 1);
		const [r, g, b, a] = colors.subarray(4 * i, 4 * i + 4) as unknown as [number, number, number, number];
		const stroke: Stroke = { points: points.subarray(start, end), width: widths[i] as number, color: [r, g, b, a] };
		start = end;
		return stroke;
	});
}
