/** @file Learning rates over a run, by hand. */

import { describe, expect, it } from 'vitest';
import { learningRate } from '../../../src/training/contrastive/schedule.js';

const rates = (schedule: 'cosine' | 'linear' | 'constant', floor = 0) =>
	Array.from({ length: 13 }, (_, s) => learningRate({ schedule, peak: 8, warmup: 4, floor }, s, 12));

describe('learningRate', () => {
	it('warms up in a line that reaches the peak', () => {
		for (const kind of ['cosine', 'linear', 'constant'] as const)
			expect(rates(kind).slice(0, 5)).toEqual([2, 4, 6, 8, 8]);
	});

	it('falls along a cosine, a line, or not at all', () => {
		expect(rates('cosine')[8]).toBeCloseTo(4, 12);
		expect(rates('cosine')[12]).toBeCloseTo(0, 12);
		expect(rates('cosine')[6]).toBeGreaterThan(rates('linear')[6]!);
		expect(rates('linear').slice(4)).toEqual([8, 7, 6, 5, 4, 3, 2, 1, 0]);
		expect(rates('constant').slice(4)).toEqual(new Array(9).fill(8));
	});

	it('ends at the floor and stays there', () => {
		expect(rates('linear', 0.5)[12]).toBe(4);
		expect(learningRate({ schedule: 'cosine', peak: 8, warmup: 0, floor: 0.25 }, 99, 12)).toBe(2);
	});
});
