/** @file Finds drawings that repeat another of their concept: the same icon in two sets, or in two versions of one. */

import { rasterSize } from './rasterize.js';

/** Side of the thumbnails that are compared; one cell is the mean of 4 x 4 pixels. */
const cells = 10;
/** Mean absolute difference of the thumbnails' bytes below which two drawings count as one. */
const tolerance = 2;

/** The drawings admitted so far, by concept. */
export class NearCopies {
	private readonly seen = new Map<number, Uint8Array[]>();

	/** Whether the image, [40, 40, 4] premultiplied bytes, is new to its concept; if so it is remembered. */
	admit(concept: number, image: Uint8Array): boolean {
		const small = thumbnail(image);
		const known = this.seen.get(concept) ?? [];
		const limit = tolerance * small.length;
		if (known.some((other) => distance(small, other, limit) < limit)) return false;
		known.push(small);
		this.seen.set(concept, known);
		return true;
	}
}

function thumbnail(image: Uint8Array): Uint8Array {
	const step = rasterSize / cells;
	const out = new Uint8Array(cells * cells * 4);
	for (let y = 0; y < cells; y++)
		for (let x = 0; x < cells; x++)
			for (let c = 0; c < 4; c++) {
				let sum = 0;
				for (let dy = 0; dy < step; dy++)
					for (let dx = 0; dx < step; dx++)
						sum += image[((y * step + dy) * rasterSize + x * step + dx) * 4 + c] as number;
				out[(y * cells + x) * 4 + c] = Math.round(sum / (step * step));
			}
	return out;
}

/** Sum of absolute differences, cut short once it reaches the limit. */
function distance(a: Uint8Array, b: Uint8Array, limit: number): number {
	let sum = 0;
	for (let i = 0; i < a.length && sum < limit; i++) sum += Math.abs((a[i] as number) - (b[i] as number));
	return sum;
}
