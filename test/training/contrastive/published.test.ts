/** @file SigLIP and ALIGN trained by contrast: they learn, are loaded again as they were, and go on from checkpoints, one tower locked. */

import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEncoder } from '../../../src/encoders/open-encoder.js';
import type { Weights } from '../../../src/encoders/parameters.js';
import { readSafetensors, writeSafetensors } from '../../../src/encoders/safetensors.js';
import { towerRows } from '../../../src/encoders/token-rows.js';
import { loadTokenizerFrom } from '../../../src/encoders/tokenizers/find-tokenizer.js';
import { trainBpe } from '../../../src/encoders/tokenizers/train-bpe.js';
import { engineByName } from '../../../src/engines/index.js';
import { Random } from '../../../src/random.js';
import { parseContrastiveFile } from '../../../src/training/contrastive/config.js';
import { readEncoderFolder } from '../../../src/training/contrastive/encoder-folder.js';
import { Evaluator } from '../../../src/training/contrastive/evaluate.js';
import { ContrastiveModel } from '../../../src/training/contrastive/program.js';
import { type ModelConfig, towersOf } from '../../../src/training/contrastive/towers.js';
import { trainContrastive } from '../../../src/training/contrastive/trainer.js';
import { arrayOf, expectClose, fixture, fixtureJson, fixturePath } from '../../encoders/parity.js';
import { shapeShards, tinyRun } from './shapes.js';

const root = mkdtempSync(join(tmpdir(), 'published-'));
let shards: string;
beforeAll(async () => {
	shards = await shapeShards(96);
});
afterAll(async () => {
	for (const folder of [root, shards]) await rm(folder, { recursive: true });
});

const text = { width: 32, layers: 1, heads: 2, context: 8, vocabulary: 560 };
const runsOf: Record<string, object> = {
	siglip: {
		model: { kind: 'siglip', image: { size: 16, patch: 4, width: 32, layers: 1, heads: 2 }, text },
		steps: 40,
	},
	align: {
		model: { kind: 'align', image: { size: 32, width: 0.2, depth: 0.1 }, text },
		// Its own temperature and rate are for a million steps.
		logitScale: { start: 10 },
		learningRate: 0.015,
		steps: 28,
	},
};
const kinds = Object.keys(runsOf);

let runs = 0;
async function train(changes: object) {
	const out = join(root, `run${runs++}`);
	const steps: { readonly loss: number; readonly recall: number }[] = [];
	const { model, ...rest } = tinyRun(shards, changes);
	const file = parseContrastiveFile('from' in changes ? rest : { model, ...rest });
	const encoder = await trainContrastive(file, {
		out,
		threads: false,
		onEvent: (e) => void (e.kind === 'step' && steps.push(e)),
	});
	const weights = readSafetensors(join(out, 'checkpoint.safetensors')).weights;
	const config = JSON.parse(readFileSync(join(out, 'config.json'), 'utf8')) as { model: ModelConfig };
	return { out, encoder, steps, weights, model: config.model };
}

/** Texts that say whether case, marks, length and padding are treated alike wherever tokens are made. */
const texts = [
	'a red disc',
	'A  Red, DISC!',
	'',
	'a blue bar and a green cross and a black square',
	'<|endoftext|> bar',
];

/** The embeddings that training sees are those of the encoder that it writes. */
async function expectSameEmbeddings({ out, encoder, weights, model }: Awaited<ReturnType<typeof train>>) {
	const tokenizer = JSON.parse(readFileSync(join(out, 'tokenizer.json'), 'utf8')) as object;
	const evaluator = await Evaluator.create(model, weights, tokenizer, 'onnxruntime');
	const loaded = await openEncoder(encoder, await engineByName('onnxruntime', { threads: 1 }));
	const { size } = towersOf(model);
	const random = new Random(4);
	const bytes = Uint8Array.from({ length: size * size * 3 }, () => random.int(256));
	const [picture] = await evaluator.embedPictures(weights, [bytes]);
	const [seen] = await loaded.encodeImages(Float32Array.from(bytes, (b) => b / 255));
	expectClose('a picture', seen!, picture!, 1e-5);
	const trained = await evaluator.embedTexts(weights, texts);
	const read = await loaded.encodeTexts(texts);
	texts.forEach((words, i) => {
		expectClose(words, read[i]!, trained[i]!, 1e-5);
	});
	expect(loaded.logitScale / Math.exp(weights.get('logit_scale')!.data[0]!)).toBeCloseTo(1, 4);
	await evaluator.close();
}

const trained: Record<string, Awaited<ReturnType<typeof train>>> = {};

describe.each(kinds)('%s from nothing', (kind) => {
	it('learns by its own recipe, and is loaded again as it was', async () => {
		const run = await train({ recipe: kind, batch: 24, chunk: 24, workers: 1, ...runsOf[kind]! });
		trained[kind] = run;
		const lately = run.steps.slice(-6);
		const mean = (of: (step: (typeof lately)[number]) => number) => lately.reduce((sum, s) => sum + of(s) / 6, 0);
		expect(mean((s) => s.loss)).toBeLessThan(run.steps[0]!.loss * 0.87);
		// 16 captions, each as often as the others.
		expect(mean((s) => s.recall)).toBeGreaterThan(0.2);
		await expectSameEmbeddings(run);
	});

	it('is made of the weights and sizes that Hugging Face’s files have', () => {
		const { encoder } = trained[kind]!;
		const stored = readSafetensors(join(encoder, 'model.safetensors')).weights;
		const config = JSON.parse(readFileSync(join(encoder, 'config.json'), 'utf8')) as object;
		const published = [...fixture(`${kind}_tiny`).weights.keys()].map((name) => name.replace(/\.\d+\./, '.0.'));
		const own = [...stored.keys()].map((name) => name.replace(/\.\d+\./, '.0.'));
		expect(config).toMatchObject({ model_type: kind });
		// ALIGN's files have a pooler that nothing uses, and counters.
		const unused = /pooler|num_batches_tracked|position_ids/;
		expect([...new Set(own)].sort()).toEqual([...new Set(published)].filter((name) => !unused.test(name)).sort());
	});

	it('is trained with the rows of tokens that the loader makes', () => {
		const { encoder, model, out } = trained[kind]!;
		const towers = towersOf(model);
		const own = towers.tokenizer(JSON.parse(readFileSync(join(out, 'tokenizer.json'), 'utf8')) as object);
		const rows = towerRows(own, texts, towers.text);
		expect(rows).toEqual(towerRows(loadTokenizerFrom(encoder), texts, towers.text));
		if (kind === 'siglip') {
			// The last place stands for a row, and what fills it is seen.
			expect([...rows.positions]).toEqual(texts.map((_, n) => n * 8 + 7));
			expect(new Set(rows.ids.slice(2 * 8, 3 * 8))).toEqual(new Set([own.eos]));
		} else expect([...rows.positions]).toEqual(texts.map((_, n) => n * rows.length));
	});
});

describe.each(kinds)('%s from a checkpoint', (kind) => {
	it('as Hugging Face writes them goes on with its image tower locked, and keeps sizes and tokens', async () => {
		const folder = folderOf(kind);
		const before = readEncoderFolder(folder);
		const run = await train({ recipe: kind, from: folder, lock: 'image', steps: 1, batch: 4, chunk: 4, workers: 1 });
		let moved = 0;
		for (const [name, { data }] of before.weights) {
			const now = run.weights.get(name)!.data;
			if (name.startsWith('visual.')) expect(now, name).toEqual(data);
			else if (now.some((x, i) => x !== data[i])) moved++;
		}
		expect(moved).toBeGreaterThan(20);
		const after = readEncoderFolder(run.encoder);
		expect(after.model).toMatchObject(before.model);
		expect(after.tokenizer).toEqual(before.tokenizer);
		await expectSameEmbeddings(run);
	});
});

/** A folder as it is published; its table of tokens, which the fixture has few of, is made as long as the tokenizer. */
function folderOf(kind: string): string {
	const folder = join(root, `${kind}-published`);
	mkdirSync(folder);
	const { weights } = fixture(`${kind}_tiny`);
	const wordpieces = readFileSync(fixturePath('wordpiece_vocab.txt'), 'utf8');
	const bpe = trainBpe(['a red disc', 'a blue disc'], { vocabSize: 530, endOnly: true });
	const vocabulary = kind === 'align' ? wordpieces.trimEnd().split('\n').length : 530;
	const table = `text_model.embeddings.${kind === 'align' ? 'word_embeddings' : 'token_embedding'}.weight`;
	const width = weights.get(table)!.shape[1]!;
	const random = new Random(4);
	const data = Float32Array.from({ length: vocabulary * width }, () => random.normal());
	const all: Weights = new Map([...weights, [table, { shape: [vocabulary, width], data }]]);
	writeSafetensors(join(folder, 'model.safetensors'), all);
	const config = fixtureJson(`${kind}_tiny.config`) as { text_config?: object };
	const sized = { ...config, text_config: { ...config.text_config, vocab_size: vocabulary } };
	writeFileSync(join(folder, 'config.json'), JSON.stringify(sized));
	// As ALIGN's is: pixels from -1 to 1 without mean and standard deviation.
	const pixels = { do_normalize: false, rescale_factor: 2 / 255, rescale_offset: true };
	if (kind === 'align') writeFileSync(join(folder, 'preprocessor_config.json'), JSON.stringify(pixels));
	if (kind === 'align') writeFileSync(join(folder, 'vocab.txt'), wordpieces);
	else writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(bpe));
	return folder;
}

describe("ALIGN's batch norms", () => {
	it('keep running statistics, which the encoder has, whoever computes, of smaller pictures too', async () => {
		const sizes = [{ until: 1, size: 32 }];
		const model = { kind: 'align', image: { size: 64, width: 0.1, depth: 0.1 }, text };
		const file = { recipe: 'align', model, sizes, steps: 1, batch: 8, chunk: 4 };
		const [one, two] = [await train({ ...file, workers: 1 }), await train({ ...file, workers: 2 })];
		const norm = 'embeddings.batchnorm.running_mean';
		const stored = readSafetensors(join(one!.encoder, 'model.safetensors')).weights.get(`vision_model.${norm}`)!;
		expect(stored.data.some((x) => x !== 0)).toBe(true);
		expect(stored.data).toEqual(one!.weights.get(`visual.${norm}`)!.data);
		for (const [name, { data }] of one!.weights)
			if (name.includes('running_')) expectClose(name, two!.weights.get(name)!.data, data, 1e-4, 1e-3);
	});
});

describe("ALIGN's loss", () => {
	it('and its gradients at the text tower are those of the reference code', async () => {
		const folder = join(root, 'align-reference');
		mkdirSync(folder);
		const { weights: stored } = fixture('align_tiny');
		writeSafetensors(join(folder, 'model.safetensors'), stored);
		writeFileSync(join(folder, 'config.json'), JSON.stringify(fixtureJson('align_tiny.config')));
		writeFileSync(join(folder, 'vocab.txt'), readFileSync(fixturePath('wordpiece_vocab.txt')));
		const { model, weights } = readEncoderFolder(folder);
		const loss = { kind: 'softmax', smoothing: 0.1 } as const;
		// Its batch norms had their running statistics, as a locked tower's have.
		const one = new ContrastiveModel({ model, loss, lock: 'image' }, weights);
		const expected = fixture('align_tiny.expected');
		const pixels = arrayOf(expected, 'input.pixel_values').data;
		const { size } = towersOf(model);
		const area = size * size;
		const images = Float32Array.from(pixels, (_, i) => {
			const [n, pixel, c] = [Math.floor(i / (3 * area)), Math.floor(i / 3) % area, i % 3];
			return (pixels[(n * 3 + c) * area + pixel]! + 1) / 2;
		});
		const ids = Int32Array.from(expected.integers.get('input.input_ids')!.data);
		const mask = Float32Array.from(expected.integers.get('input.attention_mask')!.data);
		const engine = await engineByName('onnxruntime', { threads: 1 });
		const program = await engine.compile(one.whole({ rows: 3, side: size, textLength: 12 }).outputs, { threads: 1 });
		const same = Float32Array.from({ length: 9 }, (_, i) => (i % 4 === 0 ? 1 : 0));
		const none = { labels: new Int32Array(3), labelled: new Float32Array(3), positions: new Int32Array(3) };
		const y = await program.run({ images, ids, mask, same, ...none });
		expectClose('loss', y.loss!, arrayOf(expected, 'out.loss_label_smoothing_0.1').data, 1e-5);
		const gradients = [...fixture('align_tiny.grads').weights].filter(([name]) => name.startsWith('text_'));
		expect(gradients).toHaveLength(5);
		for (const [name, { data }] of gradients) expectClose(name, y[`grad:${name}`]!, data, 1e-7, 1e-3);
		await program.dispose();
	});
});
