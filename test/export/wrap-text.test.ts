/** @file Text in lines: between words, within words that are too long, in scripts without spaces. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wrapText } from '../../src/export/wrap-text.js';

/** A font whose letters are all one wide. */
const letters = (text: string) => [...new Intl.Segmenter('en').segment(text)].length;

describe('wrapText', () => {
	it.each([
		['a red heart', 20, ['a red heart']],
		['a red heart', 6, ['a red', 'heart']],
		['  a   red heart ', 5, ['a', 'red', 'heart']],
		['one\ntwo', 9, ['one', 'two']],
		['supercalifragilistic', 8, ['supercal', 'ifragili', 'stic']],
		['', 8, []],
		['赤いハートと青い空', 5, ['赤いハート', 'と青い空']],
		['👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 2, ['👩‍👩‍👧‍👦👩‍👩‍👧‍👦', '👩‍👩‍👧‍👦']],
	])('%j in %i', (text, width, lines) => {
		expect(wrapText(text, letters, width, 9)).toEqual(lines);
	});

	it('ends with an ellipsis where there are not lines enough', () => {
		expect(wrapText('one two three four', letters, 6, 2)).toEqual(['one', 'two…']);
		expect(wrapText('abcdefgh', letters, 4, 1)).toEqual(['abc…']);
	});

	it('loses no letter, and never ends in a loop, whatever is measured', () => {
		const text = fc.string({ unit: 'grapheme', maxLength: 40 });
		fc.assert(
			fc.property(text, fc.integer({ min: 1, max: 12 }), fc.constantFrom(0, 1, 5), (t, width, each) => {
				const lines = wrapText(t, (part) => each * letters(part), width, 1000);
				expect(lines.join('').replace(/\s/g, '')).toBe(t.replace(/\s/g, ''));
				if (each === 1) for (const line of lines) expect(letters(line)).toBeLessThanOrEqual(width);
			}),
			{ numRuns: 200 },
		);
	});
});
