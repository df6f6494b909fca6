/** @file A part of a canvas, and its pullback against central differences. */

import { describe, expect, it } from 'vitest';
import { picture } from '../../src/image.js';
import { Random } from '../../src/random.js';
import { cropOf } from '../../src/views/index.js';

const random = new Random(3);
const canvas = picture(7, 5, 0);
for (let i = 0; i < canvas.data.length; i++) canvas.data[i] = random.uniform();
const box = { x: 2, y: 1, width: 4, height: 3 };

describe('cropOf', () => {
	it('has the pixels of the box', () => {
		const { image } = cropOf(canvas, box);
		expect([image.width, image.height]).toEqual([4, 3]);
		for (let y = 0; y < 3; y++)
			for (let x = 0; x < 4; x++)
				for (let c = 0; c < 3; c++)
					expect(image.data[3 * (4 * y + x) + c]).toBe(canvas.data[3 * (7 * (y + 1) + x + 2) + c]);
	});

	it('shares out a canvas whose parts are no whole pixels, each pixel once', () => {
		const parts = [0, 1, 2].map((p) => cropOf(canvas, { x: (p * 7) / 3, y: 0, width: 7 / 3, height: 5 }).image.width);
		expect(parts.reduce((sum, width) => sum + width)).toBe(7);
	});

	it('pulls back as central differences of a linear loss do, to 0.1 %', () => {
		const dImage = Float32Array.from({ length: 4 * 3 * 3 }, () => random.normal());
		const loss = (data: Float32Array) =>
			cropOf({ ...canvas, data }, box).image.data.reduce((sum, v, i) => sum + v * dImage[i]!, 0);
		const exact = cropOf(canvas, box).pullback(dImage);
		expect(exact).toHaveLength(canvas.data.length);
		exact.forEach((g, i) => {
			const at = (h: number) => loss(canvas.data.map((v, k) => (k === i ? v + h : v)));
			const numeric = (at(0.125) - at(-0.125)) / 0.25;
			expect(Math.abs(g - numeric)).toBeLessThan(1e-3 * Math.max(1, Math.abs(numeric)));
		});
	});
});
