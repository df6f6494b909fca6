/** @file Moves of a picture inside an L2 ball, for training against small changes. Source: Madry et al. 2018; Shafahi et al. 2019. */

import type { Random } from '../random.js';

/** Radius of a picture's ball, in [0, 1] pixels: different for each, so that all sizes of change are met. */
export const drawRadius = (random: Random, largest: number): number => largest * random.uniform(0.3, 1);

/** Fill `delta` with a start inside the ball: in 70 % a random direction of up to half the radius, else nothing. */
export function randomStart(random: Random, radius: number, delta: Float32Array): void {
	const length = random.chance(0.7) ? radius * random.uniform(0, 0.5) : 0;
	let square = 0;
	for (let i = 0; i < delta.length; i++) {
		const d = length > 0 ? random.uniform(-1, 1) : 0;
		delta[i] = d;
		square += d * d;
	}
	const scale = square > 0 ? length / Math.sqrt(square) : 0;
	for (let i = 0; i < delta.length; i++) delta[i]! *= scale;
}

/** Move `delta` by `step` along the normalised gradient, then back to the ball; into `out` goes the clean picture moved by it, inside [0, 1]. */
export function ascend(
	delta: Float32Array,
	gradient: Float32Array,
	step: number,
	radius: number,
	clean: Float32Array,
	out: Float32Array,
): void {
	let square = 0;
	for (const g of gradient) square += g * g;
	const scale = step / (Math.sqrt(square) + 1e-12);
	let length = 0;
	for (let i = 0; i < delta.length; i++) {
		const d = delta[i]! + scale * gradient[i]!;
		delta[i] = d;
		length += d * d;
	}
	const back = Math.min(1, radius / (Math.sqrt(length) + 1e-12));
	for (let i = 0; i < delta.length; i++) delta[i]! *= back;
	moved(clean, delta, out);
}

/** The picture moved by `delta`, inside [0, 1]. */
export function moved(clean: Float32Array, delta: Float32Array, out: Float32Array): void {
	for (let i = 0; i < out.length; i++) out[i] = Math.min(1, Math.max(0, clean[i]! + delta[i]!));
}
