/** @file Pullbacks against central differences, for any renderer: a random linear loss of the picture, entry by entry. */

import { Random } from '../../src/random.js';
import type { Parameters, Renderer } from '../../src/renderers/renderer.js';

/** How much of a group agreed, and the worst that did not. */
export interface Agreement {
	readonly agreeing: number;
	readonly total: number;
	readonly worst: string;
}

/** A picture gradient of standard normal numbers. */
export function randomGradient(renderer: Renderer, seed: number): Float32Array {
	const random = new Random(seed);
	return Float32Array.from({ length: renderer.width * renderer.height * 3 }, () => random.normal());
}

/** The sum of picture times gradient, in double precision. */
export function linearLoss(renderer: Renderer, params: Parameters, dImage: Float32Array): number {
	const { data } = renderer.render(params).image;
	let sum = 0;
	for (let i = 0; i < data.length; i++) sum += data[i]! * dImage[i]!;
	return sum;
}

/**
 * Compare one group. `kinked` is for geometry: a pixel has a kink where it enters the ramp of an edge or changes its nearest
 * piece, so entries count as agreeing within 3 % of themselves or 1 % of the group's largest; else within 0.1 %.
 */
export function compareGroup(
	renderer: Renderer,
	params: Parameters,
	group: string,
	options: { readonly step: number; readonly kinked: boolean; readonly seed: number },
): Agreement {
	const dImage = randomGradient(renderer, options.seed);
	const exact = renderer.render(params).pullback(dImage)[group]!;
	const values = params[group]!;
	const approximate = Float64Array.from(values, (value, i) => {
		values[i] = value + options.step;
		const high = values[i]!;
		const up = linearLoss(renderer, params, dImage);
		values[i] = value - options.step;
		const low = values[i]!;
		const down = linearLoss(renderer, params, dImage);
		values[i] = value;
		// The step that float32 really took.
		return (up - down) / (high - low);
	});
	const largest = approximate.reduce((max, v) => Math.max(max, Math.abs(v)), 0);
	const [own, share] = options.kinked ? [0.03, 0.01] : [1e-3, 1e-3];
	let agreeing = 0;
	let worst = '';
	approximate.forEach((expected, i) => {
		if (Math.abs(exact[i]! - expected) <= own * Math.abs(expected) + share * largest + 1e-3) agreeing++;
		else worst = `${group}[${i}] ${exact[i]} but ${expected}`;
	});
	return { agreeing, total: approximate.length, worst };
}
