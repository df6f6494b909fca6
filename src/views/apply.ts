/**
 * @file The views kernel: a canvas resampled into a batch of views, and the exact transpose.
 *
 * A view pixel is the mean over an n x n grid of bilinear samples of the canvas, n = the number of canvas pixels that a
 * view pixel spans at the view's centre, rounded: n = 1 is plain bilinear, larger n a box filter against aliasing.
 * The map is linear in the canvas, so the pullback adds the same weights in the opposite direction. The canvas is framed
 * with fill first and positions are clamped to that frame, so no sample needs a test for the border; positions are computed anew in the pullback, a row at a time into a small buffer, which is faster than storing them.
 */

import { AtelierError } from '../errors.js';
import type { Picture } from '../image.js';
import { localScale } from './homography.js';
import type { Fill } from './options.js';
import type { View } from './sample.js';

/** Views of one image and the way back. */
export interface ViewBatch {
	/** [count, size, size, 3], rows top to bottom, channels last; the scale of the canvas (0 black, 1 full). */
	readonly batch: Float32Array;
	/** d loss / d batch to d loss / d image.data. */
	pullback(dBatch: Float32Array): Float32Array;
}

/** Most sub-samples a pixel and axis. */
const maxGrid = 8;
/** Pixels of fill around the canvas and axis: one before, and two after, as a sample on the outermost one still reads its neighbour. */
const frame = 3;

/**
 * Resample an image into views of `size` px square.
 *
 * @throws AtelierError E_SHAPE from the pullback when the gradient is not as long as the batch.
 */
export function applyViews(image: Picture, views: readonly View[], size: number): ViewBatch {
	const { width, height } = image;
	const length = size * size * 3;
	const batch = new Float32Array(views.length * length);
	const framed = new Float32Array((width + frame) * (height + frame) * 3);
	for (let row = 0; row < height; row++) {
		framed.set(image.data.subarray(row * width * 3, (row + 1) * width * 3), ((row + 1) * (width + frame) + 1) * 3);
	}
	let painted: Fill | undefined;
	views.forEach((view, i) => {
		if (view.fill !== painted) paintFrame(framed, width, height, view.fill);
		painted = view.fill;
		gather(framed, width, height, view, size, batch.subarray(i * length, (i + 1) * length));
	});
	return {
		batch,
		pullback(dBatch) {
			if (dBatch.length !== batch.length) {
				throw new AtelierError('E_SHAPE', `expected a gradient of ${batch.length} numbers, got ${dBatch.length}`);
			}
			const dFramed = new Float32Array(framed.length);
			views.forEach((view, i) => {
				scatter(dBatch.subarray(i * length, (i + 1) * length), width, height, view, size, dFramed);
			});
			const dData = new Float32Array(image.data.length);
			for (let row = 0; row < height; row++) {
				const start = ((row + 1) * (width + frame) + 1) * 3;
				dData.set(dFramed.subarray(start, start + width * 3), row * width * 3);
			}
			return dData;
		},
	};
}

/** Colour everything around the canvas; 'edge' never looks there. */
function paintFrame(framed: Float32Array, width: number, height: number, fill: Fill): void {
	if (fill === 'edge') return;
	const colour = typeof fill === 'number' ? [fill, fill, fill] : fill;
	for (let y = 0; y < height + frame; y++) {
		const inside = y > 0 && y <= height;
		for (let x = 0; x < width + frame; x++) {
			if (inside && x === 1) x += width; // over the canvas
			framed.set(colour, (y * (width + frame) + x) * 3);
		}
	}
}

/** Where the samples of one row of view pixels lie on the framed canvas. */
class RowTracer {
	/** Samples a view pixel. */
	readonly samples: number;
	/** Positions with pixel centres at whole numbers; size * samples, those of one view pixel together. */
	readonly u: Float64Array;
	readonly v: Float64Array;
	private readonly grid: number;
	private readonly low: number;
	private readonly right: number;
	private readonly bottom: number;

	constructor(
		private readonly view: View,
		readonly size: number,
		width: number,
		height: number,
	) {
		const scale = localScale(view.map, size / 2, size / 2);
		this.grid = Math.min(maxGrid, Math.max(1, Math.round(scale)));
		this.samples = this.grid * this.grid;
		this.u = new Float64Array(size * this.samples);
		this.v = new Float64Array(size * this.samples);
		// 'edge' holds the positions between the outermost canvas pixels, where the fill has no weight.
		const inset = view.fill === 'edge' ? 1 : 0;
		this.low = inset;
		this.right = width + 1 - inset;
		this.bottom = height + 1 - inset;
	}

	/** Fill u and v for row y of the view. */
	trace(y: number): void {
		const { u, v, samples, grid, size, low, right, bottom } = this;
		const [a, b, c, d, e, f, g, h, i] = this.view.map;
		for (let k = 0; k < samples; k++) {
			const first = ((k % grid) + 0.5) / grid;
			const py = y + (Math.floor(k / grid) + 0.5) / grid;
			const xRow = b * py + c;
			const yRow = e * py + f;
			const wRow = h * py + i;
			for (let x = 0, at = k; x < size; x++, at += samples) {
				const px = x + first;
				// Beyond the horizon there is no canvas; a tiny denominator sends the sample far outside.
				const w = g * px + wRow;
				const inverse = 1 / Math.max(w, 1e-6);
				const su = (a * px + xRow) * inverse + 0.5;
				const sv = (d * px + yRow) * inverse + 0.5;
				u[at] = Math.min(Math.max(su, low), right);
				v[at] = Math.min(Math.max(sv, low), bottom);
			}
		}
	}
}

function gather(framed: Float32Array, width: number, height: number, view: View, size: number, out: Float32Array) {
	const tracer = new RowTracer(view, size, width, height);
	const gain = view.gain / tracer.samples;
	const offset = 0.5 - 0.5 * view.gain + view.offset;
	for (let y = 0; y < size; y++) {
		tracer.trace(y);
		gatherRow(framed, (width + frame) * 3, tracer, gain, offset, out, y * size * 3);
	}
	if (view.noise > 0) addNoise(out, view.noise, view.noiseSeed);
}

function gatherRow(
	framed: Float32Array,
	stride: number,
	tracer: RowTracer,
	gain: number,
	offset: number,
	out: Float32Array,
	start: number,
) {
	const { u, v, size, samples } = tracer;
	for (let x = 0, s = 0, o = start; x < size; x++, o += 3) {
		let red = 0;
		let green = 0;
		let blue = 0;
		for (let k = 0; k < samples; k++, s++) {
			const su = u[s]!;
			const sv = v[s]!;
			const x0 = su | 0;
			const y0 = sv | 0;
			const fx = su - x0;
			const fy = sv - y0;
			const w11 = fx * fy;
			const w01 = fx - w11;
			const w10 = fy - w11;
			const w00 = 1 - fx - w10;
			const p = (y0 * stride + x0 * 3) | 0;
			const q = (p + stride) | 0;
			red += w00 * framed[p]! + w01 * framed[p + 3]! + w10 * framed[q]! + w11 * framed[q + 3]!;
			green += w00 * framed[p + 1]! + w01 * framed[p + 4]! + w10 * framed[q + 1]! + w11 * framed[q + 4]!;
			blue += w00 * framed[p + 2]! + w01 * framed[p + 5]! + w10 * framed[q + 2]! + w11 * framed[q + 5]!;
		}
		out[o] = gain * red + offset;
		out[o + 1] = gain * green + offset;
		out[o + 2] = gain * blue + offset;
	}
}

function scatter(dOut: Float32Array, width: number, height: number, view: View, size: number, dFramed: Float32Array) {
	const tracer = new RowTracer(view, size, width, height);
	for (let y = 0; y < size; y++) {
		tracer.trace(y);
		scatterRow(dOut, y * size * 3, tracer, view.gain / tracer.samples, dFramed, (width + frame) * 3);
	}
}

/** The transpose of {@link gatherRow}. */
function scatterRow(
	dOut: Float32Array,
	start: number,
	tracer: RowTracer,
	gain: number,
	dFramed: Float32Array,
	stride: number,
) {
	const { u, v, size, samples } = tracer;
	for (let x = 0, s = 0, o = start; x < size; x++, o += 3) {
		const red = gain * dOut[o]!;
		const green = gain * dOut[o + 1]!;
		const blue = gain * dOut[o + 2]!;
		for (let k = 0; k < samples; k++, s++) {
			const su = u[s]!;
			const sv = v[s]!;
			const x0 = su | 0;
			const y0 = sv | 0;
			const fx = su - x0;
			const fy = sv - y0;
			const w11 = fx * fy;
			const w01 = fx - w11;
			const w10 = fy - w11;
			const w00 = 1 - fx - w10;
			const p = (y0 * stride + x0 * 3) | 0;
			const q = (p + stride) | 0;
			dFramed[p]! += w00 * red;
			dFramed[p + 1]! += w00 * green;
			dFramed[p + 2]! += w00 * blue;
			dFramed[p + 3]! += w01 * red;
			dFramed[p + 4]! += w01 * green;
			dFramed[p + 5]! += w01 * blue;
			dFramed[q]! += w10 * red;
			dFramed[q + 1]! += w10 * green;
			dFramed[q + 2]! += w10 * blue;
			dFramed[q + 3]! += w11 * red;
			dFramed[q + 4]! += w11 * green;
			dFramed[q + 5]! += w11 * blue;
		}
	}
}

/** Nearly normal noise: the sum of the four bytes of a xorshift32 number (Marsaglia 2003), scaled to the deviation. */
function addNoise(out: Float32Array, deviation: number, seed: number): void {
	const scale = deviation / Math.sqrt((4 * (256 * 256 - 1)) / 12);
	let state = seed | 0;
	for (let i = 0; i < out.length; i++) {
		state ^= state << 13;
		state ^= state >>> 17;
		state ^= state << 5;
		const sum = (state & 255) + ((state >>> 8) & 255) + ((state >>> 16) & 255) + (state >>> 24);
		out[i] = out[i]! + scale * (sum - 510);
	}
}
