import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expandNumbers } from '../../src/batch/ranges.js';

const whole = (text: string) => expandNumbers(text, true, 1000);
const real = (text: string) => expandNumbers(text, false, 1000);

describe('expandNumbers', () => {
	it.each<[string, number[]]>([
		['1-5', [1, 2, 3, 4, 5]],
		['1-5 (+2)', [1, 3, 5]],
		['10-5 (-3)', [10, 7]],
		['1-10 [5]', [1, 3, 5, 7, 10]],
		['5-1', [5, 4, 3, 2, 1]],
		['-2-2', [-2, -1, 0, 1, 2]],
		['-5--3', [-5, -4, -3]],
		['7', [7]],
		['1, 4-6, 9', [1, 4, 5, 6, 9]],
		['1-3, 2-4', [1, 2, 3, 4]],
		['3-3', [3]],
		['1-3 [1]', [1]],
		['1-3 [9]', [1, 2, 3]],
	])('reads whole numbers of %s', (text, numbers) => expect(whole(text)).toEqual(numbers));

	it.each<[string, number[]]>([
		['1-3 (+0.5)', [1, 1.5, 2, 2.5, 3]],
		['0-1 (+0.1)', [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]],
		['0.0-1.0 [6]', [0, 0.2, 0.4, 0.6, 0.8, 1]],
		['.5-2.5', [0.5, 1.5, 2.5]],
	])('reads numbers of %s', (text, numbers) => expect(real(text)).toEqual(numbers));

	it.each([
		'',
		'a',
		'1-',
		'1-5 (2)',
		'1-5 (+0)',
		'1-5 (-1)',
		'1-5 [0]',
		'1..5',
		'1-5 [2',
		'1e9',
		'NaN',
		'1-5,',
		'1-5 (+1) [2]',
	])('refuses %j', (text) => expect(() => whole(text)).toThrow(expect.objectContaining({ code: 'E_RECIPE' })));

	it('refuses more numbers than asked for, however they are written, before it makes them', () => {
		for (const text of [
			'0-1000',
			'0-1e9'.replace('1e9', '999999999'),
			'0-1 (+0.0000001)',
			'1-5 [1001]',
			'1-600, 1001-1600',
		])
			expect(() => real(text)).toThrow(/at most 1000 numbers/);
	});

	const number = fc.integer({ min: -400, max: 400 });
	it('steps from the first number towards the second, and never beyond', () =>
		fc.assert(
			fc.property(number, number, fc.integer({ min: 1, max: 50 }), (from, to, size) => {
				const step = to < from ? -size : size;
				const numbers = whole(`${from}-${to} (${step < 0 ? step : `+${step}`})`);
				expect(numbers[0]).toBe(from + 0);
				numbers.slice(1).forEach((n, i) => {
					expect(n - numbers[i]!).toBe(step);
				});
				expect(Math.abs(to - numbers.at(-1)!)).toBeLessThan(size);
				expect((to - numbers.at(-1)!) * step).toBeGreaterThanOrEqual(0);
			}),
		));

	it('puts as many numbers as counted evenly between both ends', () =>
		fc.assert(
			fc.property(number, number, fc.integer({ min: 2, max: 40 }), (from, to, count) => {
				fc.pre(from !== to);
				const numbers = real(`${from} - ${to} [${count}]`);
				expect(numbers).toHaveLength(count);
				expect([numbers[0], numbers.at(-1)]).toEqual([from, to]);
				numbers.forEach((n, i) => {
					expect(n).toBeCloseTo(from + ((to - from) * i) / (count - 1), 8);
				});
			}),
		));

	it('never answers a text with anything but numbers or E_RECIPE', () =>
		fc.assert(
			fc.property(fc.string({ unit: fc.constantFrom(...'0123456789-+.,()[] e'), maxLength: 24 }), (text) => {
				try {
					for (const n of real(text)) expect(Number.isFinite(n)).toBe(true);
				} catch (error) {
					expect(error).toMatchObject({ code: 'E_RECIPE' });
				}
			}),
		));
});
