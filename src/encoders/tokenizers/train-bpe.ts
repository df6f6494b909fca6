/**
 * @file Learns a byte-pair encoding from texts and writes it as a `tokenizer.json` of CLIP's kind.
 * Bytes of lower-cased NFC words, the last one marked </w>; the most frequent neighbours are merged, again and again.
 * Source: Sennrich et al. 2016 (BPE), Radford et al. 2019 (bytes instead of characters: nothing is ever unknown).
 */

import { Tokenizer } from '@huggingface/tokenizers';
import { AtelierError } from '../../errors.js';
import { MaxHeap } from '../max-heap.js';
import { type BytePairs, bpeJson, byteTokens, END, START, SUFFIX } from './bpe-json.js';

/** How to learn. */
export interface BpeOptions {
	/** Ids in all: 512 bytes (inside and at the end of a word), merges, 2 special tokens. At least 514. */
	readonly vocabSize: number;
	/** Pairs seen less often are left alone; default 2. */
	readonly minFrequency?: number;
	/** As {@link BytePairs.endOnly}. */
	readonly endOnly?: boolean;
}

/** English contractions, letters with their marks, one digit, or a run of anything else but space. ('sun' in quotes is no contraction.) */
const WORDS = "'(?:s|t|re|ve|m|ll|d)(?![\\p{L}\\p{M}])|[\\p{L}\\p{M}]+|\\p{N}|[^\\p{White_Space}\\p{L}\\p{M}\\p{N}]+";

/**
 * A `tokenizer.json` learnt from texts. Ids: bytes, bytes with </w>, merges in order of learning, <|startoftext|>, <|endoftext|>
 * (the largest id, as CLIP's pooling by argmax wants). The same texts in any order give the same result.
 * Fewer merges are learnt when the texts have no more pairs; the vocabulary is then smaller than asked for.
 */
export function trainBpe(texts: Iterable<string>, options: BpeOptions): object {
	const { vocabSize, minFrequency = 2, endOnly = false } = options;
	const base = byteTokens();
	if (!(minFrequency >= 1))
		throw new AtelierError('E_ARGUMENT', `expected minFrequency of at least 1, got ${minFrequency}`);
	if (!Number.isInteger(vocabSize) || vocabSize < base.length + 2)
		throw new AtelierError('E_ARGUMENT', `expected a vocabulary of at least ${base.length + 2}, got ${vocabSize}`);
	const { tokens, merges } = learn(countWords(texts), base, vocabSize - 2, minFrequency);
	return tokenizerJson([...tokens, START, END], merges, endOnly);
}

/** Each word of the texts, in stand-ins for bytes, with how often it occurs; sorted, so that the order of the texts is forgotten. */
function countWords(texts: Iterable<string>): [string, number][] {
	// The library itself splits: what is learnt is then what will be asked for.
	const splitter = new Tokenizer(tokenizerJson([START, END], []), {});
	const counts = new Map<string, number>();
	for (const text of texts) {
		const words = splitter.pre_tokenizer!(splitter.normalizer!(text), {}) as string[];
		for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
	}
	return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Words as lists of token indices, which shrink as pairs are merged. */
interface Word {
	symbols: number[];
	readonly count: number;
}

/** A pair of neighbours. */
interface Pair {
	readonly left: number;
	readonly right: number;
	count: number;
	/** Indices of words that had it at some time. */
	readonly words: Set<number>;
}

function learn(counts: [string, number][], base: string[], size: number, minFrequency: number) {
	const tokens = [...base];
	const idOf = new Map(tokens.map((t, i) => [t, i]));
	const words: Word[] = counts.map(([word, count]) => {
		const letters = [...word];
		return { symbols: letters.map((c, i) => idOf.get(i === letters.length - 1 ? c + SUFFIX : c)!), count };
	});
	const pairs = new Map<string, Pair>();
	// More often first; among equals the one learnt from older tokens, which is a rule that every machine keeps.
	const queue = new MaxHeap<{ pair: Pair; count: number }>(
		(a, b) => a.count - b.count || b.pair.left - a.pair.left || b.pair.right - a.pair.right,
	);
	const touched = new Set<Pair>();
	const change = (left: number, right: number, by: number, word: number) => {
		const key = `${left} ${right}`;
		let pair = pairs.get(key);
		if (!pair) {
			pair = { left, right, count: 0, words: new Set() };
			pairs.set(key, pair);
		}
		pair.count += by;
		if (by > 0) pair.words.add(word);
		touched.add(pair);
	};
	const enqueue = () => {
		for (const pair of touched) if (pair.count >= minFrequency) queue.push({ pair, count: pair.count });
		touched.clear();
	};
	words.forEach(({ symbols, count }, w) => {
		for (let i = 0; i + 1 < symbols.length; i++) change(symbols[i]!, symbols[i + 1]!, count, w);
	});
	enqueue();

	const merges: [string, string][] = [];
	while (tokens.length < size) {
		const best = queue.pop();
		if (!best) break;
		const { pair } = best;
		if (best.count !== pair.count) continue; // counted anew since; its newer entry is in the queue
		const [left, right] = [tokens[pair.left]!, tokens[pair.right]!];
		merges.push([left, right]);
		// Two ways may lead to one token: it is one entry of the vocabulary, with two rules.
		const joined = idOf.get(left + right) ?? tokens.push(left + right) - 1;
		idOf.set(left + right, joined);
		for (const w of pair.words) mergeIn(words[w]!, w, pair, joined, change);
		pair.count = 0;
		pair.words.clear();
		enqueue();
	}
	return { tokens, merges };
}

/** Replace a pair in one word, left to right, and keep the books on its neighbours. */
function mergeIn(
	word: Word,
	w: number,
	pair: Pair,
	joined: number,
	change: (l: number, r: number, by: number, w: number) => void,
): void {
	const { symbols, count } = word;
	const out: number[] = [];
	for (let i = 0; i < symbols.length; i++)
		if (symbols[i] === pair.left && symbols[i + 1] === pair.right) {
			out.push(joined);
			i++;
		} else out.push(symbols[i]!);
	if (out.length === symbols.length) return;
	for (let i = 0; i + 1 < symbols.length; i++) change(symbols[i]!, symbols[i + 1]!, -count, w);
	for (let i = 0; i + 1 < out.length; i++) change(out[i]!, out[i + 1]!, count, w);
	word.symbols = out;
}

function tokenizerJson(tokens: readonly string[], merges: BytePairs['merges'], endOnly = false): object {
	const vocab = Object.fromEntries(tokens.map((t, i) => [t, i]));
	return bpeJson({ vocab, merges, words: WORDS, normalizers: ['NFC', 'Lowercase'], endOnly });
}
