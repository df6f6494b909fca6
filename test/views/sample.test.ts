/** @file Random views of the canvas: repeatable, and within the ranges stated. */

import { describe, expect, it } from 'vitest';
import { AtelierError } from '../../src/errors.js';
import { Random } from '../../src/random.js';
import { invert, localScale, mapPoint } from '../../src/views/homography.js';
import { builtinViews, clipdrawViews, plainView, sampleViews, type View } from '../../src/views/index.js';

const canvas = { width: 100, height: 100 };

describe('sampleViews', () => {
	it('is determined by the seed', () => {
		const draw = (seed: number) => sampleViews(builtinViews, 4, canvas, 32, new Random(seed));
		expect(draw(1)).toEqual(draw(1));
		expect(draw(1)).not.toEqual(draw(2));
		const [first, second] = draw(1) as [View, View];
		expect(first).not.toEqual(second);
	});

	it('fits the whole canvas into the plain view', () => {
		const [view] = sampleViews(plainView, 1, { width: 100, height: 50 }, 20, new Random(1)) as [View];
		expect(mapPoint(view.map, 0, 5)).toEqual([0, 0]);
		expect(mapPoint(view.map, 20, 15)).toEqual([100, 50]);
		expect(view).toMatchObject({ gain: 1, offset: 0, noise: 0, fill: 1 });
	});

	it('moves the canvas corners inwards by at most d / 2 under perspective', () => {
		let furthest = 0;
		for (const view of sampleViews({ perspective: 0.5 }, 200, canvas, 40, new Random(3))) {
			for (const [x, y] of [
				[0, 0],
				[100, 0],
				[100, 100],
				[0, 100],
			] as const) {
				const [vx, vy] = mapPoint(invert(view.map), x, y);
				for (const inwards of [x === 0 ? vx : 40 - vx, y === 0 ? vy : 40 - vy]) {
					expect(inwards).toBeGreaterThan(-1e-6);
					expect(inwards).toBeLessThan(10 + 1e-6);
					furthest = Math.max(furthest, inwards);
				}
			}
		}
		expect(furthest).toBeGreaterThan(9.5);
	});

	it('crops the stated area and ratio inside the canvas', () => {
		const { cropScale, cropRatio } = clipdrawViews;
		for (const { map } of sampleViews({ cropScale, cropRatio }, 200, canvas, 40, new Random(3))) {
			const [left, top] = mapPoint(map, 0, 0);
			const [right, bottom] = mapPoint(map, 40, 40);
			const area = ((right - left) * (bottom - top)) / 1e4;
			const ratio = (right - left) / (bottom - top);
			expect(area).toBeGreaterThan(0.7 - 1e-6);
			expect(area).toBeLessThan(0.9 + 1e-6);
			expect(ratio).toBeGreaterThan(0.75 - 1e-6);
			expect(ratio).toBeLessThan(4 / 3 + 1e-6);
			for (const edge of [left, top, 100 - right, 100 - bottom]) expect(edge).toBeGreaterThan(-1e-6);
		}
	});

	it('zooms, turns, shifts and mirrors as stated', () => {
		const [zoomed] = sampleViews({ zoom: [2, 2] }, 1, canvas, 100, new Random(1)) as [View];
		expect(localScale(zoomed.map, 50, 50)).toBeCloseTo(0.5);
		expect(mapPoint(zoomed.map, 0, 0)).toEqual([25, 25]);
		const [mirrored] = sampleViews({ mirror: 1 }, 1, canvas, 100, new Random(1)) as [View];
		expect(mapPoint(mirrored.map, 10, 30)).toEqual([90, 30]);
		for (const { map } of sampleViews({ rotation: 0.2, shift: 0.06 }, 100, canvas, 100, new Random(1))) {
			const [cx, cy] = mapPoint(map, 50, 50);
			const [rx, ry] = mapPoint(map, 60, 50);
			expect(Math.abs(cx - 50)).toBeLessThan(6 + 1e-6);
			expect(Math.abs(cy - 50)).toBeLessThan(6 + 1e-6);
			expect(Math.hypot(rx - cx, ry - cy)).toBeCloseTo(10);
			expect(Math.abs(Math.atan2(ry - cy, rx - cx))).toBeLessThan(0.2 + 1e-6);
		}
	});

	it('refuses options out of range, with the option named', () => {
		const refused = (options: object) => {
			try {
				sampleViews(options, 1, canvas, 8, new Random(1));
			} catch (error) {
				expect(error).toBeInstanceOf(AtelierError);
				return (error as AtelierError).message;
			}
			throw new Error('not refused');
		};
		expect(refused({ perspective: 2 })).toContain('perspective');
		expect(refused({ zoom: [0, 1] })).toContain('zoom');
		expect(refused({ cropScale: [0.9, 0.7] })).toContain('cropScale');
		expect(refused({ noise: [-1, 1] })).toContain('noise');
		expect(refused({ brightness: Number.NaN })).toContain('brightness');
		expect(() => sampleViews({}, 0, canvas, 8, new Random(1))).toThrow('positive whole number');
	});
});
