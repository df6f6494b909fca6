/** @file A tokenizer from SentencePiece's `.model` file: of XLM-R, with fairseq's ids, or of T5's and SigLIP's kind. */

import { pieceTypes, readSentencePieceModel } from './sentencepiece-model.js';
import { badTokenizer, type TextTokenizer, tokenizer } from './tokenizer.js';
import { unigramEncoder, unigramNormaliser } from './unigram.js';

/** How a model uses its pieces. */
export interface SentencePieceOptions {
	/** XLM-R: <s> 0, <pad> 1, </s> 2, <unk> 3, then the pieces one later than in the file; rows <s> ... </s>. Default: the file's ids, rows ... </s>. */
	readonly fairseq?: boolean;
	/** What fills a row of a model that is not fairseq's. Default: the file's padding, else its end of text. */
	readonly padWithEnd?: boolean;
	/** What is done to a text before. Default: nothing. */
	readonly clean?: ((text: string) => string) | undefined;
}

/** @param file bytes of the `.model` @throws E_CHECKPOINT when it is none, or no unigram model */
export function sentencePiece(file: Uint8Array, options: SentencePieceOptions = {}): TextTokenizer {
	const model = readSentencePieceModel(file);
	const { fairseq = false, padWithEnd = false, clean = (text: string) => text } = options;
	const normalise = unigramNormaliser(model);
	const pieceIds = unigramEncoder(model);
	if (!fairseq && model.eos < 0)
		throw badTokenizer('expected a SentencePiece model with an end of text, got one without');
	const fairseqNames = ['<s>', '<pad>', '</s>', '<unk>'];
	const outer = (id: number) => (fairseq ? (id === model.unknown ? 3 : id + 1) : id);
	const token = (id: number) => {
		if (!fairseq) return model.pieces[id]?.text;
		return id === model.pieces.length + 1 ? '<mask>' : (fairseqNames[id] ?? model.pieces[id - 1]?.text);
	};
	const isText = (id: number) => {
		if (fairseq && id < fairseqNames.length) return false;
		const type = model.pieces[fairseq ? id - 1 : id]?.type;
		return type === pieceTypes.normal || type === pieceTypes.userDefined;
	};
	const pad = model.pad < 0 || padWithEnd ? model.eos : model.pad;
	return tokenizer({
		vocabulary: model.pieces.length + (fairseq ? 2 : 0),
		bos: fairseq ? 0 : undefined,
		eos: fairseq ? 2 : model.eos,
		pad: fairseq ? 1 : pad,
		encode: (text) => pieceIds(normalise(clean(text))).map(outer),
		decode: (ids) =>
			ids
				.filter(isText)
				.map((id) => token(id)!)
				.join('')
				.replaceAll('\u2581', ' ')
				.trim(),
		token,
	});
}
