/** @file CLIP as it is published, in every form, as an encoder: what it embeds, and what is said when it does not fit. */

import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashWeights } from '../../../src/encoders/checkpoints/model-files.js';
import { CLIP_MEAN, CLIP_STD } from '../../../src/encoders/clip.js';
import { listEncoders } from '../../../src/encoders/find-encoder.js';
import { sha256 } from '../../../src/encoders/model-folder.js';
import { openEncoder } from '../../../src/encoders/open-encoder.js';
import type { Weights } from '../../../src/encoders/parameters.js';
import { writeSafetensors } from '../../../src/encoders/safetensors.js';
import { type Engine, engineByName } from '../../../src/engines/index.js';
import { Random } from '../../../src/random.js';
import { readEncoderFolder } from '../../../src/training/contrastive/encoder-folder.js';
import { flat, imageFeatures, lettersTokenizer, pixels, textFeatures, texts, unit } from '../clip-model.js';
import { arrayOf, expectClose, fixture } from '../parity.js';
import { saveDistributed, saveLegacy, saveProgram, saveZip } from './torch-writer.js';

const root = mkdtempSync(join(tmpdir(), 'load-'));
afterAll(() => rmSync(root, { recursive: true }));
let engine: Engine;
beforeAll(async () => {
	engine = await engineByName('onnxruntime', { threads: 1 });
});

const json = (name: string): object =>
	JSON.parse(readFileSync(fileURLToPath(new URL(`../../fixtures/${name}.json`, import.meta.url)), 'utf8')) as object;
const config = json('vit_tiny.config');
const hfConfig = json('vit_tiny.hf.config');
const openai = fixture('vit_tiny.openai').weights;
const hf = fixture('vit_tiny.hf').weights;

/** The fixture model in open_clip's words. */
const modelConfig = (quick_gelu: boolean) => ({
	embed_dim: 32,
	quick_gelu,
	vision_cfg: { image_size: 32, layers: 2, width: 64, head_width: 64, patch_size: 8 },
	text_cfg: { context_length: 16, vocab_size: 64, width: 32, heads: 2, layers: 2 },
});

const openClip = (quick_gelu: boolean, preprocess?: object) => ({
	model_cfg: modelConfig(quick_gelu),
	...(preprocess && { preprocess_cfg: preprocess }),
});

let made = 0;
/** A folder of these files; objects are written as JSON. */
function folderOf(files: Record<string, object | Uint8Array>): string {
	const folder = join(root, `model${made++}`);
	mkdirSync(folder);
	for (const [name, value] of Object.entries({ 'tokenizer.json': lettersTokenizer, ...files }))
		writeFileSync(join(folder, name), value instanceof Uint8Array ? value : JSON.stringify(value));
	return folder;
}

function safetensors(weights: Weights, dtype: 'F32' | 'F16' = 'F32'): Buffer {
	const path = join(root, 'written.safetensors');
	writeSafetensors(path, weights, { dtype });
	return readFileSync(path);
}

const customText = (weights: Weights): Weights =>
	new Map([...weights].map(([name, array]) => [/^(visual\.|logit_scale)/.test(name) ? name : `text.${name}`, array]));

/** Two safetensors files and their index. */
function shards(weights: Weights): Record<string, object | Uint8Array> {
	const names = [...weights.keys()];
	const half = (i: number): Weights => new Map(names.filter((_, n) => n % 2 === i).map((n) => [n, weights.get(n)!]));
	const files = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'] as const;
	return {
		[files[0]]: safetensors(half(0)),
		[files[1]]: safetensors(half(1)),
		'model.safetensors.index.json': { weight_map: Object.fromEntries(names.map((n, i) => [n, files[i % 2]!])) },
	};
}

describe('a CLIP model', () => {
	it.each<[string, Record<string, object | Uint8Array>, string, number]>([
		['model.safetensors in halves', { 'model.safetensors': safetensors(hf, 'F16'), 'config.json': hfConfig }, '', 5e-3],
		['model.safetensors.index.json', { ...shards(hf), 'config.json': hfConfig }, '', 1e-5],
		['pytorch_model.bin', { 'pytorch_model.bin': saveZip(hf), 'config.json': hfConfig }, '', 1e-5],
		[
			'pytorch_model.bin from before torch 1.6',
			{ 'pytorch_model.bin': saveLegacy(hf), 'config.json': hfConfig },
			'',
			1e-5,
		],
		[
			'open_clip_model.safetensors',
			{ 'open_clip_model.safetensors': safetensors(customText(openai)), 'open_clip_config.json': openClip(true) },
			'',
			1e-5,
		],
		[
			'open_clip_pytorch_model.bin beside a config.json of timm',
			{
				'open_clip_pytorch_model.bin': saveZip(openai),
				'open_clip_config.json': openClip(true),
				'config.json': { architecture: 'vit_tiny' },
			},
			'',
			1e-5,
		],
		[
			'a checkpoint of training',
			{ 'epoch_3.pt': saveDistributed(openai, 'F16'), 'config.json': modelConfig(true) },
			'epoch_3.pt',
			5e-3,
		],
		[
			"OpenAI's program",
			{ 'ViT.pt': saveProgram(openai, 'F16', { vocab_size: 64 }), 'config.json': config },
			'ViT.pt',
			5e-3,
		],
		[
			'the file of safetensors',
			{ 'tiny.safetensors': safetensors(openai), 'config.json': config },
			'tiny.safetensors',
			1e-5,
		],
	])('%s: embeds as PyTorch does', async (_, files, file, tolerance) => {
		const folder = folderOf(files);
		const encoder = await openEncoder(join(folder, file), engine, { threads: 1 });
		expect(encoder.name).toBe(file ? file.replace(/\.\w+$/, '') : basename(folder));
		expectClose('pictures', flat(await encoder.encodeImages(pixels())), imageFeatures, tolerance);
		expectClose('texts', flat(await encoder.encodeTexts(texts)), textFeatures, tolerance);
		const learnt = readEncoderFolder(join(folder, file));
		expect([...learnt.weights.keys()].sort()).toEqual([...openai.keys()].sort());
	});

	it("of OpenAI's needs no configuration: its program says all", async () => {
		const { weights } = fixture('rn_tiny.openai');
		const integers = { input_resolution: 64, context_length: 16, vocab_size: 64 };
		const folder = folderOf({ 'RN50.pt': saveProgram(weights, 'F32', integers) });
		const encoder = await openEncoder(join(folder, 'RN50.pt'), engine, { threads: 1 });
		const wanted = fixture('rn_tiny.expected');
		const { data } = arrayOf(wanted, 'input.image');
		const images = Float32Array.from(data, (_, at) => {
			const plane = Math.floor(at / (3 * 64 * 64)) * 3 + (at % 3);
			return data[plane * 64 * 64 + (Math.floor(at / 3) % (64 * 64))]! * CLIP_STD[at % 3]! + CLIP_MEAN[at % 3]!;
		});
		const features = unit(arrayOf(wanted, 'out.image_features').data);
		expectClose('pictures', flat(await encoder.encodeImages(images)), features, 1e-5);
		expect(encoder.imageSize).toBe(64);
	});

	it("of open_clip's has the exact GELU unless its configuration says otherwise, and its own pixel statistics", async () => {
		const statistics = { mean: [0.5, 0.4, 0.3], std: [0.5, 0.25, 0.2] };
		const folder = folderOf({
			'open_clip_model.safetensors': safetensors(openai),
			'open_clip_config.json': openClip(false, statistics),
		});
		const encoder = await openEncoder(folder, engine, { threads: 1 });
		const want = fixture('vit_tiny.openclip_variants.expected');
		const images = flat(await encoder.encodeImages(pixels(statistics.mean, statistics.std)));
		expectClose('pictures', images, unit(arrayOf(want, 'gelu.image_features').data), 1e-5);
		expectClose('texts', flat(await encoder.encodeTexts(texts)), unit(arrayOf(want, 'gelu.text_features').data), 1e-5);
	});

	it("of open_clip's may take the last token of a text without mask, and project with a bias", async () => {
		const weights = customText(openai);
		const { data } = weights.get('text.text_projection')!;
		weights.delete('text.text_projection');
		const turned = Float32Array.from(data, (_, at) => data[(at % 32) * 32 + Math.floor(at / 32)]!);
		weights.set('text.text_projection.weight', { shape: [32, 32], data: turned });
		const bias = Float32Array.from({ length: 32 }, (_, i) => i / 10);
		weights.set('text.text_projection.bias', { shape: [32], data: bias });
		const model = modelConfig(false);
		const text_cfg = { ...model.text_cfg, no_causal_mask: true, proj_bias: true, pool_type: 'last' };
		const files = {
			'open_clip_model.safetensors': safetensors(weights),
			'open_clip_config.json': { model_cfg: { ...model, text_cfg } },
		};
		const encoder = await openEncoder(folderOf(files), engine, { threads: 1 });
		const want = arrayOf(fixture('vit_tiny.openclip_variants.expected'), 'gelu_nocausal_last.text_features').data;
		const biased = unit(want.map((x, i) => x + bias[i % 32]!));
		expectClose('texts', flat(await encoder.encodeTexts(texts)), biased, 1e-5);
		expect(() => readEncoderFolder(folderOf(files))).toThrow(/takes the last; it can guide drawings, not be trained/);
	});

	it("of open_clip's may have a text tower of Hugging Face's", async () => {
		const xlmr = [...fixture('mclip_tiny').weights].filter(([name]) => name.startsWith('transformer.'));
		const visual = [...openai].filter(([name]) => /^(visual\.|logit_scale)/.test(name));
		const random = new Random(1);
		const matrix = (rows: number, columns: number) => ({
			shape: [rows, columns],
			data: Float32Array.from({ length: rows * columns }, () => random.normal()),
		});
		const weights: Weights = new Map([...visual, ...xlmr.map(([name, array]) => [`text.${name}`, array] as const)]);
		weights.set('text.proj.0.weight', matrix(32, 32)).set('text.proj.2.weight', matrix(32, 32));
		const { vision_cfg } = modelConfig(true);
		const text_cfg = { hf_model_name: 'xlm-roberta-base', hf_tokenizer_name: 'xlm-roberta-base' };
		const model_cfg = {
			embed_dim: 32,
			quick_gelu: true,
			vision_cfg,
			text_cfg: { ...text_cfg, pooler_type: 'mean_pooler' },
		};
		const folder = folderOf({
			'open_clip_model.safetensors': safetensors(weights),
			'open_clip_config.json': { model_cfg },
		});
		const encoder = await openEncoder(folder, engine, { threads: 1 });
		expectClose('pictures', flat(await encoder.encodeImages(pixels())), imageFeatures, 1e-5);
		const [a, b] = await encoder.encodeTexts(['abc', 'xyz']);
		expect(Math.hypot(...a!)).toBeCloseTo(1, 4);
		expect(a!.some((x, i) => Math.abs(x - b![i]!) > 0.01)).toBe(true);
		expect(() => readEncoderFolder(folder)).toThrow(/expected a model of CLIP, SigLIP or ALIGN to train/);
	});

	it('has a hash of all its files', async () => {
		const folder = folderOf(shards(openai));
		const index = join(folder, 'model.safetensors.index.json');
		const before = await hashWeights(index);
		expect(before).toMatch(/^[0-9a-f]{64}$/);
		expect(await hashWeights(index)).toBe(before);
		const shard = join(folder, 'model-00002-of-00002.safetensors');
		const bytes = readFileSync(shard);
		bytes[bytes.length - 1]! ^= 1;
		writeFileSync(shard, bytes);
		expect(await hashWeights(index)).not.toBe(before);
		expect(await hashWeights(shard)).toBe(await sha256(shard));
	});

	it('is listed in every form', () => {
		const models = mkdtempSync(join(root, 'models-'));
		const put = (name: string, files: Record<string, object | Uint8Array>) => {
			mkdirSync(join(models, name));
			const from = folderOf(files);
			for (const file of Object.keys(files)) copyFileSync(join(from, file), join(models, name, file));
		};
		put('bin', { 'pytorch_model.bin': saveZip(hf), 'config.json': hfConfig });
		put('open', { 'open_clip_model.safetensors': safetensors(openai), 'open_clip_config.json': openClip(true) });
		put('none', { 'config.json': hfConfig });
		writeFileSync(join(models, 'README.md'), 'models');
		expect(listEncoders(models)).toMatchObject([
			{ name: 'bin', imageSize: 32, bytes: saveZip(hf).length },
			{ name: 'open', imageSize: 32 },
		]);
	});
});

const without = (name: string): Weights => new Map([...openai].filter(([key]) => key !== name));

describe('what does not fit', () => {
	it.each<[string, Record<string, object | Uint8Array>, string, RegExp]>([
		[
			'all that is missing, in excess and of another shape, by name',
			{
				'model.safetensors': safetensors(
					new Map([
						...without('visual.ln_post.bias'),
						['visual.head.weight', { shape: [1], data: new Float32Array(1) }],
						['ln_final.weight', { shape: [3], data: new Float32Array(3) }],
					]),
				),
				'config.json': config,
			},
			'',
			/without 'visual\.ln_post\.bias' \[64\], and with tensors that it has no place for: 'visual\.head\.weight', and with others in shape: 'ln_final\.weight' \[3\] instead of \[32\]/,
		],
		[
			'layers that the configuration does not have',
			{ 'model.safetensors': safetensors(hf), 'config.json': { ...config, vision_layers: 1 } },
			'',
			/no place for: 'vision_model\.encoder\.layers\.1\..* and \d+ more/,
		],
		[
			'a configuration',
			{ 'ViT.pt': saveZip(openai) },
			'ViT.pt',
			/expected config\.json or open_clip_config\.json .*which activation/,
		],
		[
			'a tower that open_clip has from elsewhere',
			{
				'open_clip_model.safetensors': safetensors(openai),
				'open_clip_config.json': { model_cfg: { ...modelConfig(true), vision_cfg: { timm_model_name: 'vit' } } },
			},
			'',
			/timm_model_name/,
		],
		[
			'sizes that make a model',
			{ 'model.safetensors': safetensors(openai), 'config.json': { ...config, image_resolution: 33 } },
			'',
			/expected sizes that make a model: .*patches of 8/,
		],
		[
			'weights',
			{ 'config.json': config, 'ViT.pt': Buffer.from('<html>') },
			'ViT.pt',
			/got a web page; fetch the file itself/,
		],
	])('%s', async (_, files, file, message) => {
		const opened = openEncoder(join(folderOf(files), file), engine);
		await expect(opened).rejects.toThrow(message);
		await expect(opened).rejects.toMatchObject({ code: 'E_CHECKPOINT' });
	});
});
