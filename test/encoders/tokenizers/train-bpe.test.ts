/** @file Byte-pair encoding: training one, and encoding by the definition. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadTokenizer } from '../../../src/encoders/tokenizers/tokenizer-json.js';
import { trainBpe } from '../../../src/encoders/tokenizers/train-bpe.js';
import { Random } from '../../../src/random.js';

const corpus = [
	...Array<string>(20).fill('a photo of a red cat on the table'),
	...Array<string>(15).fill('the drawing of a lighthouse by the sea'),
	...Array<string>(12).fill('рисунок рыжей кошки на столе'),
	...Array<string>(9).fill('Кошка и дом у моря'),
	...Array<string>(6).fill("it's the dog's ball, isn't it?"),
	'a single unheard-of word: zyzzyva',
	'naïve café, crème brûlée 🎨🖌️ 東京',
];
interface TokenizerJson {
	model: { vocab: Record<string, number>; merges: string[] };
}
const json = trainBpe(corpus, { vocabSize: 700 }) as TokenizerJson;
const tokenizer = loadTokenizer(json);

/** The byte alphabet, written out again: itself when printable Latin-1, else from U+0100 up. */
function byteName(byte: number): string {
	let hidden = 0;
	for (let b = 0; b < 256; b++) {
		const shown = (b > 32 && b < 127) || (b > 160 && b !== 173);
		if (b === byte) return String.fromCharCode(shown ? b : 256 + hidden);
		if (!shown) hidden++;
	}
	throw new Error('not a byte');
}

/** Byte-pair encoding as it is defined: join the pair of lowest rank wherever it stands, from the left, until none is left. */
function encodePlainly(text: string): number[] {
	const words =
		text
			.normalize('NFC')
			.toLowerCase()
			.match(/'(?:s|t|re|ve|m|ll|d)(?![\p{L}\p{M}])|[\p{L}\p{M}]+|\p{N}|[^\p{White_Space}\p{L}\p{M}\p{N}]+/gu) ?? [];
	return words.flatMap((word) => {
		let symbols = [...new TextEncoder().encode(word)].map(byteName);
		symbols[symbols.length - 1] += '</w>';
		for (const rule of json.model.merges) {
			const [a, b] = rule.split(' ') as [string, string];
			const out: string[] = [];
			for (let i = 0; i < symbols.length; i++) {
				if (symbols[i] === a && symbols[i + 1] === b) {
					out.push(a + b);
					i++;
				} else out.push(symbols[i]!);
			}
			symbols = out;
		}
		return symbols.map((s) => json.model.vocab[s]!);
	});
}

describe('trainBpe', () => {
	it('makes whole tokens of frequent words, Cyrillic ones too', () => {
		for (const word of ['photo', 'lighthouse', 'кошка', 'рисунок', 'столе'])
			expect(tokenizer.encode(word), word).toHaveLength(1);
		expect(tokenizer.encode('zyzzyva').length).toBeGreaterThan(1);
	});

	it('orders ids as bytes, bytes at the end of a word, merges, start, end', () => {
		const { vocab, merges } = json.model;
		expect([vocab['!'], vocab['!</w>'], vocab.a, vocab.Ā]).toEqual([0, 256, 64, 188]);
		const size = Object.keys(vocab).length;
		expect(size).toBeLessThanOrEqual(700);
		expect(new Set(Object.values(vocab)).size).toBe(size);
		expect([vocab['<|startoftext|>'], vocab['<|endoftext|>']]).toEqual([size - 2, size - 1]);
		const [a, b] = merges[0]!.split(' ') as [string, string];
		expect(vocab[a + b]).toBe(512);
	});

	it('keeps to the size asked for and merges the most frequent pair first', () => {
		const small = trainBpe(['ab ab ab cd cd'], { vocabSize: 515 }) as TokenizerJson;
		expect(small.model.merges).toEqual(['a b</w>']);
		expect(Object.keys(small.model.vocab)).toHaveLength(515);
		const all = trainBpe(['ab ab ab cd cd xy'], { vocabSize: 600 }) as TokenizerJson;
		expect(all.model.merges).toEqual(['a b</w>', 'c d</w>']); // 'xy' was seen once
	});

	it('counts again after each merge, overlaps included', () => {
		// aaaa: (a a) twice, then (a a</w>): after aa is joined, (aa a) and (a a</w>) are left; checked against a recount from nothing.
		const texts = ['aaaa aaa abab baba abba', 'aabb abab', 'bbbb abab'];
		const { model } = trainBpe(texts, { vocabSize: 530 }) as TokenizerJson;
		expect(model.merges).toEqual(mergesPlainly(texts, 530 - 514));
	});

	it('does not depend on the order of the texts', () => {
		expect(trainBpe([...corpus].reverse(), { vocabSize: 700 })).toEqual(json);
	});

	it('refuses a vocabulary without room for bytes', () => {
		expect(() => trainBpe([], { vocabSize: 513 })).toThrow(/at least 514/);
	});
});

/** Merge rules by counting all pairs anew before each merge. */
function mergesPlainly(texts: string[], most: number): string[] {
	const order = [...Array(256).keys()].map(byteName);
	const printable = order.filter((c) => c.charCodeAt(0) < 256);
	const tokens = [...printable, ...order.filter((c) => c.charCodeAt(0) >= 256)];
	tokens.push(...tokens.map((c) => `${c}</w>`));
	let words = texts
		.flatMap((t) => t.split(' '))
		.map((w) => [...w].map((c, i) => (i === w.length - 1 ? `${c}</w>` : c)));
	const rules: string[] = [];
	while (rules.length < most) {
		const counts = new Map<string, number>();
		for (const w of words)
			for (let i = 0; i + 1 < w.length; i++)
				counts.set(`${w[i]} ${w[i + 1]}`, (counts.get(`${w[i]} ${w[i + 1]}`) ?? 0) + 1);
		const rank = (rule: string) => rule.split(' ').map((s) => tokens.indexOf(s)) as [number, number];
		const [best] = [...counts]
			.filter(([, n]) => n >= 2)
			.sort(([r, n], [s, m]) => m - n || rank(r)[0] - rank(s)[0] || rank(r)[1] - rank(s)[1]);
		if (!best) break;
		const [a, b] = best[0].split(' ') as [string, string];
		rules.push(best[0]);
		if (!tokens.includes(a + b)) tokens.push(a + b);
		words = words.map((w) => {
			const out: string[] = [];
			for (let i = 0; i < w.length; i++) {
				if (w[i] === a && w[i + 1] === b) {
					out.push(a + b);
					i++;
				} else out.push(w[i]!);
			}
			return out;
		});
	}
	return rules;
}

describe('loadTokenizer', () => {
	it('encodes as the definition says, on some hundred strings', () => {
		const random = new Random(7);
		const pieces = [
			...corpus.flatMap((t) => t.split(' ')),
			"o'clock",
			"'sun'",
			"DON'T",
			'12',
			'3',
			'—',
			'...',
			'ß',
			'İ',
			'é',
			'e\u0301',
			'ёж',
			'🎨',
			'\u00a0',
			'\t',
			'\u0085',
			'\ufeff',
			'\u001c',
			'\u3000',
			'\ud800',
			'x',
		];
		const strings = Array.from({ length: 400 }, () =>
			Array.from({ length: 1 + random.int(6) }, () => pieces[random.int(pieces.length)]!).join(
				random.chance(0.7) ? ' ' : '',
			),
		);
		for (const text of strings) expect(tokenizer.encode(text), JSON.stringify(text)).toEqual(encodePlainly(text));
	});

	it('knows a token for every part of any text, and can tell the text again', () => {
		const unknown = tokenizer.eos;
		fc.assert(
			fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
				fc.pre(!/<\|(start|end)oftext\|>/.test(text));
				const ids = tokenizer.encode(text);
				expect(ids).not.toContain(unknown);
				expect(ids).toEqual(encodePlainly(text));
				const bare = (s: string) => s.replace(/\p{White_Space}+/gu, '');
				expect(bare(tokenizer.decode(ids))).toBe(bare(text.normalize('NFC').toLowerCase()));
			}),
			{ numRuns: 500 },
		);
	});

	it('frames and fills rows, and says which texts were cut', () => {
		const { ids, ends, truncated, length } = tokenizer.rows(['red cat', 'кошка', '', 'zyzzyva zyzzyva zyzzyva'], 6);
		const { bos, eos, pad } = tokenizer;
		expect(pad).toBe(0);
		const [red, cat] = tokenizer.encode('red cat');
		expect([...ids.subarray(0, 6)]).toEqual([bos, red, cat, eos, pad, pad]);
		expect([...ids.subarray(12, 18)]).toEqual([bos, eos, pad, pad, pad, pad]);
		expect([...ids.subarray(18)]).toEqual([bos, ...tokenizer.encode('zyzzyva').slice(0, 4), eos]);
		expect([...ends]).toEqual([3, 2, 1, 5]);
		expect(truncated).toEqual([false, false, false, true]);
		expect(length).toBe(6);
		expect(tokenizer.vocabulary).toBe(eos + 1);
	});

	it('reads files, and says what is wrong with one', () => {
		const folder = mkdtempSync(join(tmpdir(), 'tokenizer-'));
		try {
			const path = join(folder, 'tokenizer.json');
			writeFileSync(path, JSON.stringify(json));
			expect(loadTokenizer(path, { pad: 5, bos: null }).rows(['red cat'], 4).ids).toEqual(
				Int32Array.from([...tokenizer.encode('red cat'), tokenizer.eos, 5]),
			);
			writeFileSync(path, '{"model": ');
			expect(() => loadTokenizer(path)).toThrow(expect.objectContaining({ code: 'E_CHECKPOINT' }));
			writeFileSync(path, '{"model": {}}');
			expect(() => loadTokenizer(path)).toThrow(expect.objectContaining({ code: 'E_CHECKPOINT' }));
			expect(() => loadTokenizer(join(folder, 'absent.json'))).toThrow(expect.objectContaining({ code: 'E_IO' }));
			expect(() => tokenizer.rows(['a'], 2)).toThrow(/at least 3/);
		} finally {
			rmSync(folder, { recursive: true });
		}
	});
});

it('gives SigLIP rows of an end alone, which fills them too', () => {
	const ended = loadTokenizer(trainBpe(corpus, { vocabSize: 700, endOnly: true }));
	const words = 'a Red cat';
	expect(ended.encode(words)).toEqual(tokenizer.encode(words));
	expect([ended.bos, ended.eos, ended.pad]).toEqual([undefined, tokenizer.eos, tokenizer.eos]);
	const [row] = [ended.rows([words], 8).ids];
	const ids = ended.encode(words);
	expect([...row]).toEqual([...ids, ...new Array<number>(8 - ids.length).fill(ended.eos)]);
});
