/** @file BERT's WordPiece from `vocab.txt`, written as a `tokenizer.json`. Source: google-research/bert tokenization.py. */

import { badTokenizer } from './tokenizer.js';

const specials = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];

/**
 * The contents of a `tokenizer.json`.
 * @param vocabulary a token a line, its id the number of the line
 * @param lowercase whether the model is 'uncased': lower case, no accents
 * @throws E_CHECKPOINT when a special token is missing
 */
export function wordPiece(vocabulary: string, lowercase: boolean): object {
	const tokens = vocabulary.replace(/\r?\n$/, '').split(/\r?\n/);
	const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
	const missing = specials.slice(0, 4).filter((token) => !(token in vocab));
	if (missing.length > 0)
		throw badTokenizer(
			`expected a vocabulary with ${specials.slice(0, 4).join(', ')}, got none of ${missing.join(', ')}`,
		);
	const frame = ['[CLS]', '[SEP]'].map((token) => [token, vocab[token]]);
	return {
		version: '1.0',
		added_tokens: specials
			.filter((token) => token in vocab)
			.map((content) => ({ id: vocab[content], content, special: true, normalized: false })),
		normalizer: {
			type: 'BertNormalizer',
			clean_text: true,
			handle_chinese_chars: true,
			strip_accents: null,
			lowercase,
		},
		pre_tokenizer: { type: 'BertPreTokenizer' },
		post_processor: { type: 'BertProcessing', cls: frame[0], sep: frame[1] },
		decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
		padding: { pad_id: vocab['[PAD]'] },
		model: {
			type: 'WordPiece',
			unk_token: '[UNK]',
			continuing_subword_prefix: '##',
			max_input_chars_per_word: 100,
			vocab,
		},
	};
}

/** Chinese characters beyond U+FFFF are words of their own as the others are; the library looks at halves of them. */
export const isolateRareCharacters = (text: string): string =>
	text.replace(/[\u{20000}-\u{2a6df}\u{2a700}-\u{2ceaf}\u{2f800}-\u{2fa1f}]/gu, ' $& ');
