/** @file Prompts from files, the fixed ones, and what prompts name. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fixedPrompts, PromptReader, readPrompts } from '../../../src/training/evaluation/prompts.js';

const folder = mkdtempSync(join(tmpdir(), 'prompts-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (text: string, name = 'prompts.txt') => {
	const path = join(folder, name);
	writeFileSync(path, text);
	return path;
};

describe('readPrompts', () => {
	const both = [
		{ text: 'a cat', group: 'prompts' },
		{ text: 'a dog', group: 'prompts' },
	];

	it.each([
		['prompts.txt', 'a cat\n\n  a dog  \r\n', both],
		['prompts.txt', '{red|blue} cat\n', [{ text: '{red|blue} cat', group: 'prompts' }]],
		['prompts.json', '["a cat", "a dog"]', both],
		[
			'prompts.json',
			'{"pets": ["a cat"], "wild": ["a fox", ""]}',
			[
				{ text: 'a cat', group: 'pets' },
				{ text: 'a fox', group: 'wild' },
			],
		],
	])('reads %s: %j', (name, text, prompts) => {
		expect(readPrompts(file(text, name))).toEqual(prompts);
	});

	it.each([
		['prompts.txt', '', 'E_ARGUMENT', /got none/],
		['prompts.txt', 'a cat\na dog\na cat', 'E_ARGUMENT', /'a cat' twice/],
		['prompts.json', '[]', 'E_ARGUMENT', /got none/],
		['prompts.json', '[1]', 'E_ARGUMENT', /neither a list of texts/],
		['prompts.json', '{"a": "b"}', 'E_ARGUMENT', /neither a list of texts/],
		['prompts.json', '["a cat"', 'E_RECIPE', /expected JSON/],
	])('refuses %s: %j', (name, text, code, message) => {
		expect(() => readPrompts(file(text, name))).toThrow(
			expect.objectContaining({ code, message: expect.stringMatching(message) }),
		);
	});

	it('refuses a file that is not there', () => {
		expect(() => readPrompts(join(folder, 'nothing'))).toThrow(expect.objectContaining({ code: 'E_IO' }));
	});
});

describe('the fixed prompts', () => {
	it('are sixty, each once, of several kinds', () => {
		expect(fixedPrompts).toHaveLength(60);
		expect(new Set(fixedPrompts.map(({ text }) => text)).size).toBe(60);
		expect(new Set(fixedPrompts.map(({ group }) => group)).size).toBeGreaterThan(8);
	});
});

describe('PromptReader', () => {
	const word = (text: string, lang = 'en') => ({ text, lang });
	const reader = new PromptReader({
		concepts: [
			{ name: 'cat', words: [word('kitty'), word('chat', 'fr')] },
			{ name: 'cat face', words: [] },
			{ name: 'heart', words: [word('red heart'), word('love')] },
			{ name: 'orange fruit', words: [word('orange')] },
			{ name: 'house', words: [word('cat')] },
			{ name: 't-shirt', words: [] },
		],
	});

	it.each([
		['a cat', ['cat']],
		['A drawing of a Kitty!', ['cat']],
		['a cat face', ['cat face']],
		['a red heart', ['heart']],
		['a cat and a house', ['cat', 'house']],
		['a cat and a kitty', ['cat']],
		['an orange', ['orange fruit']],
		['an orange cat', ['cat']],
		['a blue t-shirt', ['t-shirt']],
		['un chat', []],
		['nothing that is known', []],
		['', []],
	])('finds what %j names', (prompt, concepts) => {
		expect(reader.concepts(prompt)).toEqual(concepts);
	});
});
