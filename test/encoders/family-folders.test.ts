/** @file Models of each family in folders as they are published: what they embed, their gradient at pixels, drawings by them. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cosineMatrix } from '../../src/encoders/clip.js';
import type { DualEncoder } from '../../src/encoders/encoder.js';
import { listEncoders } from '../../src/encoders/find-encoder.js';
import { openEncoder } from '../../src/encoders/open-encoder.js';
import type { Weights } from '../../src/encoders/parameters.js';
import { writeSafetensors } from '../../src/encoders/safetensors.js';
import { loadTokenizerFrom } from '../../src/encoders/tokenizers/find-tokenizer.js';
import { type Engine, engineByName } from '../../src/engines/index.js';
import { Random } from '../../src/random.js';
import { constant, input, l2Normalise, mul, sum } from '../../src/tensor/index.js';
import { atelier } from '../cli/run-cli.js';
import { lettersTokenizer } from './clip-model.js';
import { expectClose, expectSlopes, fixture, fixtureJson, fixturePath, loadedModel, runGraph } from './parity.js';

const root = mkdtempSync(join(tmpdir(), 'families-'));
afterAll(() => rmSync(root, { recursive: true }));
let engine: Engine;
let reference: Engine;
beforeAll(async () => {
	engine = await engineByName('onnxruntime', { threads: 1 });
	reference = await engineByName('reference');
});

type Config = Record<string, unknown> & { text_config?: object };

/** A folder of these files; objects are written as JSON. */
function folderOf(name: string, weights: Weights, files: Record<string, object | string | Uint8Array>): string {
	const folder = join(root, name);
	mkdirSync(folder);
	writeSafetensors(join(folder, 'model.safetensors'), weights);
	for (const [file, value] of Object.entries(files))
		writeFileSync(
			join(folder, file),
			typeof value === 'string' || value instanceof Uint8Array ? value : JSON.stringify(value),
		);
	return folder;
}

/** The weights of a fixture with a table of random rows, one for each token of a vocabulary. */
function withVocabulary(name: string, table: string, vocabulary: number): Weights {
	const { weights } = fixture(name);
	const width = weights.get(table)!.shape[1]!;
	const random = new Random(4);
	weights.set(table, {
		shape: [vocabulary, width],
		data: Float32Array.from({ length: vocabulary * width }, () => random.normal()),
	});
	return weights;
}

const spm = readFileSync(fixturePath('spm_tiny.model'));
const wordpieces = readFileSync(fixturePath('wordpiece_vocab.txt'));
const pieces = (fixtureJson('spm_cases') as { pieces: unknown[] }).pieces.length;

function siglip(): string {
	const config = fixtureJson('siglip_tiny.config') as Config;
	const weights = withVocabulary('siglip_tiny', 'text_model.embeddings.token_embedding.weight', pieces);
	const sized = { ...config, text_config: { ...config.text_config, vocab_size: pieces } };
	return folderOf('siglip', weights, { 'config.json': sized, 'spiece.model': spm });
}

function align(): string {
	const config = fixtureJson('align_tiny.config') as Config;
	const words = wordpieces.toString().trimEnd().split('\n').length;
	const weights = withVocabulary('align_tiny', 'text_model.embeddings.word_embeddings.weight', words);
	const preprocessor = {
		do_center_crop: true,
		do_normalize: false,
		do_rescale: true,
		image_mean: [0.1, 0.2, 0.3],
		image_std: [0.5, 0.5, 0.5],
		rescale_factor: 0.00784313725490196,
		rescale_offset: true,
	};
	return folderOf('align', weights, {
		'config.json': { ...config, text_config: { ...config.text_config, vocab_size: words } },
		'vocab.txt': wordpieces,
		'preprocessor_config.json': preprocessor,
	});
}

/** A CLIP image tower into 24 numbers, and M-CLIP's text tower that goes with it. */
function mclip(): { text: string; image: string } {
	// fairseq's ids: two more than SentencePiece's.
	const words = pieces + 2;
	const text = withVocabulary('mclip_tiny', 'transformer.embeddings.word_embeddings.weight', words);
	const { weights } = fixture('vit_tiny.openai');
	const random = new Random(8);
	for (const [name, rows] of [
		['visual.proj', 64],
		['text_projection', 32],
	] as const)
		weights.set(name, { shape: [rows, 24], data: Float32Array.from({ length: rows * 24 }, () => random.normal()) });
	return {
		text: folderOf('m-clip', text, {
			'config.json': { ...fixtureJson('mclip_tiny.config'), vocab_size: words },
			'sentencepiece.bpe.model': spm,
		}),
		image: folderOf('clip+image', weights, {
			'config.json': { ...fixtureJson('vit_tiny.config'), embed_dim: 24 },
			'tokenizer.json': lettersTokenizer,
		}),
	};
}

/** YouTokenToMe's, of the letters of one word. */
const bpe = `6 3
${[...'▁котны'].map((c, i) => `${c.codePointAt(0)} ${i + 4}`).join('\n')}
5 6 10
4 10 11
11 7 12
1 0 2 3
`;

function ruclip(): string {
	const { activation: _, note: __, layer_norm_eps: ___, ...config } = fixtureJson('vit_tiny.config') as Config;
	const statistics = { mean: [0.48, 0.45, 0.4], std: [0.26, 0.26, 0.27] };
	return folderOf('ruclip', fixture('vit_tiny.openai').weights, {
		'config.json': { ...config, ...statistics },
		'bpe.model': bpe,
	});
}

let pair: { text: string; image: string };
const folders: Record<string, () => string> = {
	SigLIP: siglip,
	ALIGN: align,
	'M-CLIP and an image tower': () => `${pair.text}+${pair.image}`,
	ruCLIP: ruclip,
};
const paths: Record<string, string> = {};
beforeAll(() => {
	pair = mclip();
	for (const [name, make] of Object.entries(folders)) paths[name] = make();
});

/** Pictures of noise. */
function noise(encoder: DualEncoder, n: number): Float32Array {
	const random = new Random(2);
	return Float32Array.from({ length: n * encoder.imageSize ** 2 * 3 }, () => random.uniform());
}

const length = (v: Float32Array) => Math.hypot(...v);

describe.each(Object.keys(folders))('%s in a folder', (name) => {
	it('embeds texts and pictures, each the same whatever stands beside it', async () => {
		const encoder = await openEncoder(paths[name]!, engine, { threads: 1 });
		const texts = ['кот', 'a photo of the cat', 'cat', ''];
		const embedded = await encoder.encodeTexts(texts);
		expect(embedded).toHaveLength(4);
		for (const e of embedded) {
			expect(e).toHaveLength(encoder.width);
			expect(length(e)).toBeCloseTo(1, 4);
		}
		const [alone] = await encoder.encodeTexts([texts[2]!]);
		expectClose('a text alone', alone!, embedded[2]!, 1e-5);
		expect(length(embedded[0]!.map((x, i) => x - embedded[3]![i]!))).toBeGreaterThan(0.01);
		expect(encoder.isTruncated('кот')).toBe(false);
		expect(encoder.isTruncated('кот cat '.repeat(40))).toBe(true);
		const pictures = noise(encoder, 2);
		const seen = await encoder.encodeImages(pictures);
		expect(seen.map(length)).toEqual([expect.closeTo(1, 4), expect.closeTo(1, 4)]);
		const [second] = await encoder.encodeImages(pictures.subarray(pictures.length / 2));
		expectClose('a picture alone', second!, seen[1]!, 1e-5);
		expect(encoder.logitScale).toBeGreaterThan(1);
	});

	it("gives the cosine's gradient at pixels", async () => {
		const encoder = await openEncoder(paths[name]!, reference);
		const [text] = await encoder.encodeTexts(['кот cat']);
		const pixels = noise(encoder, 1);
		const images = input('images', [1, encoder.imageSize, encoder.imageSize, 3]);
		const cosine = sum(mul(encoder.imageGraph(images), constant(text!, [1, encoder.width])));
		await expectSlopes(cosine, images, { images: pixels });
	});

	it('guides a drawing on the command line', async () => {
		const size = ['--size', '48', '--strokes', '32', '--steps', '6', '--seed', '1', '--set', 'engine.threads=1'];
		const drawn = await atelier(['draw', 'кот cat', '--encoder', paths[name]!, ...size, '--quiet'], root);
		expect(drawn.code, drawn.stderr).toBe(0);
		const folder = drawn.stdout.trimEnd();
		const recipe = JSON.parse(readFileSync(join(folder, 'recipe.json'), 'utf8')) as { encoder: object };
		expect(recipe.encoder).toMatchObject({
			name: paths[name]!,
			hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
		});
		const events = readFileSync(join(folder, 'metrics.jsonl'), 'utf8').trim().split('\n');
		const steps = events.map((line) => JSON.parse(line) as { event: string; value: number });
		const values = steps.filter(({ event }) => event === 'step').map(({ value }) => value);
		expect(values).toHaveLength(6);
		// White paper looks the same in every view; what is drawn does not.
		expect(values[0]).not.toBe(values[1]);
	}, 30_000);
});

describe('rows', () => {
	it.each(['SigLIP', 'ALIGN'])("of %s are the tokenizer's, whole, with what is padding masked", async (name) => {
		const folder = paths[name]!;
		// What stands for the end may be in a text: nothing is cut there.
		const texts = ['a [SEP] photo of the cat', 'cat'];
		const { architecture, store } = loadedModel(
			join(folder, 'model.safetensors'),
			JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as object,
		);
		const { context } = architecture.text;
		const { ids, ends } = loadTokenizerFrom(folder).rows(texts, context);
		const rows = {
			ids: input('ids', [2, context], 'int32'),
			positions: input('positions', [2], 'int32'),
			mask: input('mask', [2, context]),
		};
		const y = await runGraph(
			'reference',
			{ y: l2Normalise(architecture.text.graph(store, rows)) },
			{
				ids,
				positions: Int32Array.of(context - 1, 2 * context - 1),
				mask: Float32Array.from(ids, (_, at) => (at % context <= ends[Math.floor(at / context)]! ? 1 : 0)),
			},
		);
		const encoder = await openEncoder(folder, engine, { threads: 1 });
		const embedded = await encoder.encodeTexts(texts);
		expectClose('texts', Float32Array.from(embedded.flatMap((e) => [...e])), y.y!, 1e-5);
	});
});

describe('the towers of two models', () => {
	it('embed texts by one and pictures by the other', async () => {
		const encoder = await openEncoder(`${pair.text}+${pair.image}`, engine, { threads: 1 });
		expect(encoder.name).toBe('m-clip+clip+image');
		expect(encoder.width).toBe(24);
		const image = await openEncoder(pair.image, engine, { threads: 1 });
		const pictures = noise(image, 1);
		expect(await encoder.encodeImages(pictures)).toEqual(await image.encodeImages(pictures));
		expect(encoder.logitScale).toBe(image.logitScale);
		expect(encoder.hash).not.toBe(image.hash);
		const cosines = cosineMatrix(
			constant((await encoder.encodeTexts(['кот']))[0]!, [1, 24]),
			constant((await image.encodeTexts(['a']))[0]!, [1, 24]),
		);
		expect((await runGraph('reference', { cosines }, {})).cosines![0]!).toBeLessThan(0.999);
	});

	it.each<[string, () => string, string, RegExp]>([
		[
			'a text tower alone',
			() => pair.text,
			'E_CHECKPOINT',
			/text tower alone; name it with the CLIP model of 24 numbers .*\+IMAGE'/,
		],
		['two text towers', () => `${pair.text}+${pair.text}`, 'E_CHECKPOINT', /text tower alone/],
		[
			'towers of two widths',
			() => `${pair.text}+${paths.SigLIP}`,
			'E_CHECKPOINT',
			/got 24 numbers for texts .* 32 for pictures/,
		],
		['half of which is nowhere', () => `${pair.text}+absent`, 'E_ARGUMENT', /got 'absent'/],
		['none', () => 'absent+too', 'E_ARGUMENT', /got 'absent'/],
		['an empty half', () => `${pair.text}+`, 'E_ARGUMENT', /expected an encoder by name/],
	])('are refused: %s', async (_, name, code, message) => {
		const opened = openEncoder(name(), engine);
		await expect(opened).rejects.toMatchObject({ code });
		await expect(opened).rejects.toThrow(message);
	});
});

it("one tower of a model alone is refused, in its configuration's words or by its weights", async () => {
	const hf = fixture('vit_tiny.hf').weights;
	const vision: Weights = new Map(
		[...hf].filter(([name]) => /^(vision_model|visual_projection|logit_scale)/.test(name)),
	);
	const config = fixtureJson('vit_tiny.hf.config') as Config;
	const files = { 'tokenizer.json': lettersTokenizer };
	const one = folderOf('one-tower', vision, { ...files, 'config.json': config });
	await expect(openEncoder(one, engine)).rejects.toThrow(/both towers .* got none of its text tower's/);
	const stated = folderOf('one-stated', vision, {
		...files,
		'config.json': { ...config, model_type: 'clip_vision_model' },
	});
	await expect(openEncoder(stated, engine)).rejects.toThrow(/got 'clip_vision_model', which is one alone/);
});

it('every family is listed with the size of its pictures', () => {
	const listed = new Map(listEncoders(root).map(({ name, imageSize }) => [name, imageSize]));
	expect(listed.get('siglip')).toBe(32);
	expect(listed.get('align')).toBe(49);
	expect(listed.get('ruclip')).toBe(32);
});
