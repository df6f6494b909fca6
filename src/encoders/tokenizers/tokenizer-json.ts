/** @file Any `tokenizer.json`, run by @huggingface/tokenizers. */

import { Tokenizer } from '@huggingface/tokenizers';
import { readJsonObject } from '../model-folder.js';
import { mapCharacters, readCharsmap } from './charsmap.js';
import { badTokenizer, type TextTokenizer, type TokenizerOptions, tokenizer } from './tokenizer.js';

const BEGIN = ['<|startoftext|>', '<s>', '[CLS]', '<bos>'];
const PAD = ['<pad>', '[PAD]'];
const END = ['<|endoftext|>', '</s>', '[SEP]', '<eos>'];

/**
 * A tokenizer from a `tokenizer.json`.
 * @param from a path or the parsed JSON
 * @throws E_IO when the file cannot be read, E_CHECKPOINT when it is no tokenizer
 */
export function loadTokenizer(from: string | object, options: TokenizerOptions = {}): TextTokenizer {
	const json = typeof from === 'string' ? readJsonObject(from) : from;
	const { rest, map } = withoutCharsmap(json);
	let library: Tokenizer;
	try {
		library = new Tokenizer(rest, { clean_up_tokenization_spaces: false });
	} catch (cause) {
		throw badTokenizer(`expected the parts of a tokenizer.json, got: ${(cause as Error).message}`, cause);
	}
	const frame: number[] = library.encode('', { add_special_tokens: true }).ids;
	const find = (names: string[]) => names.map((n) => library.token_to_id(n)).find((id) => id !== undefined);
	const isBegin = (id: number) => BEGIN.includes(library.id_to_token(id) ?? '');
	const bos = frame.length === 0 ? find(BEGIN) : frame.find((id, at) => isBegin(id) || at + 1 < frame.length);
	const eos = options.eos ?? frame.findLast((id, at) => at > 0 || !isBegin(id)) ?? find(END);
	if (eos === undefined)
		throw badTokenizer(`expected an end-of-text token of ${END.join(', ')}, got none; pass its id as eos`);
	const padding = (json as { padding?: { pad_id?: number } | null }).padding?.pad_id;
	const { clean = (text: string) => text } = options;
	return tokenizer({
		vocabulary: largestId(library) + 1,
		bos: options.bos === null ? undefined : (options.bos ?? bos),
		eos,
		pad: options.pad ?? padding ?? find(PAD) ?? 0,
		encode: (text) => library.encode(map(clean(text)), { add_special_tokens: false }).ids,
		decode: (ids) => (ids.length === 0 ? '' : library.decode([...ids], { skip_special_tokens: true })),
		token: (id) => library.id_to_token(id),
	});
}

interface Normalizer {
	readonly type?: string;
	readonly precompiled_charsmap?: string | null;
	readonly normalizers?: readonly Normalizer[];
}

/** The file without SentencePiece's map of characters where that comes first, and the map itself: the library only comes near it. */
function withoutCharsmap(json: object): { rest: object; map: (text: string) => string } {
	const { normalizer } = json as { normalizer?: Normalizer | null };
	const [first, ...others] = normalizer?.normalizers ?? [normalizer];
	if (first?.type !== 'Precompiled' || !first.precompiled_charsmap) return { rest: json, map: (text) => text };
	const map = readCharsmap(Buffer.from(first.precompiled_charsmap, 'base64'));
	return {
		rest: { ...json, normalizer: { type: 'Sequence', normalizers: others } },
		map: (text) => mapCharacters(map, text),
	};
}

function largestId(library: Tokenizer): number {
	let largest = 0;
	for (const id of library.get_vocab().values()) largest = Math.max(largest, id);
	return largest;
}
