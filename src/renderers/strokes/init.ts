/** @file Fresh strokes, in the manner of CLIPDraw (Frans et al. 2021) or as a few bold ones. */

import type { Random } from '../../random.js';
import type { ResolvedStrokeOptions } from './options.js';
import type { StrokeParameters } from './params.js';

/** Each point is up to 5 % of the canvas from the one before, as in CLIPDraw. */
const JITTER = 0.1;

/** A random start, every following control point a small random step from the one before. */
function scatter(
	points: Float32Array,
	options: ResolvedStrokeOptions,
	vertices: readonly number[],
	random: Random,
): void {
	let o = 0;
	for (const count of vertices) {
		let x = random.uniform();
		let y = random.uniform();
		for (let k = 0; k < count; k++) {
			if (k > 0) {
				x += JITTER * (random.uniform() - 0.5);
				y += JITTER * (random.uniform() - 0.5);
			}
			points[o++] = x * options.width;
			points[o++] = y * options.height;
		}
	}
}

/** Strokes of the asked length, wandering towards a random point of the canvas; those longer than the canvas turn back at its rim. */
function sweep(
	points: Float32Array,
	options: ResolvedStrokeOptions,
	vertices: readonly number[],
	random: Random,
): void {
	const side = Math.min(options.width, options.height);
	let o = 0;
	for (const count of vertices) {
		let x = random.uniform(0, options.width);
		let y = random.uniform(0, options.height);
		let heading = Math.atan2(random.uniform(0, options.height) - y, random.uniform(0, options.width) - x);
		const length = random.uniform(...options.initialLength);
		const step = (length * side) / (count - 1);
		for (let k = 0; k < count; k++) {
			if (k > 0) {
				heading += 0.35 * random.normal();
				if (length > 1 && Math.max(Math.abs(x / options.width - 0.5), Math.abs(y / options.height - 0.5)) > 0.3)
					heading += turn(heading, Math.atan2(options.height / 2 - y, options.width / 2 - x));
				x += step * Math.cos(heading);
				y += step * Math.sin(heading);
			}
			points[o++] = x;
			points[o++] = y;
		}
	}
}

/** Part of the way round from one heading to another that a line takes at one point near the rim. */
function turn(from: number, to: number): number {
	const angle = to - from;
	return 0.4 * (angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI)));
}

/** Parameters to start from; the same random stream gives the same strokes. */
export function initStrokes(
	options: ResolvedStrokeOptions,
	vertices: readonly number[],
	random: Random,
): StrokeParameters {
	const params = {
		points: new Float32Array(2 * vertices.reduce((sum, n) => sum + n, 0)),
		widths: new Float32Array(vertices.length),
		colors: new Float32Array(4 * vertices.length),
		background: Float32Array.from(options.background),
	};
	const bold = options.style === 'bold';
	(bold ? sweep : scatter)(params.points, options, vertices, random.split('points'));
	const widths = random.split('widths');
	for (let i = 0; i < params.widths.length; i++) params.widths[i] = widths.uniform(...options.initialWidth);
	const colors = random.split('colors');
	for (let i = 0; i < params.colors.length; i += 4) {
		// Bold strokes start near grey, so that neither hue nor lightness is decided before the words speak.
		for (let c = 0; c < 3; c++) params.colors[i + c] = bold ? colors.uniform(0.4, 0.6) : colors.uniform();
		params.colors[i + 3] = bold ? colors.uniform(0.8, 0.9) : colors.uniform();
		if (options.palette) params.colors[i + 3] = 1;
		if (options.colorMode === 'black') params.colors.set([0, 0, 0, 1], i);
	}
	return params;
}
