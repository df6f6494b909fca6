/** @file The words and the pace that edits leave. */

import { expect, it } from 'vitest';
import type { Edit } from '../../src/recipe/edits.js';
import { parseRecipe } from '../../src/recipe/schema.js';
import { rateAfter, undoneNext, wordsAfter } from '../../src/recipe/words-after.js';

const first = parseRecipe({ prompts: 'a red heart', negative: 'blue' });
const words = (at: number, text: string): Edit => ({ at, do: 'words', prompts: [{ text, weight: 1 }], negative: [] });
const after = (...edits: Edit[]) => wordsAfter(edits, first).prompts.map(({ text }) => text);

it('are the last that were not taken back', () => {
	expect(wordsAfter([], first)).toEqual({ prompts: first.prompts, negative: first.negative });
	expect(after(words(9, 'a star'), words(4, 'a fish'))).toEqual(['a star']);
	expect(after(words(4, 'a fish'), { at: 5, do: 'erase', strokes: [0] }, { at: 6, do: 'undo' })).toEqual(['a fish']);
	expect(after(words(4, 'a fish'), words(5, 'a star'), { at: 6, do: 'undo' })).toEqual(['a fish']);
});

it('a choice of candidates cannot be taken back: what was said before it is', () => {
	expect(after(words(4, 'a fish'), { at: 5, do: 'keep', candidates: [1] }, { at: 6, do: 'undo' })).toEqual([
		'a red heart',
	]);
});

it('the pace is the last that was not taken back', () => {
	const rate = (at: number, rate: number): Edit => ({ at, do: 'rate', rate });
	expect(rateAfter([])).toBe(1);
	expect(rateAfter([rate(3, 2), words(4, 'a fish'), rate(5, 0.5)])).toBe(0.5);
	expect(rateAfter([rate(3, 2), rate(5, 0.5), { at: 6, do: 'undo' }])).toBe(2);
});

it('knows which edit an undo would take back, if any', () => {
	const lock: Edit = { at: 2, do: 'lock', strokes: [0] };
	const undo: Edit = { at: 4, do: 'undo' };
	expect(undoneNext([], 9)).toBeUndefined();
	expect(undoneNext([lock, words(3, 'a fish')], 9)).toMatchObject({ do: 'words' });
	expect(undoneNext([lock, words(3, 'a fish'), undo], 9)).toEqual(lock);
	expect(undoneNext([lock, undo], 9)).toBeUndefined();
	// What is still to come, and what cannot be taken back.
	expect(undoneNext([lock], 1)).toBeUndefined();
	expect(undoneNext([lock, { at: 5, do: 'keep', candidates: [0] }], 9)).toBeUndefined();
});
