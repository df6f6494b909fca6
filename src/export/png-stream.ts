/** @file PNG as a stream of rows, for pictures that do not fit into memory, and its chunks (PNG specification, third edition: W3C 2025). */

import { once } from 'node:events';
import { constants, crc32, createDeflate, deflateSync } from 'node:zlib';

/** Bytes a pixel: RGB or RGBA. */
export type Channels = 3 | 4;

export const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** A chunk: length, type, data, CRC-32 of type and data. */
export function pngChunk(type: string, data: Uint8Array): Buffer {
	const chunk = Buffer.alloc(12 + data.length);
	chunk.writeUInt32BE(data.length);
	chunk.write(type, 4, 'latin1');
	chunk.set(data, 8);
	chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + data.length)), 8 + data.length);
	return chunk;
}

/** The IHDR chunk of an 8-bit picture. */
export function pngHeader(width: number, height: number, channels: Channels): Buffer {
	const data = Buffer.alloc(13);
	data.writeUInt32BE(width);
	data.writeUInt32BE(height, 4);
	data.set([8, channels === 3 ? 2 : 6, 0, 0, 0], 8);
	return pngChunk('IHDR', data);
}

/** Rows with filter 'up' (each byte less the one above it), which suits flat colours; `above` is the row before the first. */
function filterRows(rows: Uint8Array, stride: number, above: Uint8Array = new Uint8Array(stride)): Uint8Array {
	const count = rows.length / stride;
	const out = new Uint8Array(count * (stride + 1));
	let prior = above;
	for (let y = 0, o = 0; y < count; y++) {
		const row = rows.subarray(y * stride, (y + 1) * stride);
		out[o++] = 2;
		for (let x = 0; x < stride; x++) out[o++] = row[x]! - prior[x]!;
		prior = row;
	}
	return out;
}

/** The compressed pixels of a picture or a part of one. */
export function compressRows(rows: Uint8Array, stride: number): Buffer {
	return deflateSync(filterRows(rows, stride), { level: 9 });
}

/** A PNG of bands of whole rows, from top to bottom; in memory are one band and what is compressed. */
export async function encodePngBands(
	width: number,
	height: number,
	channels: Channels,
	bands: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<Buffer> {
	const parts: Buffer[] = [pngSignature, pngHeader(width, height, channels)];
	const deflate = createDeflate({ level: constants.Z_DEFAULT_COMPRESSION, chunkSize: 1 << 18 });
	deflate.on('data', (data: Buffer) => parts.push(pngChunk('IDAT', data)));
	const ended = once(deflate, 'end');
	const stride = width * channels;
	let above: Uint8Array | undefined;
	for await (const rows of bands) {
		if (!deflate.write(filterRows(rows, stride, above))) await once(deflate, 'drain');
		above = rows.slice(-stride);
	}
	deflate.end();
	await ended;
	parts.push(pngChunk('IEND', new Uint8Array(0)));
	return Buffer.concat(parts);
}
