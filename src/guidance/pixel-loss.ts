/**
 * @file Likeness of two pictures pixel by pixel, at several scales:
 * loss = (1 / L) sum over l < L of mean (B^l (image - target))^2, B = the average of 2 x 2 pixels.
 * The coarse terms pull a shape that does not overlap its target yet; the fine ones settle its edge.
 */

import { AtelierError } from '../errors.js';
import type { Picture } from '../image.js';

/** A picture loss with its gradient, laid out as image.data. */
export interface PictureLoss {
	readonly value: number;
	readonly gradient: Float32Array;
}

/** How to compare. */
export interface PixelLossOptions {
	/** Scales L, each half the size of the one before, all of equal weight; fewer when the picture has shrunk to one pixel. Default 4. */
	readonly levels?: number;
}

/** One scale of a picture-sized array, channels interleaved. */
interface Level {
	readonly width: number;
	readonly height: number;
	readonly data: Float64Array;
}

/**
 * Multi-scale mean squared difference and its gradient on the image. 0 for equal pictures, at most 1 within [0, 1].
 *
 * @throws AtelierError E_SHAPE when the sizes differ, E_ARGUMENT when levels is not a whole number from 1.
 */
export function pixelLoss(image: Picture, target: Picture, options: PixelLossOptions = {}): PictureLoss {
	checkSameSize(image, target);
	const count = options.levels ?? 4;
	if (!Number.isInteger(count) || count < 1) {
		throw new AtelierError('E_ARGUMENT', `expected levels as a whole number from 1, got ${count}`);
	}
	const difference = Float64Array.from(image.data);
	for (let i = 0; i < difference.length; i++) difference[i] = difference[i]! - target.data[i]!;
	const levels: Level[] = [{ width: image.width, height: image.height, data: difference }];
	for (let last = levels[0]!; levels.length < count && (last.width > 1 || last.height > 1); ) {
		last = halve(last);
		levels.push(last);
	}

	let value = 0;
	let gradient = new Float64Array(0);
	for (const [l, { data }] of [...levels.entries()].reverse()) {
		const share = 1 / (levels.length * data.length);
		const own = l + 1 < levels.length ? halveTransposed(gradient, levels[l]!) : new Float64Array(data.length);
		for (let i = 0; i < data.length; i++) {
			const d = data[i]!;
			value += share * d * d;
			own[i] = own[i]! + 2 * share * d;
		}
		gradient = own;
	}
	return { value, gradient: Float32Array.from(gradient) };
}

/** Peak signal-to-noise ratio in dB for a peak of 1: 10 log10 (1 / mean squared difference); Infinity for equal pictures. */
export function psnr(a: Picture, b: Picture): number {
	checkSameSize(a, b);
	let sum = 0;
	for (let i = 0; i < a.data.length; i++) sum += (a.data[i]! - b.data[i]!) ** 2;
	return 10 * Math.log10(a.data.length / sum);
}

function checkSameSize(a: Picture, b: Picture): void {
	if (a.width === b.width && a.height === b.height) return;
	throw new AtelierError(
		'E_SHAPE',
		`expected two pictures of one size, got ${a.width} x ${a.height} and ${b.width} x ${b.height}; resize one`,
	);
}

/** Averages of 2 x 2 pixels; at an odd end, of those that are there. */
function halve({ width, height, data }: Level): Level {
	const w = Math.ceil(width / 2);
	const h = Math.ceil(height / 2);
	const out = new Float64Array(w * h * 3);
	eachPixel(width, height, (from, to, weight) => {
		for (let c = 0; c < 3; c++) out[to + c] = out[to + c]! + weight * data[from + c]!;
	});
	return { width: w, height: h, data: out };
}

/** The transpose of {@link halve}: from a gradient on the coarse level to one on the fine level. */
function halveTransposed(dCoarse: Float64Array, fine: Level): Float64Array<ArrayBuffer> {
	const out = new Float64Array(fine.data.length);
	eachPixel(fine.width, fine.height, (from, to, weight) => {
		for (let c = 0; c < 3; c++) out[from + c] = weight * dCoarse[to + c]!;
	});
	return out;
}

/** Visit each fine pixel with its place, that of its coarse pixel, and its weight there. */
function eachPixel(width: number, height: number, visit: (from: number, to: number, weight: number) => void): void {
	const w = Math.ceil(width / 2);
	for (let y = 0, from = 0; y < height; y++) {
		const rowWeight = y === height - 1 && height % 2 === 1 ? 1 : 0.5;
		for (let x = 0; x < width; x++, from += 3) {
			const weight = x === width - 1 && width % 2 === 1 ? rowWeight : 0.5 * rowWeight;
			visit(from, ((y >> 1) * w + (x >> 1)) * 3, weight);
		}
	}
}
