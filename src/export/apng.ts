/** @file Animated PNG (PNG specification, third edition): exact colours; viewers without animation show the finished drawing. */

import { compressRows, pngChunk, pngHeader, pngSignature } from './png-stream.js';
import type { Timelapse } from './timelapse.js';

/** A part of a picture. */
interface Region {
	readonly left: number;
	readonly top: number;
	readonly width: number;
	readonly height: number;
}

/** Bytes of an APNG that repeats for ever; of each picture it keeps the rectangle that has changed. */
export async function encodeApng(film: Timelapse): Promise<Uint8Array> {
	const { width, height, count, fps, hold } = film;
	const control = Buffer.alloc(8);
	control.writeUInt32BE(count);
	// The picture for viewers without animation is none of the animation's.
	const still = compressRows(await film.picture(count - 1), 3 * width);
	const parts = [pngSignature, pngHeader(width, height, 3), pngChunk('acTL', control), pngChunk('IDAT', still)];
	let sequence = 0;
	let before: Uint8Array | undefined;
	let i = 0;
	for await (const rgb of film.pictures()) {
		const region = changedRegion(rgb, before, width, height);
		const frame = Buffer.alloc(26);
		frame.writeUInt32BE(sequence++);
		[region.width, region.height, region.left, region.top].forEach((n, k) => {
			frame.writeUInt32BE(n, 4 + 4 * k);
		});
		// Seconds as a fraction of 16 bits each; then: leave what is there, draw over it.
		const last = ++i === count;
		frame.writeUInt16BE(last ? Math.round(1000 * hold) : 100, 20);
		frame.writeUInt16BE(last ? 1000 : Math.round(100 * fps), 22);
		const data = compressRows(cut(rgb, width, region), 3 * region.width);
		const numbered = Buffer.alloc(4 + data.length);
		numbered.writeUInt32BE(sequence++);
		numbered.set(data, 4);
		parts.push(pngChunk('fcTL', frame), pngChunk('fdAT', numbered));
		before = rgb;
	}
	parts.push(pngChunk('IEND', new Uint8Array(0)));
	return Buffer.concat(parts);
}

/** The smallest rectangle with all that has changed; one pixel when nothing has, as frames may not be empty. */
function changedRegion(rgb: Uint8Array, before: Uint8Array | undefined, width: number, height: number): Region {
	if (!before) return { left: 0, top: 0, width, height };
	let [left, top, right, bottom] = [width, height, -1, -1];
	for (let y = 0, i = 0; y < height; y++)
		for (let x = 0; x < width; x++, i += 3) {
			if (rgb[i] === before[i] && rgb[i + 1] === before[i + 1] && rgb[i + 2] === before[i + 2]) continue;
			if (x < left) left = x;
			if (x > right) right = x;
			if (y < top) top = y;
			bottom = y;
		}
	if (bottom < 0) return { left: 0, top: 0, width: 1, height: 1 };
	return { left, top, width: right - left + 1, height: bottom - top + 1 };
}

function cut(rgb: Uint8Array, stride: number, { left, top, width, height }: Region): Uint8Array {
	const out = new Uint8Array(3 * width * height);
	for (let y = 0; y < height; y++) {
		const from = 3 * ((top + y) * stride + left);
		out.set(rgb.subarray(from, from + 3 * width), 3 * y * width);
	}
	return out;
}
