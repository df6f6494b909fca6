/** @file Image files as the square pictures that towers see, by one resize: a random square of the largest possible, or its middle. */

import sharp from 'sharp';
import type { Random } from '../../random.js';

/** What varies. */
export interface CropOptions {
	readonly random: Random;
	/** Area of the square, as shares of the largest that fits into the picture. */
	readonly crop: readonly [number, number];
	readonly mirror: number;
}

/**
 * A picture of this side as [side, side, 3] bytes: upright, in sRGB, transparency on white, resized by bicubic interpolation.
 * Without options the largest square of the middle; with them a random square, as CLIP was trained on.
 *
 * @throws Error of the library when the bytes are no image
 */
export async function squarePicture(bytes: Uint8Array, side: number, options?: CropOptions): Promise<Uint8Array> {
	const image = sharp(bytes, { failOn: 'error' });
	const { width, height } = (await image.metadata()).autoOrient;
	const largest = Math.min(width, height);
	const random = options?.random;
	const share = random ? random.uniform(...options.crop) : 1;
	const square = Math.max(1, Math.round(largest * Math.sqrt(share)));
	const place = (room: number) => Math.round(room * (random ? random.uniform() : 0.5));
	const area = { left: place(width - square), top: place(height - square), width: square, height: square };
	let pipeline = image
		.autoOrient()
		.extract(area)
		.resize(side, side, { fit: 'fill', kernel: 'cubic' })
		.flatten({ background: '#ffffff' })
		.toColourspace('srgb');
	if (random?.chance(options!.mirror)) pipeline = pipeline.flop();
	const { data, info } = await pipeline.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
	if (info.channels === 3) return data;
	// toColourspace keeps a gray picture in one channel.
	return Uint8Array.from({ length: side * side * 3 }, (_, i) => data[Math.floor(i / 3)]!);
}

/** Bytes as numbers in [0, 1], written from `offset` on. */
export function intoUnit(bytes: Uint8Array, out: Float32Array, offset: number): void {
	for (let i = 0; i < bytes.length; i++) out[offset + i] = bytes[i]! / 255;
}
