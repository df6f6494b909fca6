/** @file Prompts and picture paths with weights. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePrompt, parseWeightedPath } from '../../src/guidance/prompts.js';

describe('parsePrompt', () => {
	it.each([
		['a red heart', 'a red heart', 1],
		['a cat:0.5', 'a cat', 0.5],
		['text:-1', 'text', -1],
		['a: b', 'a: b', 1],
		['chapter one: the sun', 'chapter one: the sun', 1],
		['chapter one: the sun:2', 'chapter one: the sun', 2],
		['3:4:1', '3:4', 1],
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

	it.each(['at 10:30', 'x:-11'])('refuses the weight of %j, and says how to keep the colon', (written) => {
		expect(() => parsePrompt(written)).toThrow(/append :1/);
	});

	it('never records a negative zero', () => {
		expect(Object.is(parsePrompt('a:-0').weight, 0)).toBe(true);
	});

	it('gives back any text that a weight was appended to', () => {
		fc.assert(
			fc.property(
				fc.string({ minLength: 1 }).filter((s) => s.trim() === s && s !== ''),
				fc.integer({ min: -10, max: 10 }),
				(text, weight) => {
					expect(parsePrompt(`${text}:${weight}`)).toEqual({ text, weight: weight + 0 });
				},
			),
		);
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
});
