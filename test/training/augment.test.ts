/** @file Training samples drawn from icons: range, repeatability, shares of the recipe, colour words. */

import { describe, expect, it } from 'vitest';
import { colorNames } from '../../src/guidance/color-words.js';
import { Random } from '../../src/random.js';
import { augment, classifyColor, colorValues, plainSample } from '../../src/training/augment.js';

const size = 32;
const length = size * size * 3;

/** A disc of radius 16 in the middle of a 40 px image, premultiplied; `lopsided` cuts away its right half. */
function disc(r: number, g: number, b: number, lopsided = false): Uint8Array {
	const out = new Uint8Array(40 * 40 * 4);
	for (let y = 0; y < 40; y++)
		for (let x = 0; x < (lopsided ? 20 : 40); x++)
			if (Math.hypot(x - 19.5, y - 19.5) < 16) out.set([r, g, b, 255], (y * 40 + x) * 4);
	return out;
}
const yellow = disc(255, 204, 40);
const black = disc(0, 0, 0);

describe('augment', () => {
	it('stays in [0, 1], touches only its own place and changes from sample to sample', () => {
		const random = new Random(3);
		const seen = new Set<number>();
		for (let i = 0; i < 400; i++) {
			const out = new Float32Array(length + 20).fill(-7);
			augment(i % 2 ? yellow : black, i % 2 ? 'emoji' : 'glyph', random, { size }, out, 10);
			const body = out.subarray(10, 10 + length);
			expect(body.every((v) => v >= 0 && v <= 1)).toBe(true);
			expect([...out.subarray(0, 10), ...out.subarray(10 + length)].every((v) => v === -7)).toBe(true);
			seen.add(body.reduce((a, b) => a + b));
		}
		expect(seen.size).toBe(400);
	});

	it('is the same for the same seed', () => {
		const once = () => {
			const random = new Random(11);
			const out = new Float32Array(length * 20);
			const infos = Array.from({ length: 20 }, (_, i) => augment(yellow, 'emoji', random, { size }, out, i * length));
			return { out, infos };
		};
		const a = once();
		const b = once();
		expect(b.infos).toEqual(a.infos);
		expect(Buffer.from(b.out.buffer).equals(Buffer.from(a.out.buffer))).toBe(true);
	});

	it('holds to the shares of the recipe', () => {
		const random = new Random(5);
		const out = new Float32Array(length);
		const n = 4000;
		let mislabelled = 0;
		let edges = 0;
		let mirrored = 0;
		let natural = 0;
		const tints = new Float64Array(colorNames.length);
		for (let i = 0; i < n; i++) {
			const emoji = augment(yellow, 'emoji', random, { size }, out, 0);
			edges += emoji.edges ? 1 : 0;
			mirrored += emoji.mirrored ? 1 : 0;
			natural += !emoji.silhouette && emoji.color === colorNames.indexOf('yellow') ? 1 : 0;
			const glyph = augment(black, 'glyph', random, { size }, out, 0);
			if ((glyph.color === -1) !== glyph.edges) mislabelled++;
			if (!glyph.edges) tints[glyph.color] = (tints[glyph.color] as number) + 1;
		}
		expect(mislabelled).toBe(0);
		expect(edges / n).toBeCloseTo(0.12, 1);
		expect(mirrored / n).toBeCloseTo(0.4, 1);
		expect(natural / n).toBeGreaterThan(0.4);
		const silhouettes = tints.reduce((a, b) => a + b);
		colorNames.forEach((name, i) => {
			const share = (tints[i] as number) / silhouettes;
			expect(Math.abs(share - (name === 'black' ? 0.35 : 0.065)), name).toBeLessThan(0.025);
		});
	});

	it('shows the drawing: ink and backdrop differ', () => {
		const random = new Random(9);
		const out = new Float32Array(length);
		let weak = 0;
		for (let i = 0; i < 500; i++) {
			augment(black, 'glyph', random, { size, hard: 0 }, out, 0);
			const centre = (16 * size + 16) * 3;
			const corner = 0;
			let square = 0;
			for (let c = 0; c < 3; c++) square += ((out[centre + c] as number) - (out[corner + c] as number)) ** 2;
			if (Math.sqrt(square / 3) < 0.3) weak++;
		}
		// Edge-only samples, 12 %, are empty in the middle; a gradient may drift towards the ink in a corner.
		expect(weak / 500).toBeLessThan(0.2);
	});

	it('never mirrors what must not be mirrored', () => {
		const random = new Random(13);
		const out = new Float32Array(length);
		const half = disc(0, 0, 0, true);
		for (let i = 0; i < 200; i++) {
			const info = augment(half, 'emoji', random, { size, hard: 0, mirror: false }, out, 0);
			expect(info.mirrored).toBe(false);
		}
	});

	it('without strength is the plain view up to colours and resampling', () => {
		const plain = new Float32Array(length);
		plainSample(yellow, size, plain, 0);
		const random = new Random(1);
		const out = new Float32Array(length);
		for (let i = 0; i < 200; i++) {
			const info = augment(yellow, 'emoji', random, { size, hard: 0 }, out, 0);
			if (info.silhouette || info.edges || info.color !== colorNames.indexOf('yellow')) continue;
			// On white backdrops only: the corner tells.
			if ((out[0] as number) + (out[1] as number) + (out[2] as number) < 3) continue;
			let difference = 0;
			for (let k = 0; k < length; k++) difference += Math.abs((out[k] as number) - (plain[k] as number));
			expect(difference / length).toBeLessThan(0.02);
			return;
		}
		throw new Error('no plain sample came in 200');
	});

	it('refuses buffers that are too short', () => {
		const out = new Float32Array(length);
		const wrong = expect.objectContaining({ code: 'E_ARGUMENT' });
		expect(() => augment(new Uint8Array(10), 'emoji', new Random(1), { size }, out, 0)).toThrow(wrong);
		expect(() => augment(yellow, 'emoji', new Random(1), { size }, out, 1)).toThrow(wrong);
		expect(() => plainSample(yellow, 33, out, 0)).toThrow(wrong);
	});
});

describe('plainSample', () => {
	it('keeps the amount of ink and white around it', () => {
		const out = new Float32Array(length);
		plainSample(black, size, out, 0);
		const ink = out.reduce((sum, v) => sum + (1 - v), 0) / length;
		const stored = black.filter((_, i) => i % 4 === 3).reduce((sum, a) => sum + a / 255, 0) / 1600;
		expect(ink).toBeCloseTo(stored, 5);
		expect(out[0]).toBe(1);
		expect(out[(16 * size + 16) * 3]).toBe(0);
	});
});

describe('colour words', () => {
	it('fit their own typical values', () => {
		expect(colorValues.map(([r, g, b]) => colorNames[classifyColor(r, g, b)])).toEqual([...colorNames]);
	});

	it('fit colours that everybody would call so', () => {
		const cases: [string, string][] = [
			['e8112d', 'red'],
			['ff8c00', 'orange'],
			['ffcc4d', 'yellow'],
			['2e7d32', 'green'],
			['8bc34a', 'green'],
			['1da1f2', 'blue'],
			['001f7f', 'blue'],
			['7b1fa2', 'purple'],
			['ff69b4', 'pink'],
			['ffb6c1', 'pink'],
			['6d4c41', 'brown'],
			['8b4513', 'brown'],
			['000000', 'black'],
			['202124', 'black'],
			['808080', 'gray'],
			['c0c0c0', 'gray'],
			['ffffff', 'white'],
			['fffaf0', 'white'],
		];
		for (const [hex, name] of cases) {
			const [r, g, b] = [0, 2, 4].map((k) => Number.parseInt(hex.slice(k, k + 2), 16) / 255) as [
				number,
				number,
				number,
			];
			expect(colorNames[classifyColor(r, g, b)], hex).toBe(name);
		}
	});
});
