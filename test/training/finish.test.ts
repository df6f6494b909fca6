/** @file From a checkpoint to an encoder in a folder that loads and embeds. */

import { existsSync, mkdtempSync } from 'node:fs';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBuiltin } from '../../src/encoders/builtin.js';
import type { DualEncoder } from '../../src/encoders/encoder.js';
import { modelsFolder } from '../../src/encoders/find-encoder.js';
import { imageTower } from '../../src/encoders/image-tower.js';
import { ParameterStore } from '../../src/encoders/parameters.js';
import { Programs } from '../../src/encoders/programs.js';
import { readSafetensors, writeSafetensors } from '../../src/encoders/safetensors.js';
import { type Engine, engineByName } from '../../src/engines/index.js';
import { Random } from '../../src/random.js';
import { input } from '../../src/tensor/index.js';
import { checkpointWeights } from '../../src/training/checkpoint.js';
import { trainConcepts } from '../../src/training/concept-trainer.js';
import { writeJudge } from '../../src/training/evaluation/write-judge.js';
import { finishEncoder } from '../../src/training/finish.js';
import { expectClose } from '../encoders/parity.js';
import { toyTraining, writeToyCorpus } from './toy-corpus.js';

const folder = mkdtempSync(join(tmpdir(), 'finish-'));
const model = join(folder, 'model');
const checkpoint = join(folder, 'checkpoint');
let corpus: string;
let engine: Engine;
let encoder: DualEncoder;

beforeAll(async () => {
	corpus = writeToyCorpus();
	engine = await engineByName('onnxruntime', { threads: 1 });
	await trainConcepts(toyTraining({ steps: 1, shares: 1 }), { corpus, out: checkpoint, threads: false });
	await finishEncoder({ ...finishing(), out: model });
	encoder = await loadBuiltin(model, engine, new Programs(engine, 1));
});
afterAll(async () => {
	await rm(folder, { recursive: true });
	await rm(corpus, { recursive: true });
});

const finishing = () => ({
	checkpoint,
	corpus,
	out: join(folder, 'unused'),
	name: 'toy',
	steps: 2,
	batch: 8,
	learningRate: 1e-3,
	seed: 1,
	threads: 1,
	engine: 'onnxruntime',
});

describe('a finished encoder', () => {
	it('says what it is', () => {
		expect(encoder).toMatchObject({ name: 'toy', imageSize: 16, width: 12, canvas: 24 });
		expect(encoder.logitScale).toBeGreaterThan(1);
		expect(encoder.logitScale).toBeLessThanOrEqual(40);
		expect(encoder.bank!.captions).toEqual(['ball', 'bar', 'frame']);
		for (const row of encoder.bank!.embeddings) expect(Math.hypot(...row)).toBeCloseTo(1, 3);
	});

	it('embeds texts, more than fit into one batch, to unit length', async () => {
		const texts = Array.from({ length: 20 }, (_, i) => `a red ball ${i}`);
		const rows = await encoder.encodeTexts([...texts, '', 'Шар!']);
		expect(rows).toHaveLength(22);
		for (const row of rows) {
			expect(row).toHaveLength(12);
			expect(Math.hypot(...row)).toBeCloseTo(1, 5);
		}
		// The place in the batch, capitals and punctuation make no difference.
		const [again, shouted] = await encoder.encodeTexts(['a red ball 17', '  A RED, ball: 17']);
		expectClose('again', again!, rows[17]!, 1e-6);
		expectClose('shouted', shouted!, rows[17]!, 1e-6);
		expect(await encoder.encodeTexts([])).toEqual([]);
	});

	it('embeds pictures as the tower that was trained, to half precision', async () => {
		const random = new Random(1);
		const images = Float32Array.from({ length: 3 * 16 * 16 * 3 }, () => random.uniform());
		const rows = await encoder.encodeImages(images);
		expect(rows).toHaveLength(3);
		for (const row of rows) expect(Math.hypot(...row)).toBeCloseTo(1, 5);
		const { weights, config } = checkpointWeights(checkpoint);
		const graph = imageTower(config.objective.tower, new ParameterStore(weights), input('images', [3, 16, 16, 3]));
		const { embedding } = await (await engine.compile({ embedding: graph })).run({ images });
		expectClose(
			'embeddings',
			rows.flatMap((row) => [...row]),
			embedding!,
			5e-3,
		);
		await expect(encoder.encodeImages(images.subarray(1))).rejects.toMatchObject({ code: 'E_SHAPE' });
		await expect(encoder.encodeImages(new Float32Array(0))).rejects.toMatchObject({ code: 'E_SHAPE' });
	});

	it('has a hash of its weights: the same for a copy, another for other weights', async () => {
		const copy = join(folder, 'copy');
		await cp(model, copy, { recursive: true });
		expect((await loadBuiltin(copy, engine)).hash).toBe(encoder.hash);
		expect(encoder.hash).toMatch(/^[0-9a-f]{64}$/);
		const { weights, metadata } = readSafetensors(join(copy, 'model.safetensors'));
		weights.get('visual.proj.weight')!.data[0]! += 1;
		writeSafetensors(join(copy, 'model.safetensors'), weights, { dtype: 'F16', metadata });
		expect((await loadBuiltin(copy, engine)).hash).not.toBe(encoder.hash);
	});

	it('knows the words that it was taught', () => {
		expect(encoder.unknownWords('a red Ball and a zebra')).toEqual(['zebra']);
		expect(encoder.unknownWords('жёлтый шар')).toEqual([]);
	});

	it('says when a text is cut', () => {
		expect(encoder.isTruncated('a red ball')).toBe(false);
		expect(encoder.isTruncated('ball '.repeat(18))).toBe(false);
		expect(encoder.isTruncated('ball '.repeat(19))).toBe(true);
	});

	it('says what it learnt from', async () => {
		expect(encoder.learntFrom).toEqual(['toy']);
		expect(JSON.parse(await readFile(join(model, 'config.json'), 'utf8'))).toMatchObject({ shareAlike: [] });
	});

	it('is kept out of the models that ship when a stage learnt from share-alike pictures', async () => {
		const other = writeToyCorpus();
		const path = join(other, 'corpus.json');
		await writeFile(path, (await readFile(path, 'utf8')).replaceAll('"MIT"', '"CC-BY-SA-4.0"'));
		const tainted = join(folder, 'tainted');
		await trainConcepts(toyTraining({ steps: 1, shares: 1 }), { corpus: other, out: tainted, threads: false });
		const out = join(modelsFolder(), 'no-such-model');
		// Whichever stage it was.
		for (const stages of [
			{ checkpoint: tainted, corpus },
			{ checkpoint, corpus: other },
		]) {
			await expect(finishEncoder({ ...finishing(), ...stages, out })).rejects.toMatchObject({
				code: 'E_CORPUS',
				message: expect.stringMatching(/share-alike pictures \(toy\)/),
			});
			await expect(writeJudge({ ...stages, out, name: 'x' })).rejects.toMatchObject({ code: 'E_CORPUS' });
		}
		expect(existsSync(out)).toBe(false);
		const elsewhere = join(folder, 'elsewhere');
		const { provenance } = await finishEncoder({ ...finishing(), checkpoint: tainted, out: elsewhere });
		expect(provenance.shareAlike).toEqual(['toy']);
		expect(JSON.parse(await readFile(join(elsewhere, 'config.json'), 'utf8'))).toMatchObject({ shareAlike: ['toy'] });
		// What starts from it has learnt from them too.
		await trainConcepts(toyTraining({ steps: 1, shares: 1 }), {
			corpus,
			out: join(folder, 'started'),
			init: elsewhere,
			threads: false,
		});
		expect(checkpointWeights(join(folder, 'started')).provenance.shareAlike).toEqual(['toy']);
		await rm(other, { recursive: true });
	});

	it('is not made of another kind of tower', async () => {
		const { objective, ...rest } = toyTraining({ steps: 1, shares: 1 });
		const { size, embedding } = objective.tower;
		const tower = { kind: 'pool' as const, size, stem: 4, stages: [{ channels: 4, blocks: 1 }], embedding };
		const pooled = join(folder, 'pooled');
		await trainConcepts({ ...rest, objective: { ...objective, tower } }, { corpus, out: pooled, threads: false });
		await expect(finishEncoder({ ...finishing(), checkpoint: pooled })).rejects.toMatchObject({
			code: 'E_CHECKPOINT',
			message: expect.stringMatching(/kind 'pool'.*--stage judge/),
		});
	});

	it('is not made from another corpus than the checkpoint', async () => {
		const other = writeToyCorpus();
		const json = JSON.parse(await readFile(join(other, 'corpus.json'), 'utf8')) as { concepts: object[] };
		json.concepts.push({ name: 'ring', words: [] });
		await writeFile(join(other, 'corpus.json'), JSON.stringify(json));
		await expect(finishEncoder({ ...finishing(), corpus: other })).rejects.toMatchObject({
			code: 'E_CORPUS',
			message: expect.stringMatching(/of 3 concepts.*one of 4/),
		});
		await rm(other, { recursive: true });
	});
});

describe('a damaged encoder', () => {
	/** A copy with one file changed; null removes it. */
	async function damaged(name: string, change: (text: string) => string | null): Promise<string> {
		const copy = mkdtempSync(join(folder, 'damaged-'));
		await cp(model, copy, { recursive: true });
		const text = change(await readFile(join(copy, name), 'latin1'));
		if (text === null) await rm(join(copy, name));
		else await writeFile(join(copy, name), text, 'latin1');
		return copy;
	}
	const refused = async (path: string, message: RegExp) =>
		await expect(loadBuiltin(path, engine)).rejects.toMatchObject({
			name: 'AtelierError',
			code: 'E_CHECKPOINT',
			message: expect.stringMatching(message),
		});

	it.each(['config.json', 'model.safetensors', 'tokenizer.json'])('is refused without %s', async (name) => {
		await refused(await damaged(name, () => null), new RegExp(`expected ${name}`));
	});

	it.each<[string, string, (text: string) => string, RegExp]>([
		['a config.json that is cut off', 'config.json', (t) => t.slice(0, -20), /expected JSON in '.*config\.json'/],
		[
			'a config.json of another format',
			'config.json',
			(t) => t.replace('atelier-encoder-1', 'atelier-encoder-9'),
			/format/,
		],
		['a size that is no number', 'config.json', (t) => t.replace('"size":16', '"size":"big"'), /image\.size/],
		[
			'sizes that the weights do not have',
			'config.json',
			(t) => t.replace('"channels":12', '"channels":13'),
			/visual\.stages\.1/,
		],
		[
			'heads that do not divide the width',
			'config.json',
			(t) => t.replace('"heads":4', '"heads":3'),
			/describes no model.*heads/,
		],
		[
			'a layer that the weights lack',
			'config.json',
			(t) => t.replace('"layers":2', '"layers":3'),
			/transformer\.resblocks\.2/,
		],
		[
			'a caption too many',
			'config.json',
			(t) => t.replace('["ball","bar","frame"]', '["ball","bar","frame","ring"]'),
			/'bank'/,
		],
		['a model.safetensors that is cut off', 'model.safetensors', (t) => t.slice(0, -7), /not a valid safetensors file/],
		[
			'a model.safetensors that is something else',
			'model.safetensors',
			() => 'PK\u0003\u0004',
			/not a valid safetensors file/,
		],
		['a tokenizer.json that is cut off', 'tokenizer.json', (t) => t.slice(0, 300), /tokenizer/],
		['a tokenizer.json that is something else', 'tokenizer.json', () => '{}', /tokenizer/],
	])('is refused for %s', async (_, name, change, message) => {
		await refused(await damaged(name, change), message);
	});

	it('is refused in one line with the path when model.safetensors is a folder', async () => {
		const copy = await damaged('model.safetensors', () => null);
		await mkdir(join(copy, 'model.safetensors'));
		await expect(loadBuiltin(copy, engine)).rejects.toMatchObject({
			name: 'AtelierError',
			code: 'E_IO',
			message: expect.stringMatching(/^expected a readable model file, got '.*model\.safetensors': .*$/),
		});
	});

	it('is refused when the tokenizer has more tokens than the tower', async () => {
		const shrink = (text: string) => text.replace(/"vocabulary":(\d+)/, (_, n) => `"vocabulary":${Number(n) - 1}`);
		await refused(await damaged('config.json', shrink), /tokenizer\.json of at most/);
	});
});
