/** @file YouTokenToMe's byte-pair encoding from its `bpe.model`, which ruCLIP uses. Source: VKCOM/YouTokenToMe bpe.cpp. */

import { badTokenizer, type TextTokenizer, tokenizer } from './tokenizer.js';

/** Begins every word. */
const SPACE = '\u2581';
/** White space of C, and what stands for it: other spaces are characters. */
const spaces = /[\t-\r \u2581]+/;

/** A tokenizer from the text of a `bpe.model`: lower case, rows bos ... eos, as ruCLIP has them. @throws E_CHECKPOINT when it is none */
export function youTokenToMe(file: string): TextTokenizer {
	const { characters, rules, unk, pad, bos, eos } = parse(file);
	const written = new Map([...characters].map(([character, id]) => [id, character]));
	const ranks = new Map<string, { rank: number; joined: number }>();
	rules.forEach(([left, right, joined], rank) => {
		ranks.set(`${left} ${right}`, { rank, joined });
		written.set(joined, `${written.get(left) ?? ''}${written.get(right) ?? ''}`);
	});

	/** Ids of a word: the earliest rule is applied first, at its leftmost place first, until none applies. */
	const merged = (word: number[]): number[] => {
		const ids = [...word];
		for (;;) {
			let best: { rank: number; joined: number; at: number } | undefined;
			for (let at = 0; at + 1 < ids.length; at++) {
				const rule = ranks.get(`${ids[at]} ${ids[at + 1]}`);
				if (rule && rule.rank < (best?.rank ?? Number.POSITIVE_INFINITY)) best = { ...rule, at };
			}
			if (!best) return ids;
			ids.splice(best.at, 2, best.joined);
		}
	};
	const wordIds = (word: string): number[] => {
		const ids: number[] = [];
		for (const character of SPACE + word) {
			const id = characters.get(character) ?? unk;
			// Characters that are unknown and follow each other are one.
			if (id !== unk || ids.at(-1) !== unk) ids.push(id);
		}
		return merged(ids);
	};

	return tokenizer({
		vocabulary: Math.max(unk, pad, bos, eos, ...written.keys()) + 1,
		bos,
		eos,
		pad,
		encode: (text) => text.toLowerCase().split(spaces).filter(Boolean).flatMap(wordIds),
		decode: (ids) =>
			ids
				.map((id) => written.get(id) ?? '')
				.join('')
				.replaceAll(SPACE, ' ')
				.trim(),
		token: (id) => written.get(id),
	});
}

/** Numbers of characters and rules; a character (its code point) and its id a line; a rule (left, right, joined) a line; unk, pad, bos, eos. */
function parse(file: string) {
	const lines = file.trimEnd().split(/\r?\n/);
	const numbers = (index: number, count: number): number[] => {
		const line = lines[index] ?? '';
		const found = line.trim().split(/\s+/).map(Number);
		if (found.length !== count || found.some((n) => !Number.isInteger(n) || n < -1))
			throw badTokenizer(
				`expected ${count} whole numbers in line ${index + 1} of bpe.model, got '${line.slice(0, 80)}'`,
			);
		return found;
	};
	const [nCharacters, nRules] = numbers(0, 2) as [number, number];
	if (lines.length !== nCharacters + nRules + 2)
		throw badTokenizer(
			`expected a bpe.model of ${nCharacters + nRules + 2} lines, as its first one says, got ${lines.length}; fetch it again`,
		);
	const characters = new Map(
		Array.from({ length: nCharacters }, (_, i) => {
			const [code, id] = numbers(1 + i, 2) as [number, number];
			if (code < 0 || code > 0x10ffff) throw badTokenizer(`expected characters of Unicode in bpe.model, got ${code}`);
			return [String.fromCodePoint(code), id] as const;
		}),
	);
	const rules = Array.from({ length: nRules }, (_, i) => numbers(1 + nCharacters + i, 3) as [number, number, number]);
	const [unk, pad, bos, eos] = numbers(lines.length - 1, 4) as [number, number, number, number];
	return { characters, rules, unk, pad, bos, eos };
}
