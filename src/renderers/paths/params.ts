/** @file The parameters of drawn paths: their layout in flat arrays, and checks of a renderer's parameter groups. */

import { AtelierError } from '../../errors.js';
import type { Parameters } from '../renderer.js';

/** What a canvas draws: pixels and [0, 1] colours. */
export interface PathParameters extends Record<string, Float32Array> {
	/** x, y of all control points, path after path; a path of k cubic segments has 3k + 1 points. */
	readonly points: Float32Array;
	/** Stroke width of each path, pixels; not looked at where the path is filled. */
	readonly widths: Float32Array;
	/** R, G, B, opacity of each path. */
	readonly colors: Float32Array;
	/** R, G, B. */
	readonly background: Float32Array;
}

/** Zero-filled arrays for paths with these segment counts. */
export function emptyPathParameters(segments: readonly number[]): PathParameters {
	let controls = 0;
	for (const count of segments) controls += 3 * count + 1;
	return {
		points: new Float32Array(2 * controls),
		widths: new Float32Array(segments.length),
		colors: new Float32Array(4 * segments.length),
		background: new Float32Array(3),
	};
}

/** Throws E_ARGUMENT if a group is missing or has another length than it should. */
export function checkGroups(params: Parameters, lengths: Readonly<Record<string, number>>): void {
	for (const [name, length] of Object.entries(lengths)) {
		const array = params[name];
		if (array?.length === length) continue;
		const got = array ? `${array.length}` : 'none';
		throw new AtelierError(
			'E_ARGUMENT',
			`expected ${length} numbers in parameter group '${name}', got ${got}; make the parameters with init() of a renderer with the same options`,
		);
	}
}
