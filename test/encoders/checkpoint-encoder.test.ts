/** @file CLIP checkpoints in folders as encoders: what they embed, what is refused, and guidance by them. */

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLIP_MEAN, CLIP_STD, textEmbedding } from '../../src/encoders/clip.js';
import type { DualEncoder } from '../../src/encoders/encoder.js';
import { listEncoders } from '../../src/encoders/find-encoder.js';
import { openEncoder } from '../../src/encoders/open-encoder.js';
import { ParameterStore } from '../../src/encoders/parameters.js';
import { readSafetensors, writeSafetensors } from '../../src/encoders/safetensors.js';
import { captionText } from '../../src/encoders/tokenizers/clean-text.js';
import { loadTokenizer } from '../../src/encoders/tokenizers/tokenizer-json.js';
import { trainBpe } from '../../src/encoders/tokenizers/train-bpe.js';
import { type Engine, engineByName } from '../../src/engines/index.js';
import { compileObjective } from '../../src/guidance/objective.js';
import { picture } from '../../src/image.js';
import { Painter } from '../../src/painter/painter.js';
import { openPainter } from '../../src/painter/setup.js';
import { Random } from '../../src/random.js';
import { parseRecipe } from '../../src/recipe/schema.js';
import { input } from '../../src/tensor/index.js';
import { applyViews, sampleViews } from '../../src/views/index.js';
import { flat, imageFeatures, lettersTokenizer, pixels, textFeatures, texts, unit } from './clip-model.js';
import { arrayOf, expectClose, fixture, fixtureModel } from './parity.js';

const fixturePath = (file: string) => fileURLToPath(new URL(`../fixtures/${file}`, import.meta.url));
const fixtureJson = (name: string): unknown => JSON.parse(readFileSync(fixturePath(`${name}.json`), 'utf8'));

const root = mkdtempSync(join(tmpdir(), 'checkpoint-encoder-'));
afterAll(() => rmSync(root, { recursive: true }));

interface Parts {
	readonly weights?: string;
	readonly config?: unknown;
	readonly tokenizer?: unknown;
	readonly preprocessor?: unknown;
}

let made = 0;
/** A model's folder; null leaves a part out. */
function folderOf(parts: Parts): string {
	const folder = join(root, `model${made++}`);
	mkdirSync(folder);
	const json = (name: string, value: unknown) =>
		value !== null && writeFileSync(join(folder, name), JSON.stringify(value));
	if (parts.weights !== '')
		cpSync(fixturePath(`${parts.weights ?? 'vit_tiny.openai'}.safetensors`), join(folder, 'model.safetensors'));
	json('config.json', parts.config === undefined ? fixtureJson('vit_tiny.config') : parts.config);
	json('tokenizer.json', parts.tokenizer === undefined ? lettersTokenizer : parts.tokenizer);
	json('preprocessor_config.json', parts.preprocessor ?? null);
	return folder;
}

const trainedSize = 530;

/** The fixture model with a byte-pair tokenizer learnt from a few captions, and rows for its ids. */
function trainedModel(): { folder: string; tokenizer: object } {
	const tokenizer = trainBpe(['a photo of a red cat', 'a photo of a dog', 'лиса и заяц'], { vocabSize: trainedSize });
	const config = { ...(fixtureJson('vit_tiny.config') as object), vocab_size: trainedSize };
	const folder = folderOf({ weights: '', config, tokenizer });
	const { weights } = fixture('vit_tiny.openai');
	const random = new Random(5);
	const rows = Float32Array.from({ length: trainedSize * 32 }, () => random.normal());
	weights.set('token_embedding.weight', { shape: [trainedSize, 32], data: rows });
	writeSafetensors(join(folder, 'model.safetensors'), weights);
	return { folder, tokenizer };
}

let engine: Engine;
let reference: Engine;
beforeAll(async () => {
	engine = await engineByName('onnxruntime', { threads: 1 });
	reference = await engineByName('reference');
});

describe('a CLIP checkpoint as an encoder', () => {
	it.each([
		['OpenAI', {}],
		['Hugging Face', { weights: 'vit_tiny.hf', config: fixtureJson('vit_tiny.hf.config') }],
		['OpenAI names with a Hugging Face configuration', { config: fixtureJson('vit_tiny.hf.config') }],
	])('%s: embeds as PyTorch does', async (_, parts) => {
		const encoder = await openEncoder(folderOf(parts), engine, { threads: 1 });
		expectClose('pictures', flat(await encoder.encodeImages(pixels())), imageFeatures, 1e-5);
		expectClose('texts', flat(await encoder.encodeTexts(texts)), textFeatures, 1e-5);
		expect(encoder).toMatchObject({ imageSize: 32, width: 32, canvas: 32, viewCount: 4 });
		expect(encoder.logitScale).toBeCloseTo(Math.exp(arrayOf(fixture('vit_tiny.openai'), 'logit_scale').data[0]!), 5);
		expect(encoder.hash).toMatch(/^[0-9a-f]{64}$/);
		expect(encoder.bank).toBeUndefined();
		expect(encoder.unknownWords('zyzzyva')).toEqual([]);
	});

	it('a ResNet', async () => {
		const config = fixtureJson('rn_tiny.config') as { vocab_size: number };
		const wanted = fixture('rn_tiny.expected');
		const encoder = await openEncoder(folderOf({ weights: 'rn_tiny.openai', config }), engine, { threads: 1 });
		const { data } = arrayOf(wanted, 'input.image');
		const images = Float32Array.from(data, (_, at) => {
			const plane = Math.floor(at / (3 * 64 * 64)) * 3 + (at % 3);
			return data[plane * 64 * 64 + (Math.floor(at / 3) % (64 * 64))]! * CLIP_STD[at % 3]! + CLIP_MEAN[at % 3]!;
		});
		expect(encoder.imageSize).toBe(64);
		expectClose(
			'pictures',
			flat(await encoder.encodeImages(images)),
			unit(arrayOf(wanted, 'out.image_features').data),
			1e-5,
		);
	});

	it('takes activation and pixel statistics from the files', async () => {
		const config = structuredClone(fixtureJson('vit_tiny.hf.config')) as Record<string, { hidden_act: string }>;
		config.vision_config!.hidden_act = 'gelu';
		config.text_config!.hidden_act = 'gelu';
		const mean = [0.5, 0.4, 0.3];
		const std = [0.5, 0.25, 0.2];
		const preprocessor = { image_mean: mean, image_std: std, do_resize: true };
		const encoder = await openEncoder(folderOf({ weights: 'vit_tiny.hf', config, preprocessor }), engine, {
			threads: 1,
		});
		const want = fixture('vit_tiny.openclip_variants.expected');
		const images = flat(await encoder.encodeImages(pixels(mean, std)));
		expectClose('pictures', images, unit(arrayOf(want, 'gelu.image_features').data), 1e-5);
		const embedded = flat(await encoder.encodeTexts(texts));
		expectClose('texts', embedded, unit(arrayOf(want, 'gelu.text_features').data), 1e-5);
	});

	it('embeds each text the same whatever stands beside it, in any number', async () => {
		const encoder = await openEncoder(folderOf({}), engine, { threads: 1 });
		expect(await encoder.encodeTexts([])).toEqual([]);
		expect(await encoder.encodeImages(new Float32Array(0))).toEqual([]);
		const many = Array.from({ length: 35 }, (_, i) => texts[i % 3]!);
		const all = await encoder.encodeTexts(many);
		expect(all).toHaveLength(35);
		all.forEach((row, i) => {
			expectClose(`text ${i}`, row, textFeatures.subarray((i % 3) * 32, (i % 3) * 32 + 32), 1e-5);
		});
		const images = pixels();
		const repeated = new Float32Array(18 * 3072);
		for (let i = 0; i < 18; i++) repeated.set(images.subarray((i % 3) * 3072, (i % 3) * 3072 + 3072), i * 3072);
		const rows = await encoder.encodeImages(repeated);
		expect(rows).toHaveLength(18);
		rows.forEach((row, i) => {
			expectClose(`picture ${i}`, row, imageFeatures.subarray((i % 3) * 32, (i % 3) * 32 + 32), 1e-5);
		});
		await expect(encoder.encodeImages(new Float32Array(100))).rejects.toThrow(/\[n, 32, 32, 3\], got 100/);
	});

	it('reads texts in lower case with single spaces', async () => {
		expect(captionText('\u00a0A  Red\n\tCAT ')).toBe('a red cat');
		const encoder = await openEncoder(folderOf({}), engine, { threads: 1 });
		const [plain, loud, other] = await encoder.encodeTexts(['a red cat', '  A RED\n Cat', 'a red dog']);
		expect(loud).toEqual(plain);
		expect(other).not.toEqual(plain);
	});

	it('works with a tokenizer that was trained: embeds the ids that it gives', async () => {
		const { folder, tokenizer } = trainedModel();
		const encoder = await openEncoder(folder, engine, { threads: 1 });
		const prompts = ['a photo of a red cat', 'лиса в лесу', 'x '.repeat(40)];
		const { ids, ends } = loadTokenizer(tokenizer).rows(prompts, 16);
		const { config } = fixtureModel('vit_tiny');
		const store = new ParameterStore(readSafetensors(join(folder, 'model.safetensors')).weights);
		const text = { ...config.text, vocabulary: trainedSize };
		const graph = textEmbedding(
			{ ...config, text },
			store,
			input('ids', [3, 16], 'int32'),
			input('ends', [3], 'int32'),
		);
		const executable = await reference.compile({ graph });
		const out = await executable.run({ ids, ends: ends.map((end, n) => n * 16 + end) });
		expectClose('texts', flat(await encoder.encodeTexts(prompts)), unit(out.graph!), 1e-5);
	});
});

describe('what is missing or does not fit', () => {
	const hf = fixtureJson('vit_tiny.hf.config') as object;
	it.each<[string, Parts, RegExp]>([
		['tokenizer.json', { tokenizer: null }, /expected tokenizer\.json in '.*', got no such file; copy/],
		[
			'a tokenizer of this model',
			{ tokenizer: trainBpe([], { vocabSize: 514 }) },
			/at most 64 tokens .* got one of 514; it is another model's/,
		],
		['model.safetensors', { weights: '' }, /expected model\.safetensors in '.*', got no such file; fetch or convert/],
		[
			'a CLIP model',
			{ config: { ...hf, model_type: 'blip' } },
			/model of model_type clip, siglip or align, got 'blip'/,
		],
		['an object', { config: 'clip' }, /expected a JSON object/],
		['a known format', { config: { format: 'atelier-encoder-9' } }, /got format 'atelier-encoder-9'; update atelier/],
		['sizes', { config: {} }, /embed_dim/],
		['sizes of these weights', { config: { ...hf, projection_dim: 33 } }, /visual\.proj/],
		[
			'a text tower of these sizes',
			{ config: { ...(fixtureJson('vit_tiny.config') as object), context_length: 20 } },
			/positional_embedding/,
		],
		[
			'CLIP weights',
			{ weights: 'vit_tiny.expected' },
			/expected the weights of both towers .* got none of its image tower's, such as 'visual\.conv1\.weight'/,
		],
		['statistics of three channels', { preprocessor: { image_std: [1, 1] } }, /image_std/],
	])('%s', async (_, parts, message) => {
		const opened = openEncoder(folderOf(parts), engine);
		await expect(opened).rejects.toThrow(message);
		await expect(opened).rejects.toMatchObject({ code: 'E_CHECKPOINT' });
	});

	it('damaged JSON, no folder', async () => {
		const folder = folderOf({});
		writeFileSync(join(folder, 'config.json'), '{');
		await expect(openEncoder(folder, engine)).rejects.toThrow(/expected JSON in/);
		await expect(openEncoder(join(root, 'absent'), engine)).rejects.toMatchObject({ code: 'E_ARGUMENT' });
	});

	it('is listed with its picture size in either form', () => {
		const folder = mkdtempSync(join(root, 'models-'));
		cpSync(folderOf({}), join(folder, 'one'), { recursive: true });
		cpSync(folderOf({ weights: 'vit_tiny.hf', config: hf }), join(folder, 'two'), { recursive: true });
		const size = readFileSync(fixturePath('vit_tiny.openai.safetensors')).length;
		expect(listEncoders(folder)).toMatchObject([
			{ name: 'one', imageSize: 32, bytes: size },
			{ name: 'two', imageSize: 32 },
		]);
	});
});

describe('guidance by a CLIP checkpoint', () => {
	it("gives the score's gradient at canvas pixels, through views", async () => {
		const encoder: DualEncoder = await openEncoder(folderOf({}), reference);
		const embeddings = await encoder.encodeTexts(texts);
		const targets = [
			{ embedding: embeddings[0]!, weight: 1, rivals: embeddings.slice(1) },
			{ embedding: embeddings[2]!, weight: -0.5 },
		];
		const objective = await compileObjective(encoder, reference, targets, 2, { cosine: 1, contrast: 1 });
		const random = new Random(3);
		const canvas = picture(36, 30, 1);
		for (let i = 0; i < canvas.data.length; i++) canvas.data[i] = random.uniform();
		const views = sampleViews(encoder.views, 2, canvas, encoder.imageSize, random);
		const value = async () => (await objective.evaluate(applyViews(canvas, views, encoder.imageSize).batch)).value;

		const looked = applyViews(canvas, views, encoder.imageSize);
		const gradient = looked.pullback((await objective.evaluate(looked.batch)).gradient);
		const largest = Math.max(...gradient.map(Math.abs));
		const difference = async (change: (sign: number) => void, h: number) => {
			change(h);
			const up = await value();
			change(-2 * h);
			const down = await value();
			change(h);
			return (up - down) / (2 * h);
		};
		// Single pixels: every channel, in the middle where views look, and the one that matters most.
		const middle = (15 * 36 + 18) * 3;
		const top = gradient.findIndex((g) => Math.abs(g) === largest);
		for (const at of [middle, middle + 1, top]) {
			const numeric = await difference((h) => {
				canvas.data[at]! += h;
			}, 0.02);
			expect(Math.abs(gradient[at]! - numeric), `pixel ${at}: ${gradient[at]} against ${numeric}`).toBeLessThan(
				0.02 * largest,
			);
		}
		// All pixels at once.
		const direction = Float32Array.from(gradient, () => random.normal());
		const slope = direction.reduce((s, d, i) => s + d * gradient[i]!, 0);
		const numeric = await difference((h) => {
			direction.forEach((d, i) => {
				canvas.data[i]! += h * d;
			});
		}, 0.002);
		expect(Math.abs(slope - numeric), `${slope} against ${numeric}`).toBeLessThan(0.01 * Math.abs(slope));
		await objective.dispose();
	});

	it.each([
		['Hugging Face names', () => folderOf({ weights: 'vit_tiny.hf', config: fixtureJson('vit_tiny.hf.config') })],
		['a trained tokenizer', () => trainedModel().folder],
	])('paints: %s', async (_, folder) => {
		const recipe = parseRecipe({
			prompts: [{ text: 'a red cat' }, { text: 'a dog', weight: -0.3 }],
			encoder: { name: folder() },
			engine: { name: 'onnxruntime', threads: 1 },
			size: [64, 48],
			strokes: { paths: 4 },
			candidates: 1,
			steps: 3,
		});
		const opened = await openPainter(recipe);
		try {
			expect(opened.warnings).toEqual([]);
			expect(opened.recipe).toMatchObject({ canvas: 32, views: 4 });
			const painter = Painter.create(opened.setup);
			const before = painter.picture().data.slice();
			const values: number[] = [];
			await painter.run((event) => {
				values.push(event.value);
				expect(event.scores).toHaveLength(2);
			});
			expect(values).toHaveLength(3);
			expect(values.every(Number.isFinite)).toBe(true);
			expect(painter.picture().data).not.toEqual(before);
		} finally {
			await opened.close();
		}
	});
});
