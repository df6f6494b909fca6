/** @file The pixel loss over its levels, and PSNR, against arithmetic by hand. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pixelLoss, psnr } from '../../src/guidance/pixel-loss.js';
import { type Picture, picture } from '../../src/image.js';
import { Random } from '../../src/random.js';

function noisePicture(width: number, height: number, random: Random): Picture {
	const image = picture(width, height);
	for (let i = 0; i < image.data.length; i++) image.data[i] = random.uniform();
	return image;
}

describe('pixelLoss', () => {
	it('is the mean squared difference with one level', () => {
		const a = picture(2, 1);
		const b = picture(2, 1);
		b.data.set([0.5, 0, 0, 0, 0, 1]);
		const { value, gradient } = pixelLoss(a, b, { levels: 1 });
		expect(value).toBeCloseTo(1.25 / 6, 7);
		expect(gradient[0]).toBeCloseTo(-1 / 6, 7);
		expect(gradient[5]).toBeCloseTo(-2 / 6, 7);
	});

	it('averages the levels: a checkerboard vanishes but at the finest', () => {
		const a = picture(4, 4);
		for (let i = 0; i < 16; i++) a.data.fill((i + (i >> 2)) % 2 ? 0.5 : -0.5, i * 3, i * 3 + 3);
		expect(pixelLoss(a, picture(4, 4), { levels: 3 }).value).toBeCloseTo(0.25 / 3, 7);
		const flat = picture(4, 4, 0.5);
		expect(pixelLoss(flat, picture(4, 4), { levels: 3 }).value).toBeCloseTo(0.25, 7);
	});

	it('keeps a flat difference flat at odd sizes, and stops at one pixel', () => {
		const { value, gradient } = pixelLoss(picture(5, 3, 1), picture(5, 3, 0.5), { levels: 99 });
		expect(value).toBeCloseTo(0.25, 7);
		// A step of all pixels together changes the loss by 2 d.
		expect(gradient.reduce((sum, g) => sum + g, 0)).toBeCloseTo(1, 5);
	});

	it('has the gradient of central differences at any size (relative 1e-3)', () => {
		const side = fc.integer({ min: 1, max: 17 });
		fc.assert(
			fc.property(side, side, fc.integer({ min: 1, max: 6 }), fc.integer(), (width, height, levels, seed) => {
				const random = new Random(seed);
				const image = noisePicture(width, height, random);
				const target = noisePicture(width, height, random);
				const { gradient } = pixelLoss(image, target, { levels });
				const i = random.int(image.data.length);
				const centre = image.data[i] as number;
				image.data[i] = centre + 0.125;
				const up = { at: image.data[i] as number, value: pixelLoss(image, target, { levels }).value };
				image.data[i] = centre - 0.125;
				const down = { at: image.data[i] as number, value: pixelLoss(image, target, { levels }).value };
				const numeric = (up.value - down.value) / (up.at - down.at);
				const norm = Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0));
				expect(Math.abs((gradient[i] as number) - numeric)).toBeLessThan(1e-3 * norm);
			}),
			{ numRuns: 80, seed: 3 },
		);
	});

	it('refuses pictures of different sizes and a broken number of levels', () => {
		expect(() => pixelLoss(picture(2, 3), picture(3, 2))).toThrow('2 x 3 and 3 x 2');
		expect(() => pixelLoss(picture(2, 2), picture(2, 2), { levels: 0 })).toThrow('levels');
	});
});

describe('psnr', () => {
	it('is 20 dB for a difference of a tenth, infinite for none', () => {
		expect(psnr(picture(3, 3, 0.5), picture(3, 3, 0.6))).toBeCloseTo(20, 4);
		expect(psnr(picture(3, 3, 0.5), picture(3, 3, 0.5))).toBe(Number.POSITIVE_INFINITY);
		expect(() => psnr(picture(3, 3), picture(3, 4))).toThrow('one size');
	});
});
