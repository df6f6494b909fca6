/** @file Text in PNG: tEXt, zTXt and iTXt chunks (PNG specification, third edition, 11.3.3). */

import { crc32 } from 'node:zlib';
import { damaged, inflate, part, textLimit, untilZero } from './bytes.js';

export const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

export const isPng = (bytes: Buffer): boolean => bytes.subarray(0, 8).equals(pngSignature);

interface Chunk {
	readonly type: string;
	/** Offset of the chunk, and of what follows it. */
	readonly start: number;
	readonly end: number;
	readonly data: Buffer;
}

/** All chunks up to IEND. @throws AtelierError E_IMAGE */
function* chunks(bytes: Buffer): Generator<Chunk> {
	for (let at = pngSignature.length; ; ) {
		const length = part(bytes, at, 4).readUInt32BE();
		const type = part(bytes, at + 4, 4).toString('latin1');
		const end = at + 12 + length;
		part(bytes, at, end - at);
		yield { type, start: at, end, data: bytes.subarray(at + 8, end - 4) };
		if (type === 'IEND') return;
		at = end;
	}
}

const isText = ({ type }: Chunk): boolean => type === 'tEXt' || type === 'zTXt' || type === 'iTXt';

/** Texts by keyword; of several with one keyword the first. @throws AtelierError E_IMAGE */
export function pngTexts(bytes: Buffer): Map<string, string> {
	const texts = new Map<string, string>();
	let total = 0;
	const count = (length: number): void => {
		total += length;
		if (total > textLimit) throw damaged(`more than ${textLimit} characters of text`);
	};
	for (const chunk of chunks(bytes)) {
		if (!isText(chunk)) continue;
		count(chunk.data.length);
		if (crc32(bytes.subarray(chunk.start + 4, chunk.end - 4)) !== bytes.readUInt32BE(chunk.end - 4))
			throw damaged(`a text chunk at byte ${chunk.start} with a wrong checksum`);
		const { keyword, text } = readText(chunk);
		// It may have been packed.
		count(Math.max(0, text.length - chunk.data.length));
		if (!texts.has(keyword)) texts.set(keyword, text);
	}
	return texts;
}

function readText({ type, data }: Chunk): { keyword: string; text: string } {
	const { text: keyword, next } = untilZero(data, 0, 'latin1');
	if (type === 'tEXt') return { keyword, text: data.toString('latin1', next) };
	if (type === 'zTXt') return { keyword, text: inflate(data.subarray(next + 1)).toString('latin1') };
	const language = untilZero(data, next + 2, 'latin1');
	const translated = untilZero(data, language.next, 'utf8');
	const rest = data.subarray(translated.next);
	return { keyword, text: (data[next] === 1 ? inflate(rest) : rest).toString('utf8') };
}

/**
 * Put texts before the first IDAT, behind the texts that are there, and leave out those with the same keywords.
 * What `asUtf8` names is iTXt; the others are tEXt where Latin-1 can say it.
 *
 * @throws AtelierError E_IMAGE
 */
export function withPngTexts(bytes: Buffer, texts: ReadonlyMap<string, string>, asUtf8: ReadonlySet<string>): Buffer {
	const parts: Buffer[] = [pngSignature];
	let placed = false;
	let end = pngSignature.length;
	for (const chunk of chunks(bytes)) {
		end = chunk.end;
		if (isText(chunk) && texts.has(untilZero(chunk.data, 0, 'latin1').text)) continue;
		if (chunk.type === 'IDAT' && !placed) {
			for (const [keyword, text] of texts) parts.push(textChunk(keyword, text, asUtf8.has(keyword)));
			placed = true;
		}
		parts.push(bytes.subarray(chunk.start, chunk.end));
	}
	if (!placed) throw damaged('a PNG without pixels');
	return Buffer.concat([...parts, bytes.subarray(end)]);
}

/** A chunk: length, type, data, CRC-32 of type and data. */
export function pngChunk(type: string, data: Uint8Array): Buffer {
	const chunk = Buffer.alloc(12 + data.length);
	chunk.writeUInt32BE(data.length);
	chunk.write(type, 4, 'latin1');
	chunk.set(data, 8);
	chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + data.length)), 8 + data.length);
	return chunk;
}

function textChunk(keyword: string, text: string, utf8: boolean): Buffer {
	const latin1 = !utf8 && /^[\n\x20-\x7e\xa1-\xff]*$/.test(text);
	return latin1
		? pngChunk('tEXt', Buffer.from(`${keyword}\0${text}`, 'latin1'))
		: // Uncompressed, no language, no translated keyword.
			pngChunk('iTXt', Buffer.from(`${keyword}\0\0\0\0\0${text}`, 'utf8'));
}
