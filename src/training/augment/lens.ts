/** @file What happens after the picture is taken: blur and noise, then everything back into [0, 1]. */

import { Random } from '../../random.js';

// Drawing 3072 normal numbers a sample would cost more than all the rest: they come from a table at a random place.
const tableSize = 1 << 15;
const normals = new Float32Array(tableSize);
{
	const random = new Random(20_261_124);
	for (let i = 0; i < tableSize; i++) normals[i] = random.normal();
}

let blurred = new Float32Array(0);

/** Mix a picture [size, size, 3] at `offset` with its 3 x 3 binomial blur; 0 keeps it, 1 replaces it. */
export function blur(out: Float32Array, offset: number, size: number, amount: number): void {
	const row = size * 3;
	if (blurred.length !== row * size) blurred = new Float32Array(row * size);
	for (let y = 0; y < size; y++)
		for (let i = y * row; i < (y + 1) * row; i++) {
			const l = i >= y * row + 3 ? -3 : 0;
			const r = i < (y + 1) * row - 3 ? 3 : 0;
			blurred[i] =
				0.5 * (out[offset + i] as number) + 0.25 * ((out[offset + i + l] as number) + (out[offset + i + r] as number));
		}
	for (let y = 0; y < size; y++) {
		const u = y > 0 ? -row : 0;
		const d = y < size - 1 ? row : 0;
		for (let i = y * row; i < (y + 1) * row; i++) {
			const soft = 0.5 * (blurred[i] as number) + 0.25 * ((blurred[i + u] as number) + (blurred[i + d] as number));
			out[offset + i] = (out[offset + i] as number) * (1 - amount) + soft * amount;
		}
	}
}

/** Add normal noise of standard deviation `sigma` (0 for none) and clamp to [0, 1]. */
export function noiseAndClamp(out: Float32Array, offset: number, count: number, sigma: number, random: Random): void {
	let at = sigma > 0 ? random.int(tableSize) : 0;
	for (let i = offset; i < offset + count; i++) {
		let v = out[i] as number;
		if (sigma > 0) {
			v += sigma * (normals[at] as number);
			at = (at + 1) & (tableSize - 1);
		}
		out[i] = v < 0 ? 0 : Math.min(v, 1);
	}
}
