/** @file The table of everyday words: well-formed, of concepts that there are, without contradictions, and heard by the text tower. */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { words } from '../../src/encoders/words.js';
import everyday from '../../src/training/corpus/everyday-words.json' with { type: 'json' };
import { vocabularyOf } from '../../src/training/vocabulary.js';

const rows = readFileSync(new URL('../../docs/concepts.tsv', import.meta.url), 'utf8')
	.trim()
	.split('\n')
	.slice(1)
	.map((line) => line.split('\t'));
const names = new Set(rows.map(([name]) => name!));
const entries = Object.entries(everyday).flatMap(([lang, table]) =>
	Object.entries<string>(table).flatMap(([concept, texts]) =>
		texts.split(', ').map((text) => ({ lang, concept, text })),
	),
);

describe('the table of everyday words', () => {
	it('has concepts of the corpus as targets', () => {
		expect(entries.filter(({ concept }) => !names.has(concept))).toEqual([]);
	});

	it('gives a word of a language to one concept, and none that is a concept’s own name', () => {
		const seen = new Set<string>();
		const twice = entries.filter(({ lang, text }) => {
			const key = `${lang} ${text}`;
			return seen.has(key) || !seen.add(key) || names.has(text);
		});
		expect(twice).toEqual([]);
	});

	it('has words as people type them: lower case, in the letters of their language', () => {
		const odd = entries.filter(
			({ lang, text }) =>
				text !== text.trim().toLowerCase() ||
				!(lang === 'ru' ? /^[а-я\p{M}a-z0-9' .-]+$/u : /^[\p{L}0-9' .-]+$/u).test(text),
		);
		expect(odd).toEqual([]);
		expect(entries.filter(({ text }) => words(text).length === 0 || words(text).length > 6)).toEqual([]);
	});

	it('reaches the vocabulary of a corpus that has the concept', () => {
		const { relatives } = vocabularyOf({ concepts: [...names].map((name) => ({ name, words: [] })) });
		const concept = (text: string) => [...names][relatives.find((w) => w.text === text)?.concept ?? -1];
		expect([concept('sock'), concept('jeep'), concept('oval')]).toEqual(['socks', 'car', 'circle']);
	});
});
