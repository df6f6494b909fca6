/** @file What a prompt's text says from step to step, and what its emphases amount to. */

import { describe, expect, it } from 'vitest';
import { readText } from '../../src/guidance/readings.js';

/** The plain text at every step of a run. */
function texts(text: string, steps: number): string[] {
	const { readings, at } = readText(text);
	return Array.from({ length: steps }, (_, step) => readings[at({ step, steps })]!.text);
}

describe('schedules', () => {
	it.each<[string, number, string[]]>([
		['a [cat:dog:0.5]', 4, ['a cat', 'a cat', 'a dog', 'a dog']],
		// The part is rounded down.
		['[cat:dog:0.5]', 3, ['cat', 'dog', 'dog']],
		['[cat:dog:0.29]', 100, [...new Array(29).fill('cat'), ...new Array(71).fill('dog')]],
		['a [big::0.5] cat', 2, ['a big cat', 'a cat']],
		['a [big:1] cat', 3, ['a cat', 'a big cat', 'a big cat']],
		['[cat:dog:2]', 4, ['cat', 'cat', 'dog', 'dog']],
		['[cat:dog:0]', 2, ['dog', 'dog']],
		['[cat:dog:9]', 2, ['cat', 'cat']],
		['[[a:b:1]:c:2]', 3, ['a', 'b', 'c']],
		['[a:b:1] [c:d:0.5]', 4, ['a c', 'b c', 'b d', 'b d']],
		['[cat:0.5]', 2, ['', 'cat']],
	])('%j over %d steps', (text, steps, said) => {
		expect(texts(text, steps)).toEqual(said);
	});

	it('have a reading for each state that may occur, whatever the number of steps', () => {
		// A quarter may come before or after two steps.
		const { readings } = readText('[a:b:0.25] [c:d:2]');
		expect(readings.map((r) => r.text)).toEqual(['a c', 'a d', 'b c', 'b d']);
		expect(readText('[a:b:0.5] c [a:b:0.5]').readings).toHaveLength(2);
		expect(readText('[a:a:0.5]').readings).toHaveLength(1);
	});

	it('may not switch without end', () => {
		const many = (n: number) => Array.from({ length: n }, (_, i) => `[a${i}:${i + 1}]`).join('');
		expect(readText(`${many(63)} b`).readings).toHaveLength(64);
		expect(() => readText(many(64))).toThrow(/at most 64 states/);
	});
});

describe('emphasis', () => {
	const read = (text: string) => readText(text).readings[0]!;

	it('is what sets the text apart from the text without the phrase', () => {
		expect(read('a (red:1.3) heart')).toEqual({
			text: 'a red heart',
			scale: 1,
			emphases: [{ without: 'a heart', factor: expect.closeTo(0.3, 10) }],
		});
		expect(read('a [red] heart').emphases[0]!.factor).toBeCloseTo(1 / 1.1 - 1, 10);
	});

	it('multiplies along nested phrases', () => {
		const sum = (text: string) => read(text).emphases.reduce((s, { factor }) => s + factor, 0);
		expect(sum('a ((red)) heart')).toBeCloseTo(1.21 - 1, 10);
		expect(sum('a (((red:1.5):2):0.5) heart')).toBeCloseTo(1.5 * 2 * 0.5 - 1, 10);
		expect(read('a (shiny (red:2) heart:1.5)!').emphases).toEqual([
			{ without: 'a !', factor: 0.5 },
			{ without: 'a shiny heart!', factor: 1.5 },
		]);
	});

	it('scales the weight where it is on everything', () => {
		expect(read('(a cat:1.3)')).toEqual({ text: 'a cat', scale: 1.3, emphases: [] });
		expect(read('((a cat))').scale).toBeCloseTo(1.21, 10);
		expect(read('(a (red:1.5) cat:2)')).toEqual({
			text: 'a red cat',
			scale: 2,
			emphases: [{ without: 'a cat', factor: 1 }],
		});
	});

	it('means nothing on nothing, or at 1', () => {
		expect(read('a ([cat:3]:1.3) dog').emphases).toEqual([]);
		expect(read('a (red:1) cat').emphases).toEqual([]);
	});
});

it.each(['!', '...', '[:2]x', '[!:cat:1]', '\\(\\)'])('%j has no words somewhere, or has them', (text) => {
	if (text === '[:2]x') expect(readText(text).readings[0]!.text).toBe('x');
	else expect(() => readText(text)).toThrow(/expected words to draw/);
});
