/** @file A1111's parameters text, both ways. */

import { describe, expect, it } from 'vitest';
import { carry } from '../../../src/recipe/carry/index.js';
import { parseInfotext, writeInfotext } from '../../../src/recipe/carry/infotext.js';
import { parseRecipe } from '../../../src/recipe/schema.js';
import { stopped } from './samples.js';

describe('parseInfotext', () => {
	it("reads the example of A1111's source", () => {
		const { prompt, negative, parameters } =
			parseInfotext(`girl with an artist's beret, by Alphonse Mucha, ((eyeshadow))
Negative prompt: ugly, (((deformed))), [blurry]
Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 965400086, Size: 512x512, Model hash: 45dee52b`);
		expect(prompt).toBe("girl with an artist's beret, by Alphonse Mucha, ((eyeshadow))");
		expect(negative).toBe('ugly, (((deformed))), [blurry]');
		expect(Object.fromEntries(parameters)).toEqual({
			Steps: '20',
			Sampler: 'Euler a',
			'CFG scale': '7',
			Seed: '965400086',
			Size: '512x512',
			'Model hash': '45dee52b',
		});
	});

	it('takes a last line of fewer than three pairs as words, and several lines of each part', () => {
		expect(parseInfotext('one\ntwo: 2, three: 3')).toMatchObject({ prompt: 'one\ntwo: 2, three: 3', negative: '' });
		const { prompt, negative } = parseInfotext('a\nb\nNegative prompt: c\nd\nSteps: 1, Seed: 2, Size: 16x16');
		expect([prompt, negative]).toEqual(['a\nb', 'c\nd']);
		expect(parseInfotext('Steps: 1, Seed: 2, Size: 16x16')).toMatchObject({ prompt: '' });
	});

	it.each([
		['aa: "x, y: \\"z\\"\\n", bb: 2, cc: 3', { aa: 'x, y: "z"\n', bb: '2', cc: '3' }],
		['aa: "half, bb: 2, cc: 3', { aa: '"half', bb: '2', cc: '3' }],
		['junk, aa: 1,bb: 2 , cc: ', { aa: '1', bb: '2', cc: '' }],
		['aa: 1:2, Lora hashes: "n: 0", T I/x-y: 5', { aa: '1:2', 'Lora hashes': 'n: 0', 'T I/x-y': '5' }],
	])('reads the pairs of %j', (line, expected) => {
		expect(Object.fromEntries(parseInfotext(line).parameters)).toEqual(expected);
	});
});

describe('writeInfotext', () => {
	it("follows A1111's grammar, with AND between prompts, and says where a run was stopped", () => {
		const recipe = parseRecipe({
			prompts: [{ text: 'a cat,\nsitting' }, { text: 'a dog', weight: 0.5 }, { text: 'text', weight: -1 }],
			negative: ['blue', 'red:2'],
			size: [640, 480],
			encoder: { name: 'odd: name', hash: '0123456789abcdef' },
		});
		const text = writeInfotext(carry(recipe, { step: 5, scores: [], picture: 'ab'.repeat(32) }));
		const { prompt, negative, parameters } = parseInfotext(text);
		expect(prompt).toBe('a cat, sitting AND a dog :0.5');
		expect(negative).toBe('(text:1), blue, (red:2)');
		expect(text).toContain(
			'Steps: 300, Seed: 0, Size: 640x480, Model hash: 0123456789, Model: "odd: name", Renderer: strokes',
		);
		expect(parameters.get('Stopped at')).toBe('5');
		expect(parameters.get('Model')).toBe('odd: name');
		expect(parameters.get('Version')).toMatch(/^atelier \d/);
	});

	it('is only the last line without words', () => {
		const pictureOnly = { ...stopped, recipe: parseRecipe({ images: [{ path: 'a.png' }] }) };
		expect(writeInfotext(pictureOnly)).toMatch(/^Steps: 300, /);
	});
});
