/** @file Animated WebP, through sharp. */

import sharp from 'sharp';
import type { Timelapse } from './timelapse.js';

/** Chosen by eye: below it, edges of strokes on white get a halo. */
const quality = 85;
/** Of 0 to 6: more took up to six times as long for 4 % fewer bytes. */
const effort = 2;

/** Bytes of a WebP that repeats for ever. */
export async function encodeWebp(film: Timelapse): Promise<Uint8Array> {
	const { width, height, count, fps, hold } = film;
	// sharp wants the pictures as one column.
	const column = new Uint8Array(count * width * height * 3);
	let at = 0;
	for await (const rgb of film.pictures()) {
		column.set(rgb, at);
		at += rgb.length;
	}
	const delay = Array.from(
		{ length: count },
		(_, i) => Math.round((1000 * (i + 1)) / fps) - Math.round((1000 * i) / fps),
	);
	delay[count - 1] = Math.round(1000 * hold);
	return sharp(column, {
		raw: { width, height: count * height, channels: 3, pageHeight: height },
		limitInputPixels: false,
	})
		.webp({ quality, effort, delay, loop: 0 })
		.toBuffer();
}
