/** @file Byte-pair encodings of CLIP's kind written as a `tokenizer.json`: bytes of words, the last one marked </w>. Source: Radford et al. 2019, 2021. */

export const START = '<|startoftext|>';
export const END = '<|endoftext|>';
/** Marks the last byte of a word. */
export const SUFFIX = '</w>';

/** The 256 printable stand-ins for bytes, in GPT-2's order: printable Latin-1 for itself, the others from U+0100 up. */
function byteAlphabet(): string[] {
	const printable = (b: number) => (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;
	const bytes = Array.from({ length: 256 }, (_, b) => b);
	const others = bytes.filter((b) => !printable(b)).map((_, i) => String.fromCharCode(256 + i));
	return [...bytes.filter(printable).map((b) => String.fromCharCode(b)), ...others];
}

/** The first 512 tokens: bytes inside a word and at its end. */
export function byteTokens(): string[] {
	const alphabet = byteAlphabet();
	return [...alphabet, ...alphabet.map((c) => c + SUFFIX)];
}

/** What a byte-pair encoding consists of. */
export interface BytePairs {
	/** Ids of the tokens, START and END among them. */
	readonly vocab: Readonly<Record<string, number>>;
	/** In order of rank. */
	readonly merges: readonly (readonly [string, string])[];
	/** Regular expression that words match. Space by its property: engines disagree about \s. */
	readonly words: string;
	/** What is done to a text before it is split. */
	readonly normalizers: readonly string[];
	/** Whether a text gets an end alone, which fills rows too: SigLIP's way. Default: begin and end, as CLIP's. */
	readonly endOnly?: boolean;
}

/** The contents of a `tokenizer.json`. */
export function bpeJson({ vocab, merges, words, normalizers, endOnly = false }: BytePairs): object {
	const special = (content: string) => ({
		id: vocab[content],
		content,
		single_word: false,
		lstrip: false,
		rstrip: false,
		normalized: false,
		special: true,
	});
	return {
		version: '1.0',
		truncation: null,
		padding: endOnly ? paddedWith(END, vocab[END]) : null,
		added_tokens: [special(START), special(END)],
		normalizer: { type: 'Sequence', normalizers: normalizers.map((type) => ({ type })) },
		pre_tokenizer: {
			type: 'Sequence',
			pretokenizers: [
				{ type: 'Split', pattern: { Regex: words }, behavior: 'Removed', invert: true },
				{ type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
			],
		},
		post_processor: endOnly
			? endedBy(END, vocab[END])
			: {
					type: 'RobertaProcessing',
					sep: [END, vocab[END]],
					cls: [START, vocab[START]],
					trim_offsets: false,
					add_prefix_space: false,
				},
		decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
		model: {
			type: 'BPE',
			dropout: null,
			unk_token: END,
			continuing_subword_prefix: '',
			end_of_word_suffix: SUFFIX,
			fuse_unk: false,
			byte_fallback: false,
			vocab,
			merges: merges.map(([a, b]) => `${a} ${b}`),
		},
	};
}

const paddedWith = (token: string, id: number | undefined): object => ({
	strategy: 'BatchLongest',
	direction: 'Right',
	pad_to_multiple_of: null,
	pad_id: id,
	pad_type_id: 0,
	pad_token: token,
});

function endedBy(token: string, id: number | undefined): object {
	const sequence = (name: string, type: number) => [
		{ Sequence: { id: name, type_id: type } },
		{ SpecialToken: { id: token, type_id: type } },
	];
	return {
		type: 'TemplateProcessing',
		single: sequence('A', 0),
		pair: [...sequence('A', 0), ...sequence('B', 1)],
		special_tokens: { [token]: { id: token, ids: [id], tokens: [token] } },
	};
}
