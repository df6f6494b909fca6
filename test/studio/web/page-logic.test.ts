/** @file The page's logic without a page: prompts, curves, keys, words. */

import { describe, expect, it } from 'vitest';
import { laidOut, nudge, printChips, readChips, rewritten, shownWeight, written } from '../../../studio/web/chips.js';
import { addStep, curvesOf, emptyCurves } from '../../../studio/web/history.js';
import { actionOf, bindings, keyName, shownKeys } from '../../../studio/web/keys.js';
import { bytes, duration, plainWarning } from '../../../studio/web/words.js';

describe('prompts', () => {
	it('become chips and text again', () => {
		const chips = readChips('a cat | a dog:0.5|(red:1.5) hat:1:0.4');
		expect(chips).toEqual([
			{ text: 'a cat', weight: 1 },
			{ text: 'a dog', weight: 0.5 },
			{ text: '(red:1.5) hat', weight: 1, stop: 0.4 },
		]);
		expect(readChips(printChips(chips))).toEqual(chips);
		expect(readChips('  ')).toEqual([]);
		expect(readChips('blue:0.6', true)).toEqual([{ text: 'blue', weight: -0.6 }]);
	});

	it('count as they are written, before they are settled', () => {
		const chips = [
			{ text: 'a cat ', weight: 0.5 },
			{ text: ' ', weight: 2 },
		];
		expect(written(chips, ' a dog:2 ')).toEqual([
			{ text: 'a cat', weight: 0.5 },
			{ text: 'a dog', weight: 2 },
		]);
		expect(rewritten(chips[0]!, ' a bird ')).toEqual({ text: 'a bird', weight: 0.5 });
		expect(rewritten(chips[0]!, 'a bird:0.7')).toEqual({ text: 'a bird', weight: 0.7 });
		expect(rewritten(chips[0]!, '  ')).toBeUndefined();
	});

	it('are plain words in the field where there is but one, of weight 1', () => {
		const laid = (...chips: Parameters<typeof laidOut>[0]) => laidOut(chips);
		expect(laid({ text: 'a cat', weight: 1 })).toEqual({ chips: [], typed: 'a cat' });
		for (const chips of [
			[{ text: 'a cat', weight: 0.5 }],
			[{ text: 'a cat', weight: 1, stop: 0.3 }],
			// The field would read them otherwise.
			[{ text: 'at 10:30', weight: 1 }],
			[
				{ text: 'a cat', weight: 1 },
				{ text: 'a dog', weight: 1 },
			],
		])
			expect(laid(...chips)).toEqual({ chips, typed: '' });
		expect(laid()).toEqual({ chips: [], typed: '' });
	});

	it('stay as they are where they make no sense', () => {
		expect(readChips('a cat:99')).toEqual([{ text: 'a cat:99', weight: 1 }]);
	});

	it('weigh more and less in steps', () => {
		expect(nudge(1, 1)).toBe(1.1);
		expect(nudge(0.1, -1)).toBe(0);
		expect(nudge(10, 1)).toBe(10);
		expect(nudge(-0.3, 1, true)).toBe(-0.4);
		expect(nudge(0, -1, true)).toBe(0);
		expect(shownWeight(-0.3, true)).toBe('0.3');
		expect(shownWeight(1)).toBe('1');
	});
});

describe('curves', () => {
	const news = (step: number, scores: number[]) => ({ step, value: step / 100, scores });

	it('grow by steps, each once', () => {
		const curves = curvesOf({ step: [1], value: [0.1], scores: [[0.2]], ms: [5] });
		addStep(curves, news(2, [0.3]));
		addStep(curves, news(2, [0.3]));
		expect(curves).toEqual({ step: [1, 2], value: [0.1, 0.02], scores: [[0.2, 0.3]] });
	});

	it('have gaps where the words were others', () => {
		const curves = emptyCurves();
		addStep(curves, news(1, [0.5]));
		addStep(curves, news(2, [0.5, 0.6]));
		addStep(curves, news(3, [0.4]));
		expect(curves.scores).toEqual([
			[0.5, 0.5, 0.4],
			[null, 0.6, null],
		]);
	});

	it('go on from an earlier step', () => {
		const curves = emptyCurves();
		for (const step of [1, 2, 3, 4]) addStep(curves, news(step, [step]));
		addStep(curves, news(3, [9]));
		expect(curves.step).toEqual([1, 2, 3]);
		expect(curves.scores).toEqual([[1, 2, 9]]);
	});

	it('are thinned in their older half', () => {
		const curves = emptyCurves();
		for (let step = 1; step <= 1000; step++) addStep(curves, news(step, [step]), 100);
		expect(curves.step.length).toBeLessThanOrEqual(100);
		expect(curves.step.slice(-3)).toEqual([998, 999, 1000]);
		expect(curves.scores[0]).toEqual(curves.step);
		expect(curves.step[0]).toBe(1);
	});
});

describe('keys', () => {
	const key = (name: string, more: Partial<Record<'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey', boolean>> = {}) => ({
		key: name,
		ctrlKey: false,
		metaKey: false,
		shiftKey: false,
		altKey: false,
		...more,
	});

	it('do what the sheet says', () => {
		expect(actionOf(key('Enter', { ctrlKey: true }), true)).toBe('start');
		expect(actionOf(key('Enter', { metaKey: true, shiftKey: true }), true)).toBe('startFront');
		expect(actionOf(key('?', { shiftKey: true }), false)).toBe('help');
		expect(actionOf(key('X', { shiftKey: true }), false)).toBe('stop');
		expect(actionOf(key('Backspace'), false)).toBe('erase');
		expect(actionOf(key('q'), false)).toBeUndefined();
	});

	it('are letters while one types', () => {
		expect(actionOf(key('b'), true)).toBeUndefined();
		expect(actionOf(key('Backspace'), true)).toBeUndefined();
		expect(actionOf(key('Escape'), true)).toBe('escape');
		expect(actionOf(key('Enter', { altKey: true }), true)).toBe('skip');
	});

	it('are each bound once', () => {
		expect(new Set(bindings.map(({ keys }) => keys)).size).toBe(bindings.length);
		expect(keyName(key(' '))).toBe('space');
		expect(shownKeys('mod+shift+enter', false)).toEqual(['Ctrl', 'Shift', 'Enter']);
		expect(shownKeys('mod+z', true)).toEqual(['⌘', 'Z']);
	});
});

describe('numbers in words', () => {
	it('are short', () => {
		expect([0.4, 59, 60, 95, 3700].map(duration)).toEqual(['0 s', '59 s', '1 min', '1 min 35 s', '1 h 2 min']);
		expect([800, 8_944_136, 605e6, 1.7e9].map(bytes)).toEqual(['1 kB', '8.9 MB', '605 MB', '1.7 GB']);
	});
});

it('warnings speak of words, not of encoders', () => {
	const warning = "encoder 'builtin' does not know 'lighthouse'; it goes by the nearest words that it knows";
	expect(plainWarning(warning)).toBe("Does not know 'lighthouse'; draws the nearest that it knows.");
	expect(plainWarning('something else')).toBe('something else');
});
