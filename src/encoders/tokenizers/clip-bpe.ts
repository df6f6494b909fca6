/** @file CLIP's byte-pair encoding from its list of merges, as OpenAI (bpe_simple_vocab_16e6.txt.gz) or Hugging Face (merges.txt) publish it. Source: openai/CLIP simple_tokenizer.py. */

import { gunzipSync } from 'node:zlib';
import { bpeJson, byteTokens, END, START } from './bpe-json.js';
import { badTokenizer } from './tokenizer.js';

/** As many merges count: OpenAI's file has five times as many lines, of which CLIP's 49,408 ids use the first. */
const mostMerges = 49152 - 256 - 2;

/** English contractions, letters, one digit, or a run of anything else but space. */
const WORDS = "'(?:s|t|re|ve|m|ll|d)|\\p{L}+|\\p{N}|[^\\p{White_Space}\\p{L}\\p{N}]+";

/**
 * The contents of a `tokenizer.json`, for texts that are cleaned already.
 * @param file bytes of the list, gzip or plain: a line of title, then two tokens a line in order of rank
 * @param vocab ids of the tokens. Default: bytes, bytes with </w>, one for each merge, <|startoftext|>, <|endoftext|>
 * @throws E_CHECKPOINT when it is no such list
 */
export function clipBpe(file: Uint8Array, vocab?: Readonly<Record<string, number>>): object {
	const [title, ...lines] = unpacked(file).split(/\r?\n/);
	const merges = lines.slice(0, mostMerges).flatMap((line, i): [string, string][] => {
		if (line === '') return [];
		const [a, b, ...rest] = line.split(' ');
		if (!a || !b || rest.length > 0)
			throw badTokenizer(`expected two tokens in line ${i + 2} of the merges, got '${line.slice(0, 80)}'`);
		return [[a, b]];
	});
	if (!title?.includes('#version') || merges.length === 0)
		throw badTokenizer(
			`expected a list of merges that begins with '#version', got '${(title ?? '').slice(0, 80)}' and ${merges.length} merges`,
		);
	const odd = vocab && [START, END, ...Object.keys(vocab)].find((token) => !Number.isInteger(vocab[token]));
	if (odd !== undefined)
		throw badTokenizer(
			`expected a vocab.json of ids with ${START} and ${END}, got ${String(vocab![odd])} for '${odd}'`,
		);
	return bpeJson({ vocab: vocab ?? vocabularyOf(merges), merges, words: WORDS, normalizers: [] });
}

function vocabularyOf(merges: readonly (readonly [string, string])[]): Record<string, number> {
	const tokens = [...byteTokens(), ...merges.map(([a, b]) => a + b), START, END];
	return Object.fromEntries(tokens.map((token, id) => [token, id]));
}

function unpacked(file: Uint8Array): string {
	if (file[0] !== 0x1f || file[1] !== 0x8b) return new TextDecoder().decode(file);
	try {
		return gunzipSync(file, { maxOutputLength: 1 << 26 }).toString('utf8');
	} catch (cause) {
		throw badTokenizer(`expected merges packed by gzip, got: ${(cause as Error).message}`, cause);
	}
}
