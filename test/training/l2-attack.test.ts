/** @file Moves inside an L2 ball: how long, in which direction, and never out of the ball or of [0, 1]. */

import { describe, expect, it } from 'vitest';
import { Random } from '../../src/random.js';
import { ascend, drawRadius, moved, randomStart } from '../../src/training/l2-attack.js';

const n = 27;
const length = (v: Float32Array) => Math.hypot(...v);

describe('a random start', () => {
	it('is nothing in 30 %, else up to half the radius long', () => {
		const random = new Random(3);
		const lengths = Array.from({ length: 400 }, () => {
			const delta = new Float32Array(n).fill(9);
			randomStart(random, 2, delta);
			return length(delta);
		});
		const still = lengths.filter((l) => l === 0).length / 400;
		expect(still).toBeGreaterThan(0.22);
		expect(still).toBeLessThan(0.38);
		expect(Math.max(...lengths)).toBeLessThanOrEqual(1.0001);
		expect(Math.max(...lengths)).toBeGreaterThan(0.9);
	});

	it('has a radius of .3 to 1 of the largest', () => {
		const random = new Random(4);
		const radii = Array.from({ length: 200 }, () => drawRadius(random, 2));
		expect(Math.min(...radii)).toBeGreaterThanOrEqual(0.6);
		expect(Math.max(...radii)).toBeLessThanOrEqual(2);
	});
});

describe('a step up', () => {
	const gradient = Float32Array.from({ length: n }, (_, i) => Math.cos(i) * 100);
	const clean = new Float32Array(n).fill(0.5);

	it('goes along the gradient by its length, whatever the size of the gradient', () => {
		const delta = new Float32Array(n);
		const out = new Float32Array(n);
		ascend(delta, gradient, 0.2, 1, clean, out);
		expect(length(delta)).toBeCloseTo(0.2, 6);
		const cosine = delta.reduce((s, d, i) => s + d * gradient[i]!, 0) / (0.2 * length(gradient));
		expect(cosine).toBeCloseTo(1, 6);
		out.forEach((x, i) => {
			expect(x).toBeCloseTo(0.5 + delta[i]!, 6);
		});
	});

	it('comes back to the ball, and the picture to [0, 1]', () => {
		const delta = new Float32Array(n);
		const out = new Float32Array(n);
		for (let i = 0; i < 5; i++) ascend(delta, gradient, 3, 4, clean, out);
		expect(length(delta)).toBeCloseTo(4, 5);
		expect(Math.min(...out)).toBe(0);
		expect(Math.max(...out)).toBe(1);
	});

	it('stays where there is no gradient', () => {
		const delta = Float32Array.from({ length: n }, () => 0.01);
		const out = new Float32Array(n);
		ascend(delta, new Float32Array(n), 1, 1, clean, out);
		expect(length(delta)).toBeCloseTo(0.01 * Math.sqrt(n), 6);
		moved(clean, delta, out);
		expect(out[0]).toBeCloseTo(0.51, 6);
	});
});
