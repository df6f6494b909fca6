/** @file EXIF and XMP in WebP: a RIFF file whose VP8X chunk says what it has (WebP container specification). */

import { damaged, part } from './bytes.js';

export const isWebp = (bytes: Buffer): boolean =>
	bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP';

/** Four characters, the last of 'XMP ' a space. */
export type WebpMetadata = 'EXIF' | 'XMP ';

interface Chunk {
	readonly type: string;
	/** With header and padding. */
	readonly whole: Buffer;
	readonly data: Buffer;
}

const flags: Readonly<Record<string, number>> = { EXIF: 0x08, 'XMP ': 0x04 };

/** All chunks, and where the RIFF file ends. @throws AtelierError E_IMAGE */
function readChunks(bytes: Buffer): { chunks: Chunk[]; end: number } {
	const end = 8 + part(bytes, 4, 4).readUInt32LE();
	part(bytes, 0, end);
	const chunks: Chunk[] = [];
	for (let at = 12; at < end; ) {
		const length = part(bytes, at + 4, 4).readUInt32LE();
		const data = part(bytes, at + 8, length);
		// Padded to even; some writers leave out the padding of the last.
		const next = Math.min(end, at + 8 + length + (length & 1));
		if (at + 8 + length > end) throw damaged(`a WebP chunk at byte ${at} that is longer than its file`);
		chunks.push({ type: bytes.toString('latin1', at, at + 4), whole: bytes.subarray(at, next), data });
		at = next;
	}
	return { chunks, end };
}

/** The EXIF and XMP of a file. @throws AtelierError E_IMAGE */
export function webpMetadata(bytes: Buffer): Partial<Record<WebpMetadata, Buffer>> {
	const { chunks } = readChunks(bytes);
	const found = (type: WebpMetadata) => chunks.find((c) => c.type === type)?.data;
	const [exif, xmp] = [found('EXIF'), found('XMP ')];
	return { ...(exif && { EXIF: exif }), ...(xmp && { 'XMP ': xmp }) };
}

/** Put EXIF or XMP in place of what there is of it. @throws AtelierError E_IMAGE */
export function withWebpMetadata(bytes: Buffer, metadata: Partial<Record<WebpMetadata, Buffer>>): Buffer {
	const { chunks, end } = readChunks(bytes);
	const kept = chunks.filter((c) => c.type !== 'VP8X' && !Object.hasOwn(metadata, c.type));
	const header = Buffer.from(chunks.find((c) => c.type === 'VP8X')?.data ?? simpleHeader(kept));
	if (header.length < 10) throw damaged('a WebP header that is too short');
	for (const type of Object.keys(metadata)) header[0]! |= flags[type]!;
	const body = Buffer.concat([
		Buffer.from('WEBP'),
		riffChunk('VP8X', header),
		// An unpadded last chunk is not the last any more.
		...kept.map((c) => (c.whole.length & 1 ? Buffer.concat([c.whole, Buffer.alloc(1)]) : c.whole)),
		...Object.entries(metadata).map(([type, data]) => riffChunk(type, data)),
	]);
	return Buffer.concat([riffChunk('RIFF', body), bytes.subarray(end)]);
}

/** The VP8X header that a file of one bare image would have: no flags but alpha, and the size. */
function simpleHeader(chunks: readonly Chunk[]): Buffer {
	const image = chunks.find((c) => c.type === 'VP8 ' || c.type === 'VP8L');
	if (!image) throw damaged('a WebP without pixels');
	const header = Buffer.alloc(10);
	if (image.type === 'VP8L') {
		// One byte of signature; 14 bits width - 1, 14 bits height - 1, one bit alpha.
		const bits = part(image.data, 1, 4).readUInt32LE();
		header[0] = (bits >>> 28) & 1 ? 0x10 : 0;
		header.writeUIntLE(bits & 0x3fff, 4, 3);
		header.writeUIntLE((bits >>> 14) & 0x3fff, 7, 3);
	} else {
		// Three bytes of frame tag, three of start code; 14 bits each, the upper two are scaling.
		const size = part(image.data, 6, 4);
		const [width, height] = [size.readUInt16LE(0) & 0x3fff, size.readUInt16LE(2) & 0x3fff];
		if (width === 0 || height === 0) throw damaged('a WebP without pixels');
		header.writeUIntLE(width - 1, 4, 3);
		header.writeUIntLE(height - 1, 7, 3);
	}
	return header;
}

function riffChunk(type: string, data: Buffer): Buffer {
	const chunk = Buffer.alloc(8 + data.length + (data.length & 1));
	chunk.write(type, 0, 'latin1');
	chunk.writeUInt32LE(data.length, 4);
	data.copy(chunk, 8);
	return chunk;
}
