/** @file The parameters of the stroke renderer: their layout in flat arrays, and a view of them as a list of strokes. */

import { AtelierError } from '../../errors.js';
import type { Parameters } from '../renderer.js';

/** The four parameter groups, in nominal canvas pixels and [0, 1] colours. */
export interface StrokeParameters extends Record<string, Float32Array> {
	/** x, y of all control points, path after path; a path of k segments has 3k + 1 points. */
	readonly points: Float32Array;
	/** Stroke width of each path, pixels. */
	readonly widths: Float32Array;
	/** R, G, B, opacity of each path. */
	readonly colors: Float32Array;
	/** R, G, B. */
	readonly background: Float32Array;
}

/** One stroke as an object; `points` is a view into the parameters, not a copy. */
export interface Stroke {
	/** x, y of the 3k + 1 control points, nominal pixels. */
	readonly points: Float32Array;
	/** Pixels. */
	readonly width: number;
	/** R, G, B, opacity in [0, 1]. */
	readonly color: readonly [r: number, g: number, b: number, a: number];
}

/** Zero-filled arrays for paths with these segment counts. */
export function emptyStrokeParameters(segments: readonly number[]): StrokeParameters {
	let controls = 0;
	for (const count of segments) controls += 3 * count + 1;
	return {
		points: new Float32Array(2 * controls),
		widths: new Float32Array(segments.length),
		colors: new Float32Array(4 * segments.length),
		background: new Float32Array(3),
	};
}

/** The groups by name. Throws E_ARGUMENT if one is missing or has another length than the segment counts say. */
export function checkStrokeParameters(params: Parameters, segments: readonly number[]): StrokeParameters {
	let controls = 0;
	for (const count of segments) controls += 3 * count + 1;
	const group = (name: string, length: number): Float32Array => {
		const array = params[name];
		if (array?.length !== length) {
			const got = array ? `${array.length}` : 'none';
			throw new AtelierError(
				'E_ARGUMENT',
				`expected ${length} numbers in parameter group '${name}', got ${got}; make the parameters with init() of a renderer with the same options`,
			);
		}
		return array;
	};
	return {
		points: group('points', 2 * controls),
		widths: group('widths', segments.length),
		colors: group('colors', 4 * segments.length),
		background: group('background', 3),
	};
}

/** The parameters as strokes in drawing order. `segments` is the segment count of each path. */
export function strokesFromParams(params: Parameters, segments: readonly number[]): Stroke[] {
	const { points, widths, colors } = checkStrokeParameters(params, segments);
	let start = 0;
	return segments.map((count, i) => {
		const end = start + 2 * (3 * count + 1);
		const [r, g, b, a] = colors.subarray(4 * i, 4 * i + 4) as unknown as [number, number, number, number];
		const stroke: Stroke = { points: points.subarray(start, end), width: widths[i] as number, color: [r, g, b, a] };
		start = end;
		return stroke;
	});
}
