/** @file What a tokenizer of any kind gives: ids of a text, and rows for a text tower, begin ... end, pad. */

import { AtelierError } from '../../errors.js';

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

/** What a tokenizer's file does not make plain. */
export interface TokenizerOptions {
	/** Begin of text; null for none. Default: as the file frames a text, else <|startoftext|>, <s>, [CLS] or <bos>, whichever it has. */
	readonly bos?: number | null;
	/** End of text. Default: as the file frames a text, else <|endoftext|>, </s>, [SEP] or <eos>. */
	readonly eos?: number;
	/** Fills a row. Default: the file's padding, else <pad> or [PAD], else 0 (OpenAI's choice; a causal tower never looks at it). */
	readonly pad?: number;
	/** What is done to a text before. */
	readonly clean?: (text: string) => string;
}

/** What makes one kind of tokenizer differ from another. */
export interface Vocabulary {
	/** Number of ids: those of the vocabulary and the added ones. */
	readonly vocabulary: number;
	/** Begin of text; undefined for none. */
	readonly bos: number | undefined;
	readonly eos: number;
	/** Fills a row. */
	readonly pad: number;
	/** The tokens of a text, cleaned as the model's own code cleans it, without begin and end. */
	encode(text: string): number[];
	/** The text that ids stand for, without special tokens; '' for none. */
	decode(ids: readonly number[]): string;
	/** The written form of a token, e.g. 'cat</w>'. */
	token(id: number): string | undefined;
}

/** Turns texts into ids and back. */
export interface TextTokenizer extends Vocabulary {
	/** bos ... eos pad ... for each text; a longer one keeps its first tokens and ends in eos, as in every model's own code. */
	rows(texts: readonly string[], length: number): TokenRows;
}

/** A tokenizer with rows. */
export function tokenizer(vocabulary: Vocabulary): TextTokenizer {
	const { bos, eos, pad, encode } = vocabulary;
	return {
		...vocabulary,
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
	};
}

/** What is wrong with a tokenizer's file. */
export const badTokenizer = (message: string, cause?: unknown): AtelierError =>
	new AtelierError('E_CHECKPOINT', `tokenizer: ${message}`, { cause });
