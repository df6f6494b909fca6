/** @file AdamW, its schedule and the flat vector of weights, against arithmetic by hand. */

import { describe, expect, it } from 'vitest';
import { parameter } from '../../src/tensor/index.js';
import { AdamW, warmupCosine } from '../../src/training/adamw.js';
import { decayMask, gatherInto, layoutOf, layoutSize, windows } from '../../src/training/shared-parameters.js';

const options = { beta1: 0.9, beta2: 0.98, eps: 1e-6, weightDecay: 0.1 };

describe('AdamW', () => {
	it('moves by the learning rate at first, and decays only where told', () => {
		const adam = new AdamW(options, Uint8Array.of(1, 0));
		const w = Float32Array.of(2, 2);
		adam.update(w, Float32Array.of(5, 5), 0.01);
		expect(w[0]).toBeCloseTo(2 - 0.01 * (1 + 0.1 * 2), 6);
		expect(w[1]).toBeCloseTo(2 - 0.01, 6);
		expect(adam.step).toBe(1);
	});

	it('decays without a gradient by lr * decay alone', () => {
		const adam = new AdamW(options, Uint8Array.of(1));
		const w = Float32Array.of(3);
		adam.update(w, Float32Array.of(0), 0.5);
		expect(w[0]).toBeCloseTo(3 * (1 - 0.05), 6);
	});

	it('takes a gradient times a scale as the scaled gradient', () => {
		const [a, b] = [new AdamW(options, Uint8Array.of(0)), new AdamW(options, Uint8Array.of(0))];
		const [x, y] = [Float32Array.of(1), Float32Array.of(1)];
		for (const g of [4, -2, 8]) {
			a.update(x, Float32Array.of(g), 0.1, 0.25);
			b.update(y, Float32Array.of(g / 4), 0.1);
		}
		expect(x).toEqual(y);
		expect(a.second).toEqual(b.second);
	});
});

describe('warmupCosine', () => {
	it('rises in a line and falls along a cosine to the floor', () => {
		expect(warmupCosine(0, 2, 0.1, 0.05)).toBe(0);
		expect(warmupCosine(0.05, 2, 0.1, 0.05)).toBeCloseTo(1, 12);
		expect(warmupCosine(0.1, 2, 0.1, 0.05)).toBeCloseTo(2, 12);
		expect(warmupCosine(0.55, 2, 0.1, 0.05)).toBeCloseTo(2 * (0.05 + 0.95 / 2), 12);
		expect(warmupCosine(1, 2, 0.1, 0.05)).toBeCloseTo(0.1, 12);
		expect(warmupCosine(0, 2, 0, 0.05)).toBe(2);
	});
});

describe('one vector of weights', () => {
	const layout = layoutOf([
		parameter('a', [2, 2], new Float32Array(4)),
		parameter('b', [3], new Float32Array(3)),
		parameter('s', [], new Float32Array(1)),
		parameter('c', [1, 2], new Float32Array(2)),
	]);
	it('holds the parameters one after the other', () => {
		expect(layout.map((s) => s.offset)).toEqual([0, 4, 7, 8]);
		expect(layoutSize(layout)).toBe(10);
		const vector = new Float32Array(10);
		gatherInto(layout, vector, (name) => new Float32Array({ a: 4, b: 3, s: 1, c: 2 }[name]!).fill(name.charCodeAt(0)));
		expect([...vector]).toEqual([97, 97, 97, 97, 98, 98, 98, 115, 99, 99]);
		windows(layout, vector).get('b')!.data[2] = 1;
		expect(vector[6]).toBe(1);
	});
	it('decays matrices that are not exempt', () => {
		expect([...decayMask(layout, (name) => name === 'c')]).toEqual([1, 1, 1, 1, 0, 0, 0, 0, 0, 0]);
	});
});
