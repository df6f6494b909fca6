/** @file The stroke renderer's contract: options, start, legal range, determinism, penalty, scales, the golden picture. */

import { readFile, writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { toBytes } from '../../../src/image.js';
import { Random } from '../../../src/random.js';
import { createStrokes, strokesFromParams } from '../../../src/renderers/strokes/index.js';
import { DEGENERATE, randomScene, sceneOf } from './scenes.js';

const allFinite = (groups: Readonly<Record<string, Float32Array>>): boolean =>
	Object.values(groups).every((group) => group.every(Number.isFinite));

describe('drawing', () => {
	it('gives the same bytes for the same parameters, whatever was drawn between', () => {
		const { renderer, params } = randomScene(6);
		const dImage = new Float32Array(64 * 48 * 3).fill(0.5);
		const first = renderer.render(params);
		const before = structuredClone(first.pullback(dImage));
		renderer.render(renderer.init(new Random(9)));
		const second = renderer.render(params);
		expect(second.image.data).toEqual(first.image.data);
		expect(second.pullback(dImage)).toEqual(before);
		const fresh = randomScene(6);
		expect(fresh.renderer.render(fresh.params).image.data).toEqual(first.image.data);
	});

	it('gives the same gradient when pulled back twice', () => {
		const { renderer, params } = randomScene(8);
		const rendering = renderer.render(params);
		const dImage = new Float32Array(64 * 48 * 3).fill(-1);
		expect(rendering.pullback(dImage)).toEqual(rendering.pullback(dImage));
	});

	it('covers a straight stroke by its width, also under a pixel', () => {
		for (const width of [0.25, 0.5, 1, 2.5, 6]) {
			const { renderer, params } = sceneOf(20, 20, [[[-20, 10.3, 0, 10.3, 20, 10.3, 40, 10.3], width, [0, 0, 0, 1]]]);
			params.background.fill(1);
			const { data } = renderer.render(params).image;
			let column = 0;
			for (let y = 0; y < 20; y++) column += 1 - data[(y * 20 + 7) * 3]!;
			// From one pixel of width on the ramp is the exact box filter, under it is at most a quarter pixel off.
			expect(Math.abs(column - width)).toBeLessThan(width < 1 ? 0.25 * width + 1e-5 : 1e-5);
		}
	});

	it('draws a zero-length stroke as a dot', () => {
		const { renderer, params } = sceneOf(20, 20, [[[10, 10, 10, 10, 10, 10, 10, 10], 8, [0, 0, 0, 1]]]);
		params.background.fill(1);
		const ink = renderer.render(params).image.data.reduce((sum, v) => sum + (1 - v), 0) / 3;
		expect(Math.abs(ink - Math.PI * 16)).toBeLessThan(1);
	});

	it('draws an overlap of a stroke with itself once', () => {
		const { renderer, params } = DEGENERATE['crossing itself']!;
		params.colors.set([0, 0, 0, 0.5]);
		params.background.fill(1);
		expect(Math.min(...renderer.render(params).image.data)).toBeCloseTo(0.5, 6);
	});

	it('leaves no hole and no seam at the ends of pieces', () => {
		// A gentle arc is drawn with many pieces; every pixel well inside the stroke is fully covered.
		const { renderer, params } = sceneOf(40, 40, [[[5, 30, 10, 2, 30, 2, 35, 30], 7, [0, 0, 0, 1]]]);
		params.background.fill(1);
		const { data } = renderer.render(params).image;
		for (let k = 0; k <= 200; k++) {
			const t = k / 200;
			const m = 1 - t;
			const x = 5 * m ** 3 + 30 * m * m * t + 90 * m * t * t + 35 * t ** 3;
			const y = 30 * m ** 3 + 6 * m * m * t + 6 * m * t * t + 30 * t ** 3;
			expect(data[(Math.floor(y) * 40 + Math.floor(x)) * 3]).toBe(0);
		}
	});

	it('stays finite for any finite parameters', () => {
		const renderer = createStrokes({ width: 11, height: 7, paths: 3, segments: [1, 2], strokeWidth: [0, 50] });
		const template = renderer.init(new Random(1));
		const anything = fc.oneof(
			fc.double({ min: -20, max: 30, noNaN: true }),
			fc.constantFrom(0, -0, 0.5, 1, 3.5, 11, 1e-30, 1e7, -1e7, 3e38, -3e38),
		);
		const count = template.points.length + template.widths.length;
		fc.assert(
			fc.property(fc.array(anything, { minLength: count, maxLength: count }), fc.integer(), (numbers, seed) => {
				const params = renderer.init(new Random(seed));
				params.points.set(numbers.slice(0, params.points.length));
				params.widths.set(numbers.slice(params.points.length));
				const rendering = renderer.render(params);
				const grads = rendering.pullback(new Float32Array(rendering.image.data.length).fill(1));
				return rendering.image.data.every((v) => v >= 0 && v <= 1) && allFinite(grads);
			}),
			{ numRuns: 300, seed: 1 },
		);
	});

	it('leaves out a stroke that is not a number', () => {
		const { renderer, params } = randomScene(5);
		params.points[3] = Number.NaN;
		params.widths[4] = Number.POSITIVE_INFINITY;
		const rendering = renderer.render(params);
		expect(rendering.image.data.every(Number.isFinite)).toBe(true);
		expect(allFinite(rendering.pullback(new Float32Array(64 * 48 * 3).fill(1)))).toBe(true);
	});

	it('refuses an outdated pullback and gradients of another size', () => {
		const { renderer, params } = randomScene(5);
		const old = renderer.render(params);
		expect(() => old.pullback(new Float32Array(5))).toThrow(/9216/);
		renderer.render(params);
		expect(() => old.pullback(new Float32Array(9216))).toThrow(/last drawn/);
	});
});

describe('scaled', () => {
	it('refuses sizes that are none or too many pixels', () => {
		const { renderer } = randomScene(4);
		for (const scale of [0, -1, Number.NaN, 1000]) expect(() => renderer.scaled(scale)).toThrow(/expected a scale/);
	});

	it('draws the same picture larger: its 4 x 4 means are the nominal picture', () => {
		const { renderer, params } = randomScene(4);
		const small = renderer.render(params).image.data;
		const large = renderer.scaled(2).scaled(2).render(params).image;
		expect([large.width, large.height]).toEqual([256, 192]);
		let sum = 0;
		for (let y = 0; y < 48; y++) {
			for (let x = 0; x < 64; x++) {
				for (let c = 0; c < 3; c++) {
					let mean = 0;
					for (let k = 0; k < 16; k++) mean += large.data[((4 * y + (k >> 2)) * 256 + 4 * x + (k & 3)) * 3 + c]! / 16;
					sum += Math.abs(mean - small[(y * 64 + x) * 3 + c]!);
				}
			}
		}
		expect((sum / small.length) * 255).toBeLessThan(1.5);
	});
});

describe('parameters', () => {
	it('start inside the canvas and the legal range, as the style says', () => {
		const thin = createStrokes({ width: 224, height: 100, paths: 300, learnBackground: true });
		const scattered = thin.init(new Random(3));
		for (const { points, width } of thin.strokes(scattered)) {
			expect(points[0]! >= 0 && points[0]! < 224 && points[1]! >= 0 && points[1]! < 100).toBe(true);
			for (let i = 2; i < points.length; i += 2) {
				expect(Math.abs(points[i]! - points[i - 2]!)).toBeLessThanOrEqual(0.05 * 224 + 1e-4);
				expect(Math.abs(points[i + 1]! - points[i - 1]!)).toBeLessThanOrEqual(0.05 * 100 + 1e-4);
			}
			expect(width).toBe(1);
		}
		expect(new Set(thin.options.segments)).toEqual(new Set([1, 2, 3]));
		const bold = createStrokes({ width: 100, height: 100, paths: 50, style: 'bold' });
		for (const { width, color } of bold.strokes(bold.init(new Random(3)))) {
			expect(width >= 3 && width <= 8).toBe(true);
			expect(Math.max(...color.slice(0, 3)) - Math.min(...color.slice(0, 3))).toBeLessThanOrEqual(0.2);
			expect(color[3] >= 0.8 && color[3] <= 0.9).toBe(true);
		}
	});

	it('are put back into their range, NaN too, and points are left alone', () => {
		const renderer = createStrokes({ width: 32, height: 32, paths: 3, segments: 1, strokeWidth: [2, 6] });
		const params = renderer.init(new Random(1));
		params.widths.set([1, 9, Number.NaN]);
		params.colors.set([-1, 2, 0.5, Number.NaN]);
		params.background.set([-0.5, 0.25, 1.5]);
		params.points[0] = -1000;
		renderer.project(params);
		expect(Array.from(params.widths)).toEqual([2, 6, 2]);
		expect(Array.from(params.colors.subarray(0, 4))).toEqual([0, 1, 0.5, 0]);
		expect(Array.from(params.background)).toEqual([0, 0.25, 1]);
		expect(params.points[0]).toBe(-1000);
	});

	it('keep black strokes black', () => {
		const renderer = createStrokes({ width: 32, height: 32, paths: 4, colorMode: 'black' });
		const params = renderer.init(new Random(1));
		const { colors } = renderer.render(params).pullback(new Float32Array(32 * 32 * 3).fill(1));
		for (let i = 0; i < 16; i++) {
			expect(params.colors[i]).toBe(i % 4 === 3 ? 1 : 0);
			if (i % 4 !== 3) expect(colors![i]).toBe(0);
		}
		params.colors.fill(0.3);
		renderer.project(params);
		expect(Array.from(params.colors.subarray(0, 3))).toEqual([0, 0, 0]);
	});

	it('have CLIPDraw learning rates, in proportion to the canvas', () => {
		const rates = createStrokes({ width: 448, height: 448, paths: 1, learningRates: { colors: 0.05 } }).learningRates;
		expect(rates).toEqual({ points: 2, widths: 0.1, colors: 0.05, background: 0 });
		expect(createStrokes({ width: 9, height: 9, paths: 1, learnBackground: true }).learningRates.background).toBe(0.01);
	});

	it('pay for opacity when asked to', () => {
		const renderer = createStrokes({ width: 32, height: 32, paths: 4, opacityPenalty: 0.5 });
		const params = renderer.init(new Random(2));
		const { value, gradient } = renderer.penalty!(params);
		const mean = renderer.strokes(params).reduce((sum, s) => sum + s.color[3] / 4, 0);
		expect(value).toBeCloseTo(0.5 * mean, 6);
		expect(Array.from(gradient.colors!)).toEqual([...Array(4)].flatMap(() => [0, 0, 0, 0.125]));
		expect(createStrokes({ width: 32, height: 32, paths: 4 }).penalty).toBeUndefined();
	});

	it('are refused when they belong to another layout', () => {
		const renderer = createStrokes({ width: 32, height: 32, paths: 4, segments: 2 });
		const other = createStrokes({ width: 32, height: 32, paths: 4, segments: 3 }).init(new Random(1));
		expect(() => renderer.render(other)).toThrow(/56 numbers in parameter group 'points', got 80/);
		expect(() => strokesFromParams({}, [1])).toThrow(/'points', got none/);
	});

	it('are refused when options are out of range', () => {
		const good = { width: 32, height: 32, paths: 4 };
		for (const bad of [
			{ width: 0 },
			{ height: 1.5 },
			{ paths: 0 },
			{ segments: [3, 1] as const },
			{ segments: { perPath: [1, 2] } },
			{ strokeWidth: [5, 2] as const },
			{ initialWidth: Number.NaN },
			{ background: [0, 0, 2] as const },
			{ opacityPenalty: -1 },
		]) {
			expect(() => createStrokes({ ...good, ...bad }), JSON.stringify(bad)).toThrow(
				expect.objectContaining({ code: 'E_ARGUMENT' }),
			);
		}
	});
});

it('draws the golden picture', async () => {
	const { renderer, params } = randomScene(10, { paths: 20, width: 96, height: 64 });
	const bytes = toBytes(renderer.render(params).image);
	const file = new URL('../../golden/strokes.png', import.meta.url);
	// UPDATE_GOLDEN=1 writes the picture; look at the difference before keeping it.
	if (process.env.UPDATE_GOLDEN) {
		await writeFile(
			file,
			await sharp(bytes, { raw: { width: 96, height: 64, channels: 3 } })
				.png()
				.toBuffer(),
		);
	}
	const golden = await sharp(await readFile(file))
		.raw()
		.toBuffer();
	expect(golden.length).toBe(bytes.length);
	let largest = 0;
	for (let i = 0; i < bytes.length; i++) largest = Math.max(largest, Math.abs(bytes[i]! - golden[i]!));
	expect(largest).toBeLessThanOrEqual(1);
});
