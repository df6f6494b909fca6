/**
 * @file Pillow's resizing, to the bit. Antialiased filters: two passes, across, then down, each with weights of 22 bits and
 * bytes in between; pixels with alpha are premultiplied meanwhile. Source: Pillow's Resample.c, Geometry.c, Convert.c.
 */

import type { Raster } from '../../image-io.js';

/** Filters by the width of their support and their weight at a distance from the centre. */
const filters = {
	bilinear: { support: 1, weight: (x: number) => Math.max(0, 1 - Math.abs(x)) },
	bicubic: { support: 2, weight: (x: number) => cubic(Math.abs(x)) },
};
export type Filter = keyof typeof filters;

/** The cubic of a = -1/2. */
function cubic(x: number): number {
	if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
	return x < 2 ? -0.5 * (((x - 5) * x + 8) * x - 4) : 0;
}

/** A raster at another size. One with a palette takes the nearest pixels, whatever the filter, as Pillow resizes indices. */
export function resize(raster: Raster, width: number, height: number, filter: Filter): Raster {
	if (raster.width === width && raster.height === height) return raster;
	if (raster.indexed) return nearest(raster, width, height);
	if (raster.channels === 3 || raster.inks) return resample(raster, width, height, filter);
	return unpremultiplied(resample(premultiplied(raster), width, height, filter));
}

function resample(raster: Raster, width: number, height: number, filter: Filter): Raster {
	const { channels } = raster;
	let { data } = raster;
	if (width !== raster.width) {
		const spans = spansOf(raster.width, width, filter);
		data = pass(data, spans, { lines: raster.height, line: raster.width * channels, pixel: channels, channels });
	}
	if (height !== raster.height) {
		const spans = spansOf(raster.height, height, filter);
		// Columns take the part of rows: their pixels are a row apart.
		data = pass(data, spans, { lines: width, line: channels, pixel: width * channels, channels });
	}
	return { ...raster, width, height, data };
}

/** Which pixels make up a new one, and by how much, in 2^-22. */
interface Span {
	readonly start: number;
	readonly weights: Int32Array;
}

function spansOf(from: number, to: number, filter: Filter): Span[] {
	const { support, weight } = filters[filter];
	const scale = from / to;
	const stretch = Math.max(1, scale);
	const reach = support * stretch;
	return Array.from({ length: to }, (_, i) => {
		const centre = (i + 0.5) * scale;
		const start = Math.max(0, Math.trunc(centre - reach + 0.5));
		const end = Math.min(from, Math.trunc(centre + reach + 0.5));
		const exact = Array.from({ length: end - start }, (_, k) => weight((k + start - centre + 0.5) * (1 / stretch)));
		const sum = exact.reduce((a, b) => a + b, 0);
		return {
			start,
			weights: Int32Array.from(exact, (w) => {
				const share = (sum === 0 ? w : w / sum) * (1 << 22);
				return Math.trunc(share + (share < 0 ? -0.5 : 0.5));
			}),
		};
	});
}

/** Where pixels lie: distances in bytes from one line to the next, and from one pixel of a line to the next. */
interface Layout {
	readonly lines: number;
	readonly line: number;
	readonly pixel: number;
	readonly channels: number;
}

/** One pass along the lines; the result has lines and pixels in the same order. Whole numbers of 32 bits throughout: weights add up to little more than 2^22. */
function pass(data: Uint8Array, spans: readonly Span[], { lines, line, pixel, channels }: Layout): Uint8Array {
	const across = pixel === channels;
	const [outLine, outPixel] = across ? [spans.length * channels, channels] : [line, pixel];
	const out = new Uint8Array(lines * spans.length * channels);
	const half = 1 << 21;
	const four = channels === 4;
	for (let y = 0; y < lines; y++)
		for (let i = 0; i < spans.length; i++) {
			const { start, weights } = spans[i]!;
			let r = half;
			let g = half;
			let b = half;
			let a = half;
			for (let k = 0, at = y * line + start * pixel; k < weights.length; k++, at += pixel) {
				const weight = weights[k]!;
				r = (r + Math.imul(data[at]!, weight)) | 0;
				g = (g + Math.imul(data[at + 1]!, weight)) | 0;
				b = (b + Math.imul(data[at + 2]!, weight)) | 0;
				if (four) a = (a + Math.imul(data[at + 3]!, weight)) | 0;
			}
			const to = y * outLine + i * outPixel;
			out[to] = byte(r);
			out[to + 1] = byte(g);
			out[to + 2] = byte(b);
			if (four) out[to + 3] = byte(a);
		}
	return out;
}

/** A sum of 22 bits after the point as a byte. */
function byte(sum: number): number {
	const value = sum >> 22;
	return value < 0 ? 0 : value > 255 ? 255 : value;
}

function nearest(raster: Raster, width: number, height: number): Raster {
	const { channels } = raster;
	const columns = nearestOf(raster.width, width);
	const rows = nearestOf(raster.height, height);
	const data = new Uint8Array(width * height * channels);
	let at = 0;
	for (const y of rows)
		for (const x of columns)
			for (let c = 0; c < channels; c++) data[at++] = raster.data[(y * raster.width + x) * channels + c]!;
	return { ...raster, width, height, data };
}

/** Added up step by step, with the rounding of that. */
function nearestOf(from: number, to: number): number[] {
	const step = from / to;
	let at = step * 0.5;
	return Array.from({ length: to }, () => {
		const index = Math.trunc(at);
		at += step;
		return Math.min(index, from - 1);
	});
}

function premultiplied(raster: Raster): Raster {
	return mapColors(raster, shareOf);
}

/** a b / 255, rounded, of bytes. */
export function shareOf(a: number, b: number): number {
	const t = a * b + 128;
	return ((t >> 8) + t) >> 8;
}

function unpremultiplied(raster: Raster): Raster {
	return mapColors(raster, (color, alpha) =>
		alpha === 0 || alpha === 255 ? color : Math.min(255, Math.trunc((255 * color) / alpha)),
	);
}

/** Change the colours of RGBA by their alpha. */
function mapColors(raster: Raster, change: (color: number, alpha: number) => number): Raster {
	// Not slice(), which shares the memory of a Buffer.
	const data = Uint8Array.from(raster.data);
	for (let at = 0; at < data.length; at += 4)
		for (let c = at; c < at + 3; c++) data[c] = change(data[c]!, data[at + 3]!);
	return { ...raster, data };
}
