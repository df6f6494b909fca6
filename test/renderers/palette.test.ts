/** @file Palettes: the mixture and its gradient, the end in exact colours, what is refused. */

import { describe, expect, it } from 'vitest';
import { Random } from '../../src/random.js';
import { Palette } from '../../src/renderers/palette.js';

const fixed = [
	[0.9, 0.1, 0.1],
	[0.1, 0.2, 0.8],
	[1, 1, 1],
] as const;

function scene(learned: number, sharpness: number) {
	const random = new Random(4);
	const palette = new Palette({ colors: fixed, learned });
	const params = palette.init(random);
	params.sharpness![0] = sharpness;
	const colors = Float32Array.from({ length: 4 * 7 }, () => random.uniform());
	const dOut = Float32Array.from(colors, () => random.normal());
	const loss = () => palette.mix(colors, 4, params).colors.reduce((sum, v, i) => sum + v * dOut[i]!, 0);
	return { palette, params, colors, dOut, loss };
}

describe('mixing', () => {
	it.each([3, 25, 100])('has the gradient of central differences at sharpness %d, within 1 %', (sharpness) => {
		const { palette, params, colors, dOut, loss } = scene(2, sharpness);
		const { dColors, dLearned } = palette.mix(colors, 4, params).pullback(dOut);
		for (const [values, exact] of [
			[colors, dColors],
			[params.palette!, dLearned],
		] as const) {
			const largest = Math.max(...exact.map(Math.abs));
			expect(largest).toBeGreaterThan(0.1);
			for (let i = 0; i < values.length; i++) {
				const value = values[i]!;
				const [up, down] = [1e-3, -1e-3].map((step) => {
					values[i] = value + step;
					return loss();
				});
				values[i] = value;
				const numeric = (up! - down!) / 2e-3;
				expect(Math.abs(exact[i]! - numeric), `${i}`).toBeLessThan(0.01 * largest + 1e-3);
			}
		}
	});

	it('gives every colour the nearest of the palette at the end, and keeps the fourth number', () => {
		const { palette, params, colors } = scene(2, 3);
		const looked = palette.mix(colors, 4, params, true).colors;
		palette.project(params, 1);
		for (const mixed of [looked, palette.mix(colors, 4, params).colors]) {
			const all = palette.colors(params);
			for (let i = 0; i < colors.length; i += 4) {
				const distances = Array.from({ length: palette.size }, (_, k) =>
					[0, 1, 2].reduce((sum, c) => sum + (colors[i + c]! - all[3 * k + c]!) ** 2, 0),
				);
				const k = distances.indexOf(Math.min(...distances));
				expect([...mixed.subarray(i, i + 3)]).toEqual([...Float32Array.from(all.subarray(3 * k, 3 * k + 3))]);
				expect(mixed[i + 3]).toBe(colors[i + 3]);
			}
		}
	});

	it('passes the gradient of a hard choice to the chosen learned colour alone', () => {
		const palette = new Palette({ learned: 2 });
		const params = palette.init(new Random(1));
		params.palette!.set([0, 0, 0, 1, 1, 1]);
		palette.project(params, 0.9);
		const { dColors, dLearned } = palette
			.mix(Float32Array.of(0.9, 0.8, 0.9), 3, params)
			.pullback(Float32Array.of(1, 2, 3));
		expect([...dColors]).toEqual([0, 0, 0]);
		expect([...dLearned]).toEqual([0, 0, 0, 1, 2, 3]);
	});
});

describe('the sharpness', () => {
	it('grows with the steps, whatever happened before, and is not learned', () => {
		const palette = new Palette({ colors: fixed });
		const params = palette.init(new Random(1));
		const at = (progress: number) => {
			palette.project(params, progress);
			return params.sharpness![0]!;
		};
		const run = [0.1, 0.4, 0.7, 0.75, 1].map(at);
		expect(run).toEqual([...run].sort((a, b) => a - b));
		expect(at(0.4)).toBe(run[1]);
		expect(palette.learningRates).toEqual({ sharpness: 0 });
		expect(Object.keys(params)).toEqual(['sharpness']);
	});

	it('comes with learned colours in the legal range', () => {
		const palette = new Palette({ learned: 1 });
		const params = palette.init(new Random(1));
		params.palette!.set([-1, 0.5, 2]);
		palette.project(params, 0.5);
		expect([...params.palette!]).toEqual([0, 0.5, 1]);
	});
});

it.each([
	[{}, /got 0 fixed and 0 learned/],
	[{ learned: 65 }, /1 to 64 colours/],
	[{ learned: 1.5 }, /1 to 64 colours/],
	[{ colors: [[0, 0, 2]] as const }, /RGB in \[0, 1\]/],
])('refuses %j', (options, message) => {
	expect(() => new Palette(options as never)).toThrow(message);
});
