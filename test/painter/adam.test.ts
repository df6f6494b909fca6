/** @file Steps of Adam and its schedule against arithmetic by hand. */

import { describe, expect, it } from 'vitest';
import { adamState, adamStep } from '../../src/painter/adam.js';
import { scheduleFactor, tidySteps } from '../../src/painter/plan.js';

describe('adamStep', () => {
	it('follows two steps worked out by hand', () => {
		const params = { x: Float32Array.of(1) };
		const state = adamState(params);
		// m = .1 * 2, mhat = 2; v = .02 * 4, vhat = 4: a whole learning rate downhill.
		adamStep(params, { x: Float32Array.of(2) }, state, { x: 0.5 }, 1);
		expect(state).toMatchObject({ step: 1 });
		expect(state.first.x![0]).toBeCloseTo(0.2, 7);
		expect(state.second.x![0]).toBeCloseTo(0.08, 7);
		expect(params.x[0]).toBeCloseTo(0.5, 6);
		// m = .9 * .2 - .1 = .08, mhat = .08 / .19; v = .98 * .08 + .02 = .0984, vhat = .0984 / .0396.
		adamStep(params, { x: Float32Array.of(-1) }, state, { x: 0.5 }, 1);
		expect(state.first.x![0]).toBeCloseTo(0.08, 7);
		expect(state.second.x![0]).toBeCloseTo(0.0984, 7);
		expect(params.x[0]).toBeCloseTo(0.5 - (0.5 * (0.08 / 0.19)) / Math.sqrt(0.0984 / 0.0396), 6);
	});

	it('gives each group its own rate, scaled by the factor, and leaves a group alone that has none', () => {
		const params = {
			fast: Float32Array.of(0),
			slow: Float32Array.of(0),
			still: Float32Array.of(7),
			unlisted: Float32Array.of(7),
		};
		const gradient = Object.fromEntries(Object.keys(params).map((name) => [name, Float32Array.of(3)]));
		adamStep(params, gradient, adamState(params), { fast: 1, slow: 0.1, still: 0 }, 0.5);
		expect(params.fast[0]).toBeCloseTo(-0.5, 6);
		expect(params.slow[0]).toBeCloseTo(-0.05, 6);
		expect(params.still[0]).toBe(7);
		expect(params.unlisted[0]).toBe(7);
	});

	it('stands still on a zero gradient', () => {
		const params = { x: Float32Array.of(0.25) };
		adamStep(params, { x: Float32Array.of(0) }, adamState(params), { x: 1 }, 1);
		expect(params.x[0]).toBe(0.25);
	});

	it('reaches the bottom of a bowl', () => {
		const params = { x: Float32Array.of(3, -2) };
		const state = adamState(params);
		for (let k = 0; k < 300; k++)
			adamStep(params, { x: params.x.map((x, i) => 2 * (x - i)) }, state, { x: 0.1 }, scheduleFactor(k, 300));
		expect(params.x[0]).toBeCloseTo(0, 2);
		expect(params.x[1]).toBeCloseTo(1, 2);
	});
});

describe('scheduleFactor', () => {
	it('warms up over eight steps and ends near 8 %', () => {
		expect(scheduleFactor(0, 1000)).toBeCloseTo(1 / 8, 3);
		expect(scheduleFactor(3, 1000)).toBeCloseTo(4 / 8, 3);
		expect(scheduleFactor(7, 1000)).toBeCloseTo(1, 3);
		expect(scheduleFactor(500, 1000)).toBeCloseTo(0.08 + 0.92 / 2, 9);
		expect(scheduleFactor(1000, 1000)).toBeCloseTo(0.08, 9);
	});

	it('falls from then on and stays above 0', () => {
		for (let k = 8; k < 100; k++) {
			expect(scheduleFactor(k, 100)).toBeLessThan(scheduleFactor(k - 1, 100));
			expect(scheduleFactor(k, 100)).toBeGreaterThan(0.07);
		}
		expect(scheduleFactor(0, 1)).toBeGreaterThan(0);
	});
});

describe('tidySteps', () => {
	it('are at three fifths and at the end', () => {
		expect(tidySteps(100)).toEqual([60, 100]);
		expect(tidySteps(1)).toEqual([1, 1]);
	});
});
