/** @file Ranks with ties and NaN, and shares of them. */

import { describe, expect, it } from 'vitest';
import { dot, rowsOf, unit } from '../../../src/encoders/vectors.js';
import { cosines, largest, rankOf, shareWithin } from '../../../src/training/evaluation/ranks.js';

describe('rankOf', () => {
	it.each<[number[], number, number]>([
		[[0.9, 0.5, 0.7], 0, 0],
		[[0.9, 0.5, 0.7], 2, 1],
		[[0.9, 0.5, 0.7], 1, 2],
		// A tie is a miss.
		[[0.5, 0.5, 0.1], 0, 1],
		[[0.5, 0.5, 0.5], 1, 2],
		// What is no number beats the right one, and never wins.
		[[Number.NaN, 0.5, 0.1], 1, 1],
		[[Number.NaN, 0.5, 0.1], 0, 2],
		[[Number.NaN, Number.NaN], 0, 1],
		[[3], 0, 0],
	])('of %j, the right one at %i, is %i', (scores, right, rank) => {
		expect(rankOf(scores, right)).toBe(rank);
	});

	it('counts only those asked for', () => {
		expect(rankOf([0.9, 0.8, 0.7, 0.6], 2, [false, true, true, true])).toBe(1);
		expect(rankOf([0.9, 0.8, 0.7, 0.6], 2, [false, false, true, true])).toBe(0);
	});
});

describe('shares and sums', () => {
	it('counts ranks below k, and nothing of nothing', () => {
		expect([1, 2, 5].map((k) => shareWithin([0, 0, 1, 4], k))).toEqual([0.5, 0.75, 1]);
		expect(shareWithin([], 1)).toBe(0);
	});

	it('finds the largest number', () => {
		expect(largest([1, 3, 2])).toBe(1);
		expect(largest([Number.NaN, -3, -2])).toBe(2);
		expect(largest([Number.NaN])).toBe(0);
	});

	it('multiplies and normalises vectors', () => {
		expect(dot([1, 2, 3], [4, 5, 6])).toBe(32);
		expect([...unit(Float32Array.of(3, 0, 4))].map((x) => x.toFixed(3))).toEqual(['0.600', '0.000', '0.800']);
		expect([...unit(new Float32Array(2))]).toEqual([0, 0]);
		expect(rowsOf(Float32Array.of(1, 2, 3, 4), 2).map((row) => [...row])).toEqual([
			[1, 2],
			[3, 4],
		]);
		expect(cosines([1, 0], [Float32Array.of(0.5, 1), Float32Array.of(-1, 0)])).toEqual([0.5, -1]);
	});
});
