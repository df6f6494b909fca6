/** @file The pixel renderers: gradients against central differences, pictures against arithmetic by hand. */

import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/random.js';
import { createPixels, type PixelOptions, totalVariation } from '../../../src/renderers/pixels/index.js';
import type { Parameters, Renderer } from '../../../src/renderers/renderer.js';

const kinds = ['pyramid', 'fourier', 'rgb'] as const;
const sizes = [
	[16, 16],
	[9, 14],
	[13, 7],
	[1, 5],
] as const;
const cases = kinds.flatMap((parameterisation) =>
	sizes.flatMap(([width, height]) => [true, false].map((color) => ({ parameterisation, width, height, color }))),
);

/** Parameters far enough from the start that the squash is curved. */
function busy(renderer: Renderer, seed: number): Parameters {
	const random = new Random(seed);
	const params = renderer.init(random);
	for (const group of Object.values(params)) for (let i = 0; i < group.length; i++) group[i] = 0.3 * random.normal();
	return params;
}

/** Relative difference between the gradient and central differences of `loss` along random directions of every group. */
function gradientError(params: Parameters, gradient: Parameters, loss: () => number, step: number): number {
	const random = new Random(77);
	let worst = 0;
	for (const [name, group] of Object.entries(params)) {
		const slope = gradient[name] as Float32Array;
		expect(slope.length).toBe(group.length);
		for (let trial = 0; trial < 3; trial++) {
			const centre = group.slice();
			const direction = centre.map(() => random.normal());
			const scale = Math.sqrt(slope.reduce((sum, g) => sum + g * g, 0));
			group.forEach((_, i) => {
				group[i] = (centre[i] as number) + step * (direction[i] as number);
			});
			const above = loss();
			group.forEach((_, i) => {
				group[i] = (centre[i] as number) - step * (direction[i] as number);
			});
			const below = loss();
			group.set(centre);
			const expected = direction.reduce((sum, d, i) => sum + d * (slope[i] as number), 0);
			// The typical derivative along such a direction is the norm of the gradient.
			worst = Math.max(worst, Math.abs((above - below) / (2 * step) - expected) / Math.max(scale, 1e-6));
		}
	}
	return worst;
}

describe.each(cases)('pixels, $parameterisation $width x $height, color $color', (options) => {
	const renderer = createPixels({ ...options, tv: 2 });

	it('pulls back the gradient of a curved loss (central differences, 2e-3)', () => {
		const params = busy(renderer, 1);
		const random = new Random(2);
		const weights = renderer.render(params).image.data.map(() => random.normal());
		const loss = () =>
			renderer.render(params).image.data.reduce((sum, v, i) => sum + (weights[i] as number) * v * v, 0);
		const { image, pullback } = renderer.render(params);
		const gradient = pullback(image.data.map((v, i) => 2 * v * (weights[i] as number)));
		expect(gradientError(params, gradient, loss, 1e-2)).toBeLessThan(2e-3);
	});

	it('has the gradient of its penalty (central differences, 5e-3)', () => {
		const params = busy(renderer, 3);
		const penalty = () => renderer.penalty?.(params) as NonNullable<ReturnType<NonNullable<Renderer['penalty']>>>;
		const { value, gradient } = penalty();
		expect(value).toBeCloseTo(2 * totalVariation(renderer.render(params).image).value, 6);
		expect(gradientError(params, gradient, () => penalty().value, 1e-3)).toBeLessThan(5e-3);
	});

	it('starts near mid-gray, the same for a seed', () => {
		const params = renderer.init(new Random(5));
		expect(renderer.init(new Random(5))).toEqual(params);
		expect(Object.keys(renderer.learningRates).sort()).toEqual(Object.keys(params).sort());
		const { image } = renderer.render(params);
		expect(image.data.length).toBe(options.width * options.height * 3);
		for (const v of image.data) expect(Math.abs(v - 0.5)).toBeLessThan(0.15);
	});

	it('shows gray as three equal channels and colour as different ones', () => {
		const { data } = renderer.render(busy(renderer, 8)).image;
		let difference = 0;
		for (let i = 0; i < data.length; i += 3) difference += Math.abs((data[i] as number) - (data[i + 2] as number));
		if (options.color) expect(difference).toBeGreaterThan(1e-3);
		else expect(difference).toBe(0);
	});

	it('starts from a picture of the canvas, within a thousandth', () => {
		const { width, height, color } = options;
		const random = new Random(9);
		const data = new Float32Array(width * height * 3).map(() => random.uniform(0.02, 0.98));
		if (!color) for (let i = 0; i < data.length; i += 3) data.fill(data[i] as number, i, i + 3);
		const started = createPixels({ ...options, start: { width, height, data } });
		const { image } = started.render(started.init(new Random(1)));
		for (const [i, v] of image.data.entries()) expect(Math.abs(v - (data[i] as number))).toBeLessThan(1e-3);
	});

	it('draws the same picture at three times the size', () => {
		const params = renderer.init(new Random(6));
		for (const group of Object.values(params)) group.set(group.map((v) => v * 3));
		const small = renderer.render(params).image;
		const large = renderer.scaled?.(3) as Renderer;
		const { image, pullback } = large.render(params);
		expect([image.width, image.height]).toEqual([options.width * 3, options.height * 3]);
		if (options.parameterisation === 'pyramid') {
			// Bilinear levels agree with the small picture only where they are straight: on average over the picture.
			const mean = (data: Float32Array) => data.reduce((sum, v) => sum + v, 0) / data.length;
			expect(mean(image.data)).toBeCloseTo(mean(small.data), 2);
		} else {
			// The centre of each small pixel is the centre of the middle one of its nine.
			for (let y = 0; y < options.height; y++) {
				for (let x = 0; x < options.width * 3; x++) {
					const at = ((3 * y + 1) * image.width + 3 * Math.floor(x / 3) + 1) * 3 + (x % 3);
					expect(image.data[at]).toBeCloseTo(small.data[y * options.width * 3 + x] as number, 5);
				}
			}
		}
		const loss = () => large.render(params).image.data.reduce((sum, v) => sum + v * v, 0);
		expect(gradientError(params, pullback(image.data.map((v) => 2 * v)), loss, 1e-2)).toBeLessThan(2e-3);
	});
});

describe.each(kinds)('pixels in the colours of a palette, %s', (parameterisation) => {
	const palette = { colors: [[1, 0, 0] as const, [0, 0.2, 0.8] as const], learned: 1 };
	const renderer = createPixels({ width: 9, height: 14, parameterisation, palette });

	it('pull back the gradient of a curved loss (central differences, 1e-2)', () => {
		const { sharpness, palette: learned, ...params } = busy(renderer, 1);
		const all = { ...params, palette: learned!.map(() => 0.6), sharpness: Float32Array.of(8) };
		const loss = () => renderer.render(all).image.data.reduce((sum, v, i) => sum + ((i % 5) - 2) * v * v, 0);
		const { image, pullback } = renderer.render(all);
		const gradient = pullback(image.data.map((v, i) => 2 * v * ((i % 5) - 2)));
		expect([...gradient.sharpness!]).toEqual([0]);
		const { sharpness: _, ...moved } = all;
		expect(gradientError(moved, gradient, loss, 3e-3)).toBeLessThan(1e-2);
	});

	it('show the palette alone when they are looked at, and at the end', () => {
		const params = busy(renderer, 4);
		for (const [name, group] of Object.entries(params)) if (name === 'spectrum') group.set(group.map((v) => 8 * v));
		params.palette!.fill(0.5);
		params.sharpness![0] = 3;
		const colors = ({ data }: { data: Float32Array }) =>
			new Set(Array.from({ length: data.length / 3 }, (_, i) => data.slice(3 * i, 3 * i + 3).join()));
		const known = ['1,0,0', Float32Array.of(0, 0.2, 0.8).join(), '0.5,0.5,0.5'];
		const looked = colors(renderer.scaled!(2).render(params).image);
		expect(looked.size).toBeGreaterThan(1);
		for (const color of looked) expect(known).toContain(color);
		expect(colors(renderer.render(params).image).size).toBeGreaterThan(3);
		renderer.project(params, 1);
		for (const color of colors(renderer.render(params).image)) expect(known).toContain(color);
	});
});

describe('createPixels', () => {
	it('clamps plain values and leaves squashed ones alone', () => {
		const plain = createPixels({ width: 2, height: 1, parameterisation: 'rgb' });
		const params = { rgb: Float32Array.of(-1, 0.25, 2, 0, 1, 0.5) };
		plain.project(params);
		expect(Array.from(params.rgb)).toEqual([0, 0.25, 1, 0, 1, 0.5]);
		const pyramid = createPixels({ width: 8, height: 8 });
		const wild = busy(pyramid, 1);
		const before = structuredClone(wild);
		pyramid.project(wild);
		expect(wild).toEqual(before);
	});

	it('adds each level over its own footprint', () => {
		const pyramid = createPixels({ width: 48, height: 24 });
		const params = pyramid.init(new Random(1));
		expect(Object.entries(params).map(([name, group]) => [name, group.length / 3])).toEqual([
			['level4', 8],
			['level8', 32],
			['level16', 128],
			['level32', 512],
			['level48', 1152],
		]);
		for (const group of Object.values(params)) group.fill(0.1);
		for (const v of pyramid.render(params).image.data) expect(v).toBeCloseTo(1 / (1 + Math.exp(-4 * 0.5)), 5);
	});

	it('draws one Fourier coefficient as its cosine', () => {
		const renderer = createPixels({ width: 12, height: 10, parameterisation: 'fourier', color: false, decay: 0 });
		const params = renderer.init(new Random(1));
		const spectrum = params.spectrum as Float32Array;
		spectrum.fill(0);
		spectrum[(9 * 7 + 2) * 2] = 6; // ky = -1, kx = 2
		const { data } = renderer.render(params).image;
		for (let y = 0; y < 10; y++) {
			for (let x = 0; x < 12; x++) {
				const wave = Math.cos(2 * Math.PI * ((2 * x) / 12 - y / 10));
				const raw = (2 * 6 * wave) / (4 * Math.sqrt(120)) / Math.sqrt(3);
				expect(data[(y * 12 + x) * 3]).toBeCloseTo(1 / (1 + Math.exp(-raw)), 5);
			}
		}
	});

	it('penalises the parameters as they are, not as they were drawn', () => {
		const renderer = createPixels({ width: 8, height: 8, parameterisation: 'rgb', tv: 1 });
		const params = { rgb: new Float32Array(192).fill(0.5) };
		renderer.render(params);
		expect(renderer.penalty?.(params).value).toBe(0);
		params.rgb[0] = 1;
		expect(renderer.penalty?.(params).value).toBeGreaterThan(0);
		expect(createPixels({ width: 8, height: 8 }).penalty).toBeUndefined();
	});

	it('refuses what it cannot draw', () => {
		const refused: [Partial<PixelOptions>, string][] = [
			[{ width: 0 }, 'width'],
			[{ height: 2.5 }, 'height'],
			[{ tv: -1 }, 'tv'],
			[{ decay: Number.NaN }, 'decay'],
			[{ color: false, palette: { learned: 2 } }, 'gray'],
			[{ palette: {} }, 'palette'],
			[{ start: { width: 3, height: 4, data: new Float32Array(36) } }, '4 x 4'],
		];
		for (const [options, name] of refused)
			expect(() => createPixels({ width: 4, height: 4, ...options })).toThrow(name);
		expect(() => createPixels({ width: 4, height: 4 }).scaled?.(0.5)).toThrow('scale');
	});
});

describe('totalVariation', () => {
	it('is the mean neighbour difference, less the smoothing', () => {
		const image = { width: 2, height: 2, data: Float32Array.of(0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1) };
		expect(totalVariation(image).value).toBeCloseTo(0.99, 3);
	});
});
