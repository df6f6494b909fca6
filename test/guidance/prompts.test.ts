/** @file Prompts and picture paths with weights. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	escapePrompt,
	parseNegative,
	parsePrompt,
	parseWeightedPath,
	printPrompt,
	putWords,
	splitPrompts,
} from '../../src/guidance/prompts.js';

describe('parsePrompt', () => {
	it.each([
		['a red heart', 'a red heart', 1],
		['a cat:0.5', 'a cat', 0.5],
		['text:-1', 'text', -1],
		['a: b', 'a: b', 1],
		['chapter one: the sun', 'chapter one: the sun', 1],
		['chapter one: the sun:2', 'chapter one: the sun', 2],
		['3\\:4', '3\\:4', 1],
		['3\\:4:2', '3\\:4', 2],
		['(a cat:1.3)', '(a cat:1.3)', 1],
		['[a:b:0.5]:2', '[a:b:0.5]', 2],
		['sun:+.5', 'sun', 0.5],
		['sun:1e-1', 'sun', 0.1],
		['  padded  :3', 'padded', 3],
		['sun: 2', 'sun: 2', 1],
		['sun:', 'sun:', 1],
		['sun:2x', 'sun:2x', 1],
		['two\nlines:2', 'two\nlines', 2],
		['赤い心:2', '赤い心', 2],
	])('%j is %j of weight %d', (written, text, weight) => {
		expect(parsePrompt(written)).toEqual({ text, weight });
	});

	it.each(['', '  ', ':2', ' :-1'])('refuses %j, which has no words', (written) => {
		expect(() => parsePrompt(written)).toThrow(/at least one word/);
	});

	it.each(['at 10:30', 'x:-11', 'x:1:2', '3:4:5'])(
		'refuses a number of %j, and says how to keep the colon',
		(written) => {
			expect(() => parsePrompt(written)).toThrow(/write \\:/);
		},
	);

	it('takes text:weight:stop, as pixray writes it', () => {
		expect(parsePrompt('a cat:2:0.4')).toEqual({ text: 'a cat', weight: 2, stop: 0.4 });
		expect(parsePrompt('a cat:-1:-.5')).toEqual({ text: 'a cat', weight: -1, stop: -0.5 });
		expect(parsePrompt('a:b:2:0.4')).toEqual({ text: 'a:b', weight: 2, stop: 0.4 });
	});

	it('never records a negative zero', () => {
		expect(Object.is(parsePrompt('a:-0').weight, 0)).toBe(true);
	});

	it('gives back whatever was printed', () => {
		fc.assert(
			fc.property(
				fc
					.string({ minLength: 1, unit: fc.constantFrom(...'ab1. :\\([{|}])_'.split('')) })
					.filter((s) => s.trim() !== ''),
				fc.integer({ min: -100, max: 100 }),
				fc.option(fc.integer({ min: -10, max: 10 }), { nil: undefined }),
				(words, weight, stop) => {
					const prompt = {
						text: escapePrompt(words).trim(),
						weight: weight / 10 + 0,
						...(stop !== undefined && { stop: stop / 10 + 0 }),
					};
					const printed = printPrompt(prompt);
					const back = parsePrompt(printed);
					// A colon before a number had to be escaped; one after an escaped backslash is not.
					const plainColons = (text: string) => text.replace(/\\(.)/gsu, (all, c) => (c === ':' ? c : all));
					expect({ ...back, text: plainColons(back.text) }).toEqual({ ...prompt, text: plainColons(prompt.text) });
					expect(splitPrompts(printed)).toEqual([printed.trim()]);
				},
			),
		);
	});
});

describe('parseNegative', () => {
	it.each([
		['text', -0.3],
		['text:0.5', -0.5],
		['text:-0.5', -0.5],
		['text:0', 0],
	])('%j has the weight %d', (written, weight) => {
		expect(parseNegative(written)).toEqual({ text: 'text', weight });
	});
});

describe('splitPrompts', () => {
	it.each([
		['a cat | a dog:0.5', ['a cat', 'a dog:0.5']],
		['a {red|blue} cat|x', ['a {red|blue} cat', 'x']],
		['a \\| b', ['a \\| b']],
		['(a|b)|c', ['(a|b)', 'c']],
		['a) | b', ['a)', 'b']],
		['| a ||', ['a']],
		['|', ['|']],
		['', ['']],
	])('%j is %j', (written, parts) => {
		expect(splitPrompts(written)).toEqual(parts);
	});
});

describe('parseWeightedPath', () => {
	it.each([
		['photo.jpg', 'photo.jpg', 1],
		['photo.jpg:0.5', 'photo.jpg', 0.5],
		['photo.jpg:0', 'photo.jpg', 0],
		['C:\\pictures\\a.png', 'C:\\pictures\\a.png', 1],
		['C:\\pictures\\a.png:2', 'C:\\pictures\\a.png', 2],
		['c:/a.png:2', 'c:/a.png', 2],
		['C:5', 'C:5', 1],
		['dir:x/a.png', 'dir:x/a.png', 1],
	])('%j is %j of weight %d', (written, text, weight) => {
		expect(parseWeightedPath(written)).toEqual({ text, weight });
	});

	it.each(['', ' ', ':2', 'a.png:-1', 'a.png:11'])('refuses %j', (written) => {
		expect(() => parseWeightedPath(written)).toThrow(/E_ARGUMENT|expected/);
	});

	it('takes weights below 0 where they are allowed', () => {
		expect(parseWeightedPath('a.png:-1', -10)).toEqual({ text: 'a.png', weight: -1 });
	});
});

describe('putWords', () => {
	it.each([
		[undefined, 'a cat', 'a cat'],
		['{prompt}, oil painting', 'a cat', 'a cat, oil painting'],
		['oil painting', 'a cat', 'a cat, oil painting'],
		['{prompt} and {prompt}', 'a $& cat', 'a $& cat and a $& cat'],
	])('%j of %j is %j', (prompt, words, put) => {
		expect(putWords({ ...(prompt && { prompt }) }, words)).toBe(put);
	});
});
