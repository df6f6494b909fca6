/** @file Fresh strokes, in the manner of CLIPDraw (Frans et al. 2021) or as a few bold ones. */

import type { Random } from '../../random.js';
import type { ResolvedStrokeOptions } from './options.js';
import { emptyStrokeParameters, type StrokeParameters } from './params.js';

/** Each point is up to 5 % of the canvas from the one before, as in CLIPDraw. */
const JITTER = 0.1;

/** A random start, every following control point a small random step from the one before. */
function scatter(points: Float32Array, options: ResolvedStrokeOptions, random: Random): void {
	let o = 0;
	for (const count of options.segments) {
		let x = random.uniform();
		let y = random.uniform();
		for (let k = 0; k <= 3 * count; k++) {
			if (k > 0) {
				x += JITTER * (random.uniform() - 0.5);
				y += JITTER * (random.uniform() - 0.5);
			}
			points[o++] = x * options.width;
			points[o++] = y * options.height;
		}
	}
}

/** Strokes of a third to two thirds of the shorter side, wandering towards a random point of the canvas. */
function sweep(points: Float32Array, options: ResolvedStrokeOptions, random: Random): void {
	const side = Math.min(options.width, options.height);
	let o = 0;
	for (const count of options.segments) {
		let x = random.uniform(0, options.width);
		let y = random.uniform(0, options.height);
		let heading = Math.atan2(random.uniform(0, options.height) - y, random.uniform(0, options.width) - x);
		const step = (random.uniform(1 / 3, 2 / 3) * side) / (3 * count);
		for (let k = 0; k <= 3 * count; k++) {
			if (k > 0) {
				heading += 0.35 * random.normal();
				x += step * Math.cos(heading);
				y += step * Math.sin(heading);
			}
			points[o++] = x;
			points[o++] = y;
		}
	}
}

/** Parameters to start from; the same random stream gives the same strokes. */
export function initStrokes(options: ResolvedStrokeOptions, random: Random): StrokeParameters {
	const params = emptyStrokeParameters(options.segments);
	const bold = options.style === 'bold';
	(bold ? sweep : scatter)(params.points, options, random.split('points'));
	const widths = random.split('widths');
	for (let i = 0; i < params.widths.length; i++) params.widths[i] = widths.uniform(...options.initialWidth);
	const colors = random.split('colors');
	for (let i = 0; i < params.colors.length; i += 4) {
		// Bold strokes start near grey, so that neither hue nor lightness is decided before the words speak.
		for (let c = 0; c < 3; c++) params.colors[i + c] = bold ? colors.uniform(0.4, 0.6) : colors.uniform();
		params.colors[i + 3] = bold ? colors.uniform(0.8, 0.9) : colors.uniform();
		if (options.colorMode === 'black') params.colors.set([0, 0, 0, 1], i);
	}
	params.background.set(options.background);
	return params;
}
