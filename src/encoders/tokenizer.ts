/** @file Text to rows of token ids: any `tokenizer.json`, run by @huggingface/tokenizers, wrapped into begin ... end, pad. */

import { readFileSync } from 'node:fs';
import { Tokenizer } from '@huggingface/tokenizers';
import { AtelierError } from '../errors.js';

/** Which ids frame and fill a row, where the file does not make it plain. */
export interface TokenizerOptions {
	/** Begin of text; null for none. Default: <|startoftext|>, <s>, [CLS] or <bos>, whichever the file has. */
	readonly bos?: number | null;
	/** End of text. Default: <|endoftext|>, </s>, [SEP] or <eos>. */
	readonly eos?: number;
	/** Fills a row. Default: the file's padding, else 0 (OpenAI's choice; a causal tower never looks at it). */
	readonly pad?: number;
}

/** Rows of equal length, ready for a text tower. */
export interface TokenRows {
	/** [texts, length], row-major. */
	readonly ids: Int32Array;
	readonly length: number;
	/** Index in its row of each text's end-of-text token. */
	readonly ends: Int32Array;
	/** Whether each text was cut to fit; worth a warning. */
	readonly truncated: readonly boolean[];
}

/** Turns texts into ids and back. */
export interface TextTokenizer {
	/** Number of ids: those of the vocabulary and the added ones. */
	readonly vocabulary: number;
	readonly bos: number | undefined;
	readonly eos: number;
	readonly pad: number;
	/** The tokens of a text, without begin and end. */
	encode(text: string): number[];
	/** bos ... eos pad ... for each text; a longer one keeps its first tokens and ends in eos. */
	rows(texts: readonly string[], length: number): TokenRows;
	/** The text that ids stand for, without special tokens; '' for none. */
	decode(ids: readonly number[]): string;
	/** The written form of a token, e.g. 'cat</w>'. */
	token(id: number): string | undefined;
}

const BEGIN = ['<|startoftext|>', '<s>', '[CLS]', '<bos>'];
const END = ['<|endoftext|>', '</s>', '[SEP]', '<eos>'];

/**
 * A tokenizer from a `tokenizer.json`.
 * @param from a path or the parsed JSON
 * @throws E_IO when the file cannot be read, E_CHECKPOINT when it is no tokenizer
 */
export function loadTokenizer(from: string | object, options: TokenizerOptions = {}): TextTokenizer {
	const json = typeof from === 'string' ? readJson(from) : from;
	let library: Tokenizer;
	try {
		library = new Tokenizer(json, { clean_up_tokenization_spaces: false });
	} catch (cause) {
		throw bad(`expected the parts of a tokenizer.json, got: ${(cause as Error).message}`, cause);
	}
	const find = (names: string[]) => names.map((n) => library.token_to_id(n)).find((id) => id !== undefined);
	const bos = options.bos === null ? undefined : (options.bos ?? find(BEGIN));
	const eos = options.eos ?? find(END);
	if (eos === undefined) throw bad(`expected an end-of-text token of ${END.join(', ')}, got none; pass its id as eos`);
	const padding = (json as { padding?: { pad_id?: number } | null }).padding?.pad_id;
	const pad = options.pad ?? padding ?? 0;

	const encode = (text: string) => library.encode(text, { add_special_tokens: false }).ids;
	return {
		vocabulary: largestId(library) + 1,
		bos,
		eos,
		pad,
		encode,
		rows(texts, length) {
			const frame = bos === undefined ? 1 : 2;
			if (!Number.isInteger(length) || length < frame + 1)
				throw new AtelierError('E_ARGUMENT', `expected rows of at least ${frame + 1} tokens, got ${length}`);
			const ids = new Int32Array(texts.length * length).fill(pad);
			const ends = new Int32Array(texts.length);
			const truncated = texts.map((text, n) => {
				const tokens = encode(text);
				const kept = tokens.slice(0, length - frame);
				const row = bos === undefined ? [...kept, eos] : [bos, ...kept, eos];
				ids.set(row, n * length);
				ends[n] = row.length - 1;
				return kept.length < tokens.length;
			});
			return { ids, length, ends, truncated };
		},
		decode: (ids) => (ids.length === 0 ? '' : library.decode([...ids], { skip_special_tokens: true })),
		token: (id) => library.id_to_token(id),
	};
}

function largestId(library: Tokenizer): number {
	let largest = 0;
	for (const id of library.get_vocab().values()) largest = Math.max(largest, id);
	return largest;
}

function readJson(path: string): object {
	let text: string;
	try {
		text = readFileSync(path, 'utf8');
	} catch (cause) {
		throw new AtelierError('E_IO', `expected a readable tokenizer file, got '${path}': ${(cause as Error).message}`, {
			cause,
		});
	}
	try {
		const json: unknown = JSON.parse(text);
		if (typeof json === 'object' && json !== null) return json;
	} catch (cause) {
		throw bad(`expected JSON in '${path}', got: ${(cause as Error).message}`, cause);
	}
	throw bad(`expected a JSON object in '${path}', got something else`);
}

const bad = (message: string, cause?: unknown) => new AtelierError('E_CHECKPOINT', `tokenizer: ${message}`, { cause });
