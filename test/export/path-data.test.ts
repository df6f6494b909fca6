/** @file Path data as cubic curves. */

import { describe, expect, it } from 'vitest';
import { flattened, lengthOf, parsePath, transformed } from '../../src/export/path-data.js';

describe('parsePath', () => {
	it('reads what renderers write', () => {
		expect(parsePath('M1 2C3 4 5.5 -6 .7 8')).toEqual([[1, 2, 3, 4, 5.5, -6, 0.7, 8]]);
		expect(parsePath('M0 0L3 0L3 3Z')).toEqual([[0, 0, 1, 0, 2, 0, 3, 0, 3, 1, 3, 2, 3, 3, 2, 2, 1, 1, 0, 0]]);
		expect(parsePath('M0 0L3 0M5 5L5 8')).toHaveLength(2);
	});

	it('refuses other commands', () => {
		expect(() => parsePath('M0 0A1 1 0 0 0 2 2')).toThrow(expect.objectContaining({ code: 'E_ARGUMENT' }));
	});
});

describe('curves', () => {
	it('have their length, whichever way they are moved', () => {
		// A quarter of a circle of radius 10, to 3 in 10,000.
		const k = 5.5228;
		const arc = [10, 0, 10, k, k, 10, 0, 10];
		expect(lengthOf(flattened(arc))).toBeCloseTo(5 * Math.PI, 1);
		const moved = transformed(arc, [0, 2, -2, 0, 5, 7]);
		expect(moved.slice(0, 2)).toEqual([5, 27]);
		expect(lengthOf(flattened(moved))).toBeCloseTo(2 * lengthOf(flattened(arc)), 9);
	});
});
