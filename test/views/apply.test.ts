/** @file Views applied to a canvas, and the pullback as their exact transpose. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Picture, picture } from '../../src/image.js';
import { Random } from '../../src/random.js';
import { localScale, mapPoint } from '../../src/views/homography.js';
import {
	applyViews,
	builtinViews,
	clipdrawViews,
	plainView,
	sampleViews,
	type View,
	type ViewOptions,
} from '../../src/views/index.js';

const edge: ViewOptions = { ...builtinViews, noise: [0, 0], fill: 'edge' };
const extreme: ViewOptions = {
	perspective: 1,
	rotation: 3,
	shift: 0.5,
	zoom: [0.3, 3],
	mirror: 0.5,
	fill: [0.2, 0.5, 0.9],
};

function noisePicture(width: number, height: number, seed: number): Picture {
	const random = new Random(seed);
	const image = picture(width, height);
	for (let i = 0; i < image.data.length; i++) image.data[i] = random.uniform();
	return image;
}

const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, v, i) => sum + v * (b[i] as number), 0);

/** The definition, written out: every sample, every tap, in double precision. */
function bruteForce(image: Picture, view: View, size: number): Float64Array {
	const grid = Math.min(8, Math.max(1, Math.round(localScale(view.map, size / 2, size / 2))));
	const fill = typeof view.fill === 'number' ? [view.fill, view.fill, view.fill] : view.fill;
	const at = (x: number, y: number, c: number): number => {
		const inside = x >= 0 && y >= 0 && x < image.width && y < image.height;
		if (!inside && fill !== 'edge') return fill[c] as number;
		const cx = Math.min(Math.max(x, 0), image.width - 1);
		const cy = Math.min(Math.max(y, 0), image.height - 1);
		return image.data[(cy * image.width + cx) * 3 + c] as number;
	};
	const out = new Float64Array(size * size * 3);
	for (let y = 0; y < size; y++) {
		for (let x = 0; x < size; x++) {
			for (let c = 0; c < 3; c++) {
				let sum = 0;
				for (let k = 0; k < grid * grid; k++) {
					const [px, py] = mapPoint(view.map, x + ((k % grid) + 0.5) / grid, y + (Math.floor(k / grid) + 0.5) / grid);
					const x0 = Math.floor(px - 0.5);
					const y0 = Math.floor(py - 0.5);
					const fx = px - 0.5 - x0;
					const fy = py - 0.5 - y0;
					const top = (1 - fx) * at(x0, y0, c) + fx * at(x0 + 1, y0, c);
					const low = (1 - fx) * at(x0, y0 + 1, c) + fx * at(x0 + 1, y0 + 1, c);
					sum += (1 - fy) * top + fy * low;
				}
				out[(y * size + x) * 3 + c] = 0.5 + view.gain * (sum / grid ** 2 - 0.5) + view.offset;
			}
		}
	}
	return out;
}

describe('applyViews', () => {
	it('returns the canvas itself for a plain view of the same size', () => {
		const image = noisePicture(19, 19, 1);
		const { batch } = applyViews(image, sampleViews(plainView, 1, image, 19, new Random(1)), 19);
		for (let i = 0; i < batch.length; i++) expect(batch[i]).toBeCloseTo(image.data[i] as number, 5);
	});

	it('box-averages at a whole reduction', () => {
		const image = noisePicture(12, 12, 2);
		const { batch } = applyViews(image, sampleViews(plainView, 1, image, 4, new Random(1)), 4);
		for (let c = 0; c < 3; c++) {
			let sum = 0;
			for (let y = 3; y < 6; y++) for (let x = 6; x < 9; x++) sum += image.data[(y * 12 + x) * 3 + c] as number;
			expect(batch[(1 * 4 + 2) * 3 + c]).toBeCloseTo(sum / 9, 5);
		}
	});

	it('letter-boxes a wide canvas in the fill colour', () => {
		const image = picture(16, 8, 0.25);
		const { batch } = applyViews(image, sampleViews({ fill: [1, 0, 0.5] }, 1, image, 16, new Random(1)), 16);
		const pixel = (x: number, y: number) => Array.from(batch.subarray((y * 16 + x) * 3, (y * 16 + x) * 3 + 3));
		for (const y of [0, 3, 12, 15]) expect(pixel(7, y)).toEqual([1, 0, 0.5]);
		for (const y of [4, 11]) expect(pixel(0, y)).toEqual([0.25, 0.25, 0.25]);
	});

	it.each([
		['clipdraw', clipdrawViews],
		['builtin', { ...builtinViews, noise: [0, 0] } as ViewOptions],
		['edge', edge],
	])('equals the written-out definition: %s', (_, options) => {
		for (const [width, height, size] of [
			[24, 24, 24],
			[40, 23, 13],
			[7, 31, 20],
			[70, 70, 8],
		] as const) {
			const image = noisePicture(width, height, width);
			const views = sampleViews(options, 3, image, size, new Random(height));
			const { batch } = applyViews(image, views, size);
			views.forEach((view, n) => {
				const expected = bruteForce(image, view, size);
				let worst = 0;
				for (let i = 0; i < expected.length; i++) {
					worst = Math.max(worst, Math.abs((expected[i] as number) - (batch[n * expected.length + i] as number)));
				}
				expect(worst).toBeLessThan(1e-5);
			});
		}
	});

	it('has the exact transpose as its pullback: <A x, y> = <x, A^T y> to 1e-4, any canvas, any options', () => {
		const anyOptions = fc.constantFrom(clipdrawViews, builtinViews, plainView, edge, extreme);
		const side = fc.integer({ min: 1, max: 40 });
		fc.assert(
			fc.property(anyOptions, side, side, side, fc.integer(), (options, width, height, size, seed) => {
				const random = new Random(seed);
				const image = noisePicture(width, height, seed);
				const views = sampleViews(options, 2, image, size, random);
				const { batch, pullback } = applyViews(image, views, size);
				// A black canvas leaves what does not depend on the canvas: fill, brightness, noise.
				const constant = applyViews(picture(width, height), views, size).batch;
				const y = batch.map(() => random.uniform());
				const left = dot(
					batch.map((v, i) => v - (constant[i] as number)),
					y,
				);
				const right = dot(image.data, pullback(y));
				expect(Math.abs(left - right)).toBeLessThanOrEqual(1e-4 * Math.max(1, Math.abs(left)));
				expect(batch.every(Number.isFinite)).toBe(true);
			}),
			{ numRuns: 60, seed: 5 },
		);
	});

	it('agrees with central differences of a curved loss (relative 1e-2)', () => {
		const image = noisePicture(11, 14, 6);
		const views = sampleViews(builtinViews, 2, image, 9, new Random(9));
		const loss = () => applyViews(image, views, 9).batch.reduce((sum, v) => sum + v * v * v, 0);
		const { batch, pullback } = applyViews(image, views, 9);
		const gradient = pullback(batch.map((v) => 3 * v * v));
		const random = new Random(4);
		let checked = 0;
		for (let n = 0; n < 30; n++) {
			const i = random.int(image.data.length);
			const centre = image.data[i] as number;
			const h = 0.02;
			image.data[i] = centre + h;
			const above = loss();
			image.data[i] = centre - h;
			const below = loss();
			image.data[i] = centre;
			const numeric = (above - below) / (2 * h);
			expect(Math.abs((gradient[i] as number) - numeric)).toBeLessThan(1e-2 * Math.abs(numeric) + 2e-3);
			if (Math.abs(numeric) > 0.1) checked++;
		}
		expect(checked).toBeGreaterThan(10);
	});

	it('adds noise of the stated deviation, the same for the same seed', () => {
		const image = picture(64, 64, 0.5);
		const [view] = sampleViews({ noise: [0.04, 0.04] }, 1, image, 64, new Random(2)) as [View];
		const { batch } = applyViews(image, [view], 64);
		const mean = batch.reduce((sum, v) => sum + v, 0) / batch.length;
		const deviation = Math.sqrt(batch.reduce((sum, v) => sum + (v - mean) ** 2, 0) / batch.length);
		expect(mean).toBeCloseTo(0.5, 2);
		expect(deviation).toBeCloseTo(0.04, 3);
		expect(applyViews(image, [view], 64).batch).toEqual(batch);
		expect(applyViews(image, [{ ...view, noiseSeed: view.noiseSeed + 1 }], 64).batch).not.toEqual(batch);
	});

	it('refuses a gradient of another length', () => {
		const image = picture(4, 4);
		const { pullback } = applyViews(image, sampleViews(plainView, 1, image, 4, new Random(1)), 4);
		expect(() => pullback(new Float32Array(5))).toThrow('expected a gradient of 48 numbers, got 5');
	});
});
