/** @file The tokenizer of a model, whichever of its files the model's folder has. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AtelierError } from '../../errors.js';
import { guard, isFile, readTextFile } from '../../files.js';
import { modelFile, readJsonObject } from '../model-folder.js';
import { SUFFIX } from './bpe-json.js';
import { canonicalText, captionText, openClipCanonicalText, plainText } from './clean-text.js';
import { clipBpe } from './clip-bpe.js';
import { sentencePiece } from './sentencepiece.js';
import { type TextTokenizer, type TokenizerOptions, tokenizer } from './tokenizer.js';
import { loadTokenizer } from './tokenizer-json.js';
import { isolateRareCharacters, wordPiece } from './wordpiece.js';
import { youTokenToMe } from './youtokentome.js';

/** Readers by the name of their file; the first file that is there counts. SentencePiece's own files come before the tokenizer.json that was made from them. */
const readers: readonly (readonly [string, (path: string, folder: Folder) => TextTokenizer])[] = [
	['sentencepiece.bpe.model', (path, folder) => sentencePiece(bytes(path), { fairseq: true, clean: folder.clean })],
	['spiece.model', fromSentencePiece],
	['tokenizer.json', fromJson],
	['bpe.model', (path) => youTokenToMe(readTextFile(path))],
	['vocab.txt', fromVocabulary],
	['merges.txt', fromMerges],
	['bpe_simple_vocab_16e6.txt.gz', fromMerges],
	['bpe_simple_vocab_16e6.txt', fromMerges],
];

/** Names of the files that {@link loadTokenizerFrom} reads, the first that is there first. */
export const tokenizerFiles: readonly string[] = readers.map(([name]) => name);

/**
 * The tokenizer in a model's folder: what cleans texts, turns them into ids and frames them as the model's authors did.
 * - `sentencepiece.bpe.model`: XLM-R's (M-CLIP). `spiece.model`: SentencePiece's unigram (SigLIP).
 * - `tokenizer.json`: of any kind. `vocab.txt`: BERT's WordPiece (ALIGN). `bpe.model`: YouTokenToMe's (ruCLIP).
 * - `merges.txt`, with `vocab.json` or without, or `bpe_simple_vocab_16e6.txt.gz`: CLIP's byte pairs.
 * @throws E_CHECKPOINT when there is none of them, or the one there is damaged; E_IO when it cannot be read
 */
export function loadTokenizerFrom(folder: string): TextTokenizer {
	for (const [name, read] of readers) {
		const path = join(folder, name);
		if (!isFile(path)) continue;
		try {
			return read(path, describe(folder));
		} catch (cause) {
			const { message } = cause as Error;
			// What is no tokenizer is met by whatever reads its parts.
			if ((cause instanceof AtelierError && cause.code !== 'E_CHECKPOINT') || message.includes(folder)) throw cause;
			throw new AtelierError(
				'E_CHECKPOINT',
				`expected the tokenizer of a model in '${path}', got another kind of file (${message}); copy the one that is beside the weights where they are from`,
				{ cause },
			);
		}
	}
	throw new AtelierError(
		'E_CHECKPOINT',
		`expected tokenizer.json in '${folder}', got no such file; copy it from the place that the weights are from (${tokenizerFiles
			.filter((name) => name !== 'tokenizer.json')
			.join(', ')} will do too); any CLIP's in English is the same`,
	);
}

/** What the files beside a tokenizer say about its use. */
interface Folder extends TokenizerUse {
	readonly path: string;
}

/** What a tokenizer.json does not say of its use. */
export interface TokenizerUse {
	readonly isSigLip: boolean;
	/** How the model's own code cleans a text, where the files beside say so. */
	readonly clean?: (text: string) => string;
}

function describe(path: string): Folder {
	const optional = (name: string): object => (isFile(join(path, name)) ? readJsonObject(join(path, name)) : {});
	const { model_type: kind } = optional('config.json') as { model_type?: unknown };
	const { tokenizer_class: tokenizerClass } = optional('tokenizer_config.json') as { tokenizer_class?: unknown };
	const { model_cfg: model } = optional('open_clip_config.json') as OpenClip;
	const clean = model?.text_cfg?.tokenizer_kwargs?.clean;
	const isSigLip = /^siglip/.test(String(kind)) || /^Siglip/.test(String(tokenizerClass)) || clean === 'canonicalize';
	const cleaners = { canonicalize: openClipCanonicalText, whitespace: plainText, lower: captionText };
	const stated = Object.entries(cleaners).find(([name]) => name === clean)?.[1];
	// open_clip cleans for other tokenizers than its own too, unless told how: white space and what is broken, no lower case.
	const ofOpenClip = model?.text_cfg?.hf_tokenizer_name ? plainText : undefined;
	const found = stated ?? ofOpenClip;
	return { path, isSigLip, ...(found && { clean: found }) };
}

interface OpenClip {
	readonly model_cfg?: {
		readonly text_cfg?: {
			readonly hf_tokenizer_name?: unknown;
			readonly tokenizer_kwargs?: { readonly clean?: unknown };
		};
	};
}

const asIs = (text: string): string => text;
/** The second SigLIP keeps punctuation. */
const lowerCase = (text: string): string => text.toLowerCase();

function fromSentencePiece(path: string, { isSigLip, clean }: Folder): TextTokenizer {
	return sentencePiece(bytes(path), { clean: clean ?? (isSigLip ? canonicalText : undefined), padWithEnd: isSigLip });
}

function fromJson(path: string, folder: Folder): TextTokenizer {
	return modelTokenizer(readJsonObject(path), folder);
}

/** A tokenizer.json as the model that it is of uses it: with its cleaning, its frame and its padding. @throws E_CHECKPOINT when it is none */
export function modelTokenizer(
	json: { readonly model?: { readonly type?: string; readonly end_of_word_suffix?: string } },
	folder: TokenizerUse,
): TextTokenizer {
	const type = json.model?.type;
	// CLIP's byte pairs were taught captions that were cleaned; the file says nothing of it.
	const taught = type === 'WordPiece' || type === 'Unigram' ? asIs : captionText;
	const ofSigLip = type === 'Unigram' ? canonicalText : lowerCase;
	const clean = folder.clean ?? (folder.isSigLip ? ofSigLip : taught);
	const options: TokenizerOptions = {
		clean: type === 'WordPiece' ? (text) => isolateRareCharacters(clean(text)) : clean,
	};
	if (folder.isSigLip) {
		const found = loadTokenizer(json, { ...options, bos: null });
		// The first SigLIP fills its rows with the end of text, the second, whose pieces are byte pairs, as its file says.
		return type === 'Unigram' ? tokenizer({ ...found, pad: found.eos }) : found;
	}
	// OpenAI and open_clip fill with 0, which towers without a causal mask see; Hugging Face's files say otherwise.
	return loadTokenizer(json, json.model?.end_of_word_suffix === SUFFIX ? { ...options, pad: 0 } : options);
}

function fromVocabulary(_: string, folder: Folder): TextTokenizer {
	return modelTokenizer(vocabularyJson(folder.path), folder);
}

/** What a folder's vocab.txt comes to as a tokenizer.json. */
function vocabularyJson(folder: string): object {
	const config = join(folder, 'tokenizer_config.json');
	const { do_lower_case: lower = true } = (isFile(config) ? readJsonObject(config) : {}) as { do_lower_case?: unknown };
	return wordPiece(readTextFile(join(folder, 'vocab.txt')), lower !== false);
}

/** The contents of a folder's tokenizer.json, or of one that its vocab.txt comes to. @throws E_CHECKPOINT when there is neither */
export function tokenizerJsonFrom(folder: string): object {
	const [json, vocabulary] = ['tokenizer.json', 'vocab.txt'].map((name) => isFile(join(folder, name)));
	if (!json && vocabulary) return vocabularyJson(folder);
	const advice = isFile(join(folder, 'spiece.model'))
		? 'training does not read spiece.model; copy the tokenizer.json of the same model'
		: 'give the folder of a whole encoder';
	return readJsonObject(modelFile(folder, 'tokenizer.json', advice));
}

function fromMerges(path: string, folder: Folder): TextTokenizer {
	const stated = join(folder.path, 'vocab.json');
	const vocab = isFile(stated) ? (readJsonObject(stated) as Record<string, number>) : undefined;
	return loadTokenizer(clipBpe(bytes(path), vocab), { clean: folder.clean ?? captionText });
}

const bytes = (path: string): Uint8Array => guard(`a readable file '${path}'`, () => readFileSync(path));
