/** @file The EXIF of a JPEG: the first APP1 segment that begins with its name (Exif 2.32, 4.7.2). */

import { part } from './bytes.js';

export const isJpeg = (bytes: Buffer): boolean => bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;

/** The EXIF with its prefix, if there is one before the pixels. @throws AtelierError E_IMAGE */
export function jpegExif(bytes: Buffer): Buffer | undefined {
	for (let at = 2; bytes[at] === 0xff; ) {
		const marker = part(bytes, at, 2)[1]!;
		// Fill bytes; then the start of the scan, or the end.
		if (marker === 0xff) {
			at++;
			continue;
		}
		if (marker === 0xda || marker === 0xd9) return undefined;
		const length = part(bytes, at + 2, 2).readUInt16BE();
		const data = part(bytes, at + 4, length - 2);
		if (marker === 0xe1 && data.toString('latin1', 0, 6) === 'Exif\0\0') return data;
		at += 2 + length;
	}
	return undefined;
}
