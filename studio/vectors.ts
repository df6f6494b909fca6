/**
 * @file Frames of vector drawings in few bytes: numbers in fixed point (1/32 px, 1/255 of a colour) as zigzag varints of
 * differences. A key frame stands alone (each number against the one of the same kind before it); the others hold differences
 * from the last key frame, so that any of them may be lost. Layout: u8 kind (0 key, 1 difference), varint key number, numbers.
 */

import type { VectorFigures } from '../src/renderers/vectors.js';

const perPixel = 32;
const perColor = 255;

/** All numbers of a frame in fixed point: points, widths, colours, background. */
function quantised({ points, widths, colors, background }: VectorFigures): Int32Array {
	const groups = [
		[points, perPixel],
		[widths, perPixel],
		[colors, perColor],
		[background, perColor],
	] as const;
	const out = new Int32Array(groups.reduce((sum, [group]) => sum + group.length, 0));
	let i = 0;
	for (const [group, scale] of groups) for (const v of group) out[i++] = Math.round(v * scale);
	return out;
}

/** Distance in a key frame to the number of the same kind before it: x, y; width; R, G, B, A. */
function strides(points: number, widths: number, total: number): (i: number) => number {
	return (i) => (i < points ? 2 : i < points + widths ? 1 : i < total - 3 ? 4 : 1);
}

/** Encodes the frames of one candidate. */
export class VectorEncoder {
	private key: Int32Array | undefined;
	private number = 0;
	private since = 0;

	/** @param keyEvery frames between key frames */
	constructor(private readonly keyEvery = 30) {}

	/** @param whole a key frame now, whatever came before */
	encode(figures: VectorFigures, whole = false): Uint8Array {
		const numbers = quantised(figures);
		const isKey = whole || this.key?.length !== numbers.length || this.since >= this.keyEvery;
		if (isKey) {
			this.key = numbers;
			this.number++;
			this.since = 0;
		}
		this.since++;
		const bytes: number[] = [isKey ? 0 : 1];
		writeVarint(bytes, this.number);
		const stride = strides(figures.points.length, figures.widths.length, numbers.length);
		for (let i = 0; i < numbers.length; i++) {
			const before = isKey ? (numbers[i - stride(i)] ?? 0) : this.key![i]!;
			const d = numbers[i]! - before;
			writeVarint(bytes, ((d << 1) ^ (d >> 31)) >>> 0);
		}
		return Uint8Array.from(bytes);
	}
}

/** How many numbers of each kind a layout's frames hold. */
export interface FrameSizes {
	readonly points: number;
	readonly figures: number;
}

/** Decodes them again; one for each candidate of a run. */
export class VectorDecoder {
	private key: Int32Array | undefined;
	private number = -1;

	constructor(private readonly sizes: FrameSizes) {}

	/** Undefined for a frame whose key frame was lost, or that is damaged. */
	decode(data: Uint8Array): VectorFigures | undefined {
		const { points, figures } = this.sizes;
		const total = points + 5 * figures + 3;
		const reader = { data, at: 1 };
		const number = readVarint(reader);
		const isKey = data[0] === 0;
		if (!isKey && (number !== this.number || !this.key)) return undefined;
		const numbers = new Int32Array(total);
		const stride = strides(points, figures, total);
		for (let i = 0; i < total; i++) {
			const z = readVarint(reader);
			const before = isKey ? (numbers[i - stride(i)] ?? 0) : this.key![i]!;
			numbers[i] = before + ((z >>> 1) ^ -(z & 1));
		}
		if (reader.at !== data.length) return undefined;
		if (isKey) {
			this.key = numbers;
			this.number = number;
		}
		const part = (from: number, length: number, scale: number) =>
			Float32Array.from(numbers.subarray(from, from + length), (v) => v / scale);
		return {
			points: part(0, points, perPixel),
			widths: part(points, figures, perPixel),
			colors: part(points + figures, 4 * figures, perColor),
			background: part(points + 5 * figures, 3, perColor),
		};
	}
}

/** The sizes of a layout's frames. */
export function frameSizes({ segments }: { readonly segments: readonly number[] }): FrameSizes {
	return { points: segments.reduce((sum, k) => sum + 2 * (3 * k + 1), 0), figures: segments.length };
}

function writeVarint(bytes: number[], value: number): void {
	let v = value >>> 0;
	while (v >= 128) {
		bytes.push((v & 127) | 128);
		v >>>= 7;
	}
	bytes.push(v);
}

/** Past the end of the data it reads zeros, and `at` ends up beyond the length. */
function readVarint(reader: { readonly data: Uint8Array; at: number }): number {
	let value = 0;
	for (let shift = 0; shift < 35; shift += 7) {
		const byte = reader.data[reader.at++] ?? 0;
		value |= (byte & 127) << shift;
		if (byte < 128) break;
	}
	return value >>> 0;
}
