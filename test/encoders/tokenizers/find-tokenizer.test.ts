/** @file Tokenizers from whatever file a model's folder has, against the ids of the original ones. */

import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { loadTokenizerFrom } from '../../../src/encoders/tokenizers/find-tokenizer.js';
import { sentencePiece } from '../../../src/encoders/tokenizers/sentencepiece.js';
import { readSentencePieceModel } from '../../../src/encoders/tokenizers/sentencepiece-model.js';
import type { TextTokenizer } from '../../../src/encoders/tokenizers/tokenizer.js';
import { trainBpe } from '../../../src/encoders/tokenizers/train-bpe.js';
import { Random } from '../../../src/random.js';
import { clipCases, fixtureJson, fixturePath, folders } from './cases.js';

const folderWith = folders();

interface Bpe {
	readonly model: { readonly vocab: Readonly<Record<string, number>>; readonly merges: readonly string[] };
}
const { model } = trainBpe(
	clipCases.map(({ ftfy_text }) => ftfy_text),
	{ vocabSize: 900 },
) as Bpe;
const list = ['#version: 0.2', ...model.merges, ''].join('\n');

/** Byte pairs by their definition: join the pair of lowest rank wherever it stands, from the left, until none is left. */
function mergePlainly(word: string): string[] {
	const printable = (b: number) => (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;
	const hidden = Array.from({ length: 256 }, (_, b) => b).filter((b) => !printable(b));
	let symbols = [...new TextEncoder().encode(word)].map((b) =>
		String.fromCharCode(printable(b) ? b : 256 + hidden.indexOf(b)),
	);
	symbols[symbols.length - 1] += '</w>';
	for (const rule of model.merges) {
		const [a, b] = rule.split(' ') as [string, string];
		const out: string[] = [];
		for (let i = 0; i < symbols.length; i++)
			if (symbols[i] === a && symbols[i + 1] === b) out.push(a + symbols[++i]!);
			else out.push(symbols[i]!);
		symbols = out;
	}
	return symbols;
}

describe("CLIP's byte pairs from a list of merges", () => {
	const tokenizer = loadTokenizerFrom(folderWith({ 'merges.txt': list }));

	it('split, merge and number words by the definition, on the texts of the fixture', () => {
		for (const { text, ftfy_text } of clipCases.filter((c) => !c.text.includes('<|'))) {
			const words = ftfy_text.toLowerCase().match(/'(?:s|t|re|ve|m|ll|d)|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+/gu) ?? [];
			const tokens = words.flatMap(mergePlainly);
			expect(tokenizer.encode(text).map(tokenizer.token), JSON.stringify(text)).toEqual(tokens);
		}
	});

	it('number bytes, bytes at the end of a word, merges, begin and end in this order', () => {
		const [a, b] = model.merges[0]!.split(' ') as [string, string];
		expect(
			['!', '!</w>', 'Ā', a + b].map((t) => [0, 256, 188, 512].findIndex((id) => tokenizer.token(id) === t)),
		).toEqual([0, 1, 2, 3]);
		const { bos, eos, pad, vocabulary } = tokenizer;
		expect([bos, eos, pad, vocabulary]).toEqual([vocabulary - 2, vocabulary - 1, 0, 512 + model.merges.length + 2]);
	});

	it('know the special tokens in a text, and tell a text again', () => {
		const { bos, eos } = tokenizer;
		expect(tokenizer.encode('<|startoftext|>a<|EndOfText|>')).toEqual([bos, ...tokenizer.encode('a'), eos]);
		expect(tokenizer.decode(tokenizer.encode("Don't  STOP"))).toBe("don 't stop");
	});

	it('are the same from gzip, with a vocabulary beside, and from a tokenizer.json', () => {
		const others = [
			folderWith({ 'bpe_simple_vocab_16e6.txt.gz': gzipSync(list) }),
			folderWith({ 'merges.txt': list, 'vocab.json': model.vocab }),
			folderWith({
				'tokenizer.json': trainBpe(
					clipCases.map((c) => c.ftfy_text),
					{ vocabSize: 900 },
				),
			}),
		].map((folder) => loadTokenizerFrom(folder));
		for (const text of ['A  Photo &amp; a “cat”', 'ＦＵＬＬ ﬁne'])
			for (const other of others) {
				expect(other.encode(text)).toEqual(tokenizer.encode(text));
				expect(other.rows([text], 77).ids).toEqual(tokenizer.rows([text], 77).ids);
			}
	});

	it.each([
		['no title', 'a b\nc d\n', /begins with '#version'/],
		['a line of three', '#version: 0.2\na b\na b c\n', /two tokens in line 3/],
		['half of a gzip', gzipSync(list).subarray(0, 40), /gzip/],
		['a vocabulary without an end', list, /<\|endoftext\|>/, { '<|startoftext|>': 1 }],
	])('are refused with %s', (_, contents, message, vocab: object = model.vocab) => {
		const files = { 'merges.txt': contents, 'vocab.json': vocab };
		expect(() => loadTokenizerFrom(folderWith(files))).toThrow(
			expect.objectContaining({ code: 'E_CHECKPOINT', message: expect.stringMatching(message) as string }),
		);
	});
});

// CLIP's own list of merges is not part of this package: OpenAI's bpe_simple_vocab_16e6.txt.gz, or merges.txt of a CLIP on Hugging Face.
const real = process.env.ATELIER_CLIP_MERGES ?? '';
describe.skipIf(!existsSync(real))("CLIP's own merges, at ATELIER_CLIP_MERGES", () => {
	const open = () => loadTokenizerFrom(folderWith({ [basename(real)]: readFileSync(real) }));

	it('give the ids, rows and texts of openai/CLIP', () => {
		const tokenizer = open();
		expect(tokenizer.vocabulary).toBe(49408);
		for (const c of clipCases) {
			const name = JSON.stringify(c.text);
			expect(tokenizer.encode(c.text), name).toEqual(c.ids);
			const { ids, truncated } = tokenizer.rows([c.text], 77);
			expect([...ids], name).toEqual(c.row77);
			expect(truncated, name).toEqual([c.too_long]);
			if (!c.text.includes('<|')) expect(tokenizer.decode(c.ids), name).toBe(c.decode.trim());
		}
	});
});

describe("BERT's word pieces", () => {
	const { cases } = fixtureJson<{
		cases: { text: string; tokens: string[]; input_ids: number[]; attention_mask_sum: number }[];
	}>('wordpiece_cases.json');
	const tokenizer = loadTokenizerFrom(folderWith({ 'vocab.txt': '@wordpiece_vocab.txt' }));

	it("are those of Hugging Face's BertTokenizer", () => {
		expect(cases).toHaveLength(20);
		for (const { text, tokens, input_ids, attention_mask_sum } of cases) {
			const { ids, ends } = tokenizer.rows([text], 64);
			expect([...ids], JSON.stringify(text)).toEqual(input_ids);
			expect(ends[0]! + 1, JSON.stringify(text)).toBe(attention_mask_sum);
			expect(tokenizer.encode(text).map(tokenizer.token), JSON.stringify(text)).toEqual(tokens);
		}
	});

	it('isolate Chinese characters beyond the first plane, and keep case where the model does', () => {
		expect(tokenizer.encode('a\u{20000}a')).toEqual([104, 100, 104]);
		const cased = folderWith({
			'vocab.txt': '@wordpiece_vocab.txt',
			'tokenizer_config.json': { do_lower_case: false },
		});
		expect(loadTokenizerFrom(cased).encode('a Photo')).toEqual([104, 100]);
	});

	it('are refused without [CLS]', () => {
		expect(() => loadTokenizerFrom(folderWith({ 'vocab.txt': '[PAD]\n[UNK]\n[SEP]\na\n' }))).toThrow(
			/got none of \[CLS\]/,
		);
	});
});

describe("SentencePiece's unigrams", () => {
	const { cases, pieces } = fixtureJson<{
		cases: { text: string; pieces: string[]; ids: number[] }[];
		pieces: [string, number][];
	}>('spm_cases.json');
	const tokenizer = loadTokenizerFrom(folderWith({ 'spiece.model': '@spm_tiny.model' }));
	const xlmr = loadTokenizerFrom(folderWith({ 'sentencepiece.bpe.model': '@spm_tiny.model' }));

	it('are those of sentencepiece', () => {
		for (const { text, ids } of cases) expect(tokenizer.encode(text), JSON.stringify(text)).toEqual(ids);
		expect(tokenizer.vocabulary).toBe(pieces.length);
		for (let id = 0; id < pieces.length; id++) expect(tokenizer.token(id)).toBe(pieces[id]![0]);
	});

	it("have fairseq's ids in XLM-R's file, in rows <s> ... </s>", () => {
		for (const { text, ids } of cases)
			expect(xlmr.encode(text), JSON.stringify(text)).toEqual(ids.map((id) => (id === 0 ? 3 : id + 1)));
		expect([...xlmr.rows(['a photo'], 6).ids]).toEqual([0, 36, 4, 2, 1, 1]);
		expect([...xlmr.rows(['a photo of the cat'], 5).ids]).toEqual([0, 36, 4, 17, 2]);
		expect([xlmr.bos, xlmr.eos, xlmr.pad, xlmr.vocabulary]).toEqual([0, 2, 1, pieces.length + 2]);
		expect(xlmr.decode([0, 36, 4, 2, 1])).toBe('a photo');
	});

	it("are canonical texts in SigLIP's rows, which end in and are filled with </s>", () => {
		const siglip = loadTokenizerFrom(
			folderWith({ 'spiece.model': '@spm_tiny.model', 'config.json': { model_type: 'siglip' } }),
		);
		expect([...siglip.rows(['A Photo, of the CAT!'], 8).ids]).toEqual([35, 3, 16, 43, 5, 2, 2, 2]);
		expect(siglip.rows(['a a a a a a a a'], 8).truncated).toEqual([true]);
	});

	it('are the same from a tokenizer.json', () => {
		const { charsmap } = readSentencePieceModel(readFileSync(fixturePath('spm_tiny.model')));
		const json = {
			added_tokens: [],
			normalizer: { type: 'Precompiled', precompiled_charsmap: Buffer.from(charsmap).toString('base64') },
			pre_tokenizer: {
				type: 'Sequence',
				pretokenizers: [
					{ type: 'WhitespaceSplit' },
					{ type: 'Metaspace', replacement: '\u2581', add_prefix_space: true },
				],
			},
			post_processor: { type: 'RobertaProcessing', cls: ['<s>', 1], sep: ['</s>', 2] },
			decoder: { type: 'Metaspace', replacement: '\u2581', add_prefix_space: true },
			model: { type: 'Unigram', unk_id: 0, vocab: pieces },
		};
		const fromJson = loadTokenizerFrom(folderWith({ 'tokenizer.json': json }));
		for (const { text, ids } of cases) expect(fromJson.encode(text), JSON.stringify(text)).toEqual(ids);
		for (const text of ['㍻ photo\u3000ﾊﾟ', 'ｃａｔ\u200b™ ½'])
			expect(fromJson.encode(text), JSON.stringify(text)).toEqual(tokenizer.encode(text));
		expect([fromJson.bos, fromJson.eos]).toEqual([1, 2]);
		const siglip = loadTokenizerFrom(folderWith({ 'tokenizer.json': json, 'config.json': { model_type: 'siglip' } }));
		expect([...siglip.rows(['A photo!'], 5).ids]).toEqual([35, 3, 2, 2, 2]);
	});

	it('never fail otherwise than by saying that the file is damaged', () => {
		const whole = readFileSync(fixturePath('spm_tiny.model'));
		const random = new Random(11);
		let refused = 0;
		for (let n = 0; n < 100; n++) {
			const bytes = Uint8Array.from(n % 4 ? whole : whole.subarray(0, random.int(whole.length)));
			// Half of them where the pieces are, and the rest anywhere.
			for (let i = 0; i < 3; i++) bytes[random.int(n % 2 ? 2000 : bytes.length)]! ^= 1 << random.int(8);
			try {
				sentencePiece(bytes).rows(['ein foto, ＦＵＬＬ \u2603 ｶﾞ'], 16);
			} catch (error) {
				expect(error).toMatchObject({ code: 'E_CHECKPOINT' });
				refused++;
			}
		}
		expect(refused).toBeGreaterThan(10);
	});

	it.each([
		['bytes that are none', new Uint8Array([10, 200, 1, 2])],
		['nothing', new Uint8Array(0)],
	])('are refused in %s', (_, contents) => {
		expect(() => loadTokenizerFrom(folderWith({ 'spiece.model': contents }))).toThrow(
			expect.objectContaining({ code: 'E_CHECKPOINT' }),
		);
	});
});

describe("YouTokenToMe's byte pairs", () => {
	// Characters ▁ к о т н ы; rules: к+о, ▁+ко, т+н, ▁ко+т, ко+т.
	const file = `6 5
${'▁'.codePointAt(0)} 4
${'к'.codePointAt(0)} 5
${'о'.codePointAt(0)} 6
${'т'.codePointAt(0)} 7
${'н'.codePointAt(0)} 8
${'ы'.codePointAt(0)} 9
5 6 10
4 10 11
7 8 12
11 7 13
10 7 14
1 0 2 3
`;
	const tokenizer = loadTokenizerFrom(folderWith({ 'bpe.model': file }));

	it.each([
		['кот', [13]], // к+о, ▁+ко, ▁ко+т
		['КОТ  кот\n', [13, 13]],
		['котн', [11, 12]], // т+н comes before ▁ко+т
		['ккот', [4, 5, 14]], // ко does not follow ▁, so ко+т is left
		['окоты', [4, 6, 14, 9]],
		['xкот', [4, 1, 14]], // x is unknown
		['коxyzт', [11, 1, 7]], // unknown characters in a row are one
		['о\u00a0т▁ к', [4, 6, 1, 7, 4, 5]], // a space that does not break is no space
		['', []],
	])('%j is %j', (text, ids) => {
		expect(tokenizer.encode(text)).toEqual(ids);
	});

	it("stand in ruCLIP's rows", () => {
		expect([...tokenizer.rows(['кот кот'], 6).ids]).toEqual([2, 13, 13, 3, 0, 0]);
		expect(tokenizer.rows(['кот кот кот'], 4)).toMatchObject({ ids: Int32Array.of(2, 13, 13, 3), truncated: [true] });
		expect(tokenizer.decode([2, 13, 11, 12, 3])).toBe('кот котн');
		expect(tokenizer.vocabulary).toBe(15);
	});

	it('are refused when the file is cut off', () => {
		expect(() => loadTokenizerFrom(folderWith({ 'bpe.model': file.slice(0, 60) }))).toThrow(
			/expected a bpe\.model of 13 lines/,
		);
	});
});

describe('the files beside a tokenizer', () => {
	const merges = (files: object) => loadTokenizerFrom(folderWith({ 'merges.txt': list, ...files }));
	const written = (tokenizer: TextTokenizer, text: string) => tokenizer.decode(tokenizer.encode(text));

	it("say how open_clip's models have texts cleaned", () => {
		const openClip = (text_cfg: object) => ({ 'open_clip_config.json': { model_cfg: { text_cfg } } });
		const text = 'A_Red  &amp; Fox!';
		expect(written(merges({}), text)).toBe('a _ red & fox !');
		expect(written(merges(openClip({ tokenizer_kwargs: { clean: 'canonicalize' } })), text)).toBe('a red fox');
		const sentences = loadTokenizerFrom(
			folderWith({
				'sentencepiece.bpe.model': '@spm_tiny.model',
				...openClip({ hf_tokenizer_name: 'xlm-roberta-base' }),
			}),
		);
		expect(sentences.encode('ca&#116;')).toEqual(sentences.encode('cat'));
	});

	it("say that it is the second SigLIP's, which keeps punctuation and fills with <pad>", () => {
		const json = trainBpe(['a red fox!'], { vocabSize: 530 }) as { post_processor: unknown; padding: unknown };
		const siglip = loadTokenizerFrom(
			folderWith({
				'tokenizer.json': { ...json, padding: { pad_id: 7 } },
				'config.json': { model_type: 'siglip' },
			}),
		);
		expect(written(siglip, 'A Red FOX!')).toBe('a red fox !');
		expect(siglip.bos).toBeUndefined();
		expect([...siglip.rows(['A'], 3).ids]).toEqual([...siglip.encode('a'), siglip.eos, 7]);
	});
});

it('says which files there could be where there is none', () => {
	expect(() => loadTokenizerFrom(folderWith({}))).toThrow(/expected tokenizer\.json .*sentencepiece\.bpe\.model/);
});
