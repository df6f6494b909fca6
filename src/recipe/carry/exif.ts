/** @file EXIF: the texts that programs put into a TIFF directory, and one with a user comment of our own (Exif 2.32, 4.6). */

import { damaged, part, textLimit } from './bytes.js';

const tags = {
	make: 0x010f,
	model: 0x0110,
	software: 0x0131,
	exifDirectory: 0x8769,
	makerNote: 0x927c,
	comment: 0x9286,
};

/** The texts of a TIFF structure that matter here. */
export interface ExifTexts {
	make?: string;
	model?: string;
	software?: string;
	makerNote?: string;
	comment?: string;
}

const prefix = Buffer.from('Exif\0\0', 'latin1');

/** Read a TIFF structure, with or without the prefix that JPEG has. @throws AtelierError E_IMAGE */
export function exifTexts(bytes: Buffer): ExifTexts {
	const tiff = bytes.subarray(0, 6).equals(prefix) ? bytes.subarray(6) : bytes;
	if (tiff.length > textLimit) throw damaged(`EXIF of ${tiff.length} bytes where at most ${textLimit} are read`);
	const order = part(tiff, 0, 2).toString('latin1');
	if (order !== 'II' && order !== 'MM') throw damaged('EXIF without byte order');
	const little = order === 'II';
	const u16 = (at: number) => (little ? part(tiff, at, 2).readUInt16LE() : part(tiff, at, 2).readUInt16BE());
	const u32 = (at: number) => (little ? part(tiff, at, 4).readUInt32LE() : part(tiff, at, 4).readUInt32BE());
	const texts: ExifTexts = {};
	const read = (directory: number): number | undefined => {
		let inner: number | undefined;
		const count = u16(directory);
		for (let i = 0; i < count; i++) {
			const entry = directory + 2 + 12 * i;
			const [tag, type, length] = [u16(entry), u16(entry + 2), u32(entry + 4)];
			if (tag === tags.exifDirectory) inner = u32(entry + 8);
			const name = (['make', 'model', 'software', 'makerNote', 'comment'] as const).find((n) => tags[n] === tag);
			// Byte, ASCII, undefined: one byte each.
			if (!name || (type !== 1 && type !== 2 && type !== 7)) continue;
			const value = part(tiff, length <= 4 ? entry + 8 : u32(entry + 8), length);
			texts[name] ??= name === 'comment' ? commentText(value) : value.toString('utf8').replace(/\0+$/, '');
		}
		return inner;
	};
	const inner = read(u32(4));
	if (inner !== undefined) read(inner);
	return texts;
}

/** A user comment begins with eight characters that name its encoding; some programs leave them out. */
function commentText(value: Buffer): string {
	const encoding = value.toString('latin1', 0, 8);
	const text = value.subarray(8);
	if (encoding === 'UNICODE\0') {
		// UTF-16 in the byte order of the file by the standard, big-endian as most write it: the zeros of ASCII tell.
		const big = text[0] === 0 || (text[1] !== 0 && text.length >= 2);
		const even = Buffer.from(text.subarray(0, text.length & ~1));
		return (big ? even.swap16() : even).toString('utf16le').replace(/\0+$/, '');
	}
	if (encoding === 'ASCII\0\0\0' || encoding === '\0\0\0\0\0\0\0\0') return text.toString('utf8').replace(/\0+$/, '');
	return value.toString('utf8').replace(/\0+$/, '');
}

/** A TIFF structure with the software's name (ASCII) and a user comment, as A1111 and its readers have it: UTF-16, big-endian. */
export function buildExif(software: string, comment: string): Buffer {
	const name = Buffer.from(`${software}\0`, 'latin1');
	const text = Buffer.concat([Buffer.from('UNICODE\0', 'latin1'), Buffer.from(comment, 'utf16le').swap16()]);
	// Header 8; directory of two entries 2 + 24 + 4; the name, padded to even; directory of one entry 2 + 12 + 4; the comment.
	const nameAt = 38;
	const innerAt = nameAt + name.length + (name.length & 1);
	const textAt = innerAt + 18;
	const out = Buffer.alloc(textAt + text.length);
	out.write('MM\0*\0\0\0\b', 0, 'latin1');
	const entry = (at: number, tag: number, type: number, count: number, value: number) => {
		out.writeUInt16BE(tag, at);
		out.writeUInt16BE(type, at + 2);
		out.writeUInt32BE(count, at + 4);
		out.writeUInt32BE(value, at + 8);
	};
	out.writeUInt16BE(2, 8);
	entry(10, tags.software, 2, name.length, nameAt);
	entry(22, tags.exifDirectory, 4, 1, innerAt);
	name.copy(out, nameAt);
	out.writeUInt16BE(1, innerAt);
	entry(innerAt + 2, tags.comment, 7, text.length, textAt);
	text.copy(out, textAt);
	return out;
}
