/** @file Contrastive training on coloured shapes: it learns, resumes exactly, and gives the same whoever computes it. */

import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEncoder } from '../../../src/encoders/open-encoder.js';
import type { Weights } from '../../../src/encoders/parameters.js';
import { readSafetensors } from '../../../src/encoders/safetensors.js';
import { engineByName } from '../../../src/engines/index.js';
import { parseContrastiveFile } from '../../../src/training/contrastive/config.js';
import { openRun } from '../../../src/training/contrastive/open.js';
import { openTeam } from '../../../src/training/contrastive/team.js';
import {
	type ContrastiveEvent,
	type ContrastiveOptions,
	trainContrastive,
} from '../../../src/training/contrastive/trainer.js';
import { expectClose } from '../../encoders/parity.js';
import { writeToyCorpus } from '../toy-corpus.js';
import { captions, shapeShards, tinyRun } from './shapes.js';

const folders: string[] = [];
const fresh = () => {
	const folder = mkdtempSync(join(tmpdir(), 'contrastive-'));
	folders.push(folder);
	return folder;
};
let shards: string;
let corpus: string;
/** Of a short run of two workers. */
let short: Ran;
const shortFile = (changes: object = {}) =>
	// Adam's eps keeps gradients that are 0 but for rounding from being blown up.
	tinyRun(shards, { steps: 3, optimizer: { eps: 1e-3 }, ...changes });
beforeAll(async () => {
	shards = await shapeShards(160);
	corpus = writeToyCorpus();
	folders.push(shards, corpus);
	short = await train(shortFile());
});
afterAll(async () => {
	for (const folder of folders) await rm(folder, { recursive: true });
});

interface Ran {
	readonly out: string;
	readonly encoder: string;
	readonly events: readonly ContrastiveEvent[];
	readonly steps: readonly Extract<ContrastiveEvent, { kind: 'step' }>[];
	/** Everything that the checkpoint holds. */
	readonly saved: Weights;
}

async function train(file: object, options: Partial<ContrastiveOptions> = {}): Promise<Ran> {
	const out = options.out ?? fresh();
	const events: ContrastiveEvent[] = [];
	const encoder = await trainContrastive(parseContrastiveFile(file), {
		out,
		threads: false,
		...options,
		onEvent(e) {
			events.push(e);
			return options.onEvent?.(e);
		},
	});
	const saved = readSafetensors(join(out, 'checkpoint.safetensors')).weights;
	return { out, encoder, events, steps: events.filter((e) => e.kind === 'step'), saved };
}

/** Stops a run after some steps, so that its schedule is that of the whole. */
function interruptAfter(step: number): Partial<ContrastiveOptions> {
	const abort = new AbortController();
	return { signal: abort.signal, onEvent: (e) => void (e.kind === 'step' && e.step === step && abort.abort()) };
}
const bitsOf = (weights: Weights) =>
	new Map([...weights].map(([name, { data }]) => [name, [...new Uint32Array(data.slice().buffer)]]));

function expectSame(a: Ran, b: Ran, tolerance: number): void {
	expect([...a.saved.keys()]).toEqual([...b.saved.keys()]);
	for (const [name, { data }] of a.saved) expectClose(name, b.saved.get(name)!.data, data, tolerance, tolerance);
	a.steps.forEach((step, i) => {
		expect(step.loss).toBeCloseTo(b.steps[i]!.loss, 4);
	});
}

describe('a miniature', () => {
	it('learns shapes and colours, and draws with them', async () => {
		const { events, steps, encoder, out } = await train(
			tinyRun(shards, {
				steps: 70,
				batch: 24,
				chunk: 24,
				workers: 1,
				ema: 0.9,
				learningRate: 2.5e-3,
				sources: [{ shards, heldOut: 0.2 }],
			}),
		);
		expect(steps).toHaveLength(70);
		const lately = (of: (s: (typeof steps)[number]) => number) =>
			steps.slice(-10).reduce((sum, s) => sum + of(s) / 10, 0);
		expect(lately((s) => s.loss)).toBeLessThan(steps[0]!.loss - 1);
		// 16 captions: chance is 1 in 16.
		expect(lately((s) => s.recall)).toBeGreaterThan(0.5);
		const evaluation = events.findLast((e) => e.kind === 'evaluation')!;
		expect(evaluation.pairs).toBeGreaterThan(20);
		expect(evaluation.imageToText1).toBeGreaterThan(0.4);
		expect(evaluation.textToImage5).toBeGreaterThan(0.8);
		const examples = events.findLast((e) => e.kind === 'examples')!;
		expect(examples.examples).toHaveLength(8);
		expect(examples.pictures[examples.examples[0]!.nearest[0]!.pair]).toHaveLength(16 * 16 * 3);
		expect(events.filter((e) => e.kind === 'checkpoint')).toEqual([
			{ kind: 'checkpoint', step: 70, path: join(out, 'checkpoint.safetensors') },
		]);

		const loaded = await openEncoder(encoder, await engineByName('onnxruntime', { threads: 1 }));
		expect(loaded.imageSize).toBe(16);
		const texts = await loaded.encodeTexts(captions);
		const red = new Float32Array(16 * 16 * 3).fill(0.95);
		for (let y = 4; y < 12; y++)
			for (let x = 4; x < 12; x++) red.set([220 / 255, 30 / 255, 40 / 255], (y * 16 + x) * 3);
		const [picture] = await loaded.encodeImages(red);
		const cosines = texts.map((t) => t.reduce((s, v, i) => s + v * picture![i]!, 0));
		const best = captions[cosines.indexOf(Math.max(...cosines))]!;
		expect(best).toMatch(/red/);
	});
});

describe('resuming', () => {
	it.each([
		['a vision transformer with averaged weights', {}],
		[
			'the built-in towers, attacked, on a corpus and shards',
			{
				model: {
					kind: 'builtin',
					image: { size: 16, stages: [{ channels: 8, blocks: 1 }], embedding: { shape: 12, color: 4 } },
					text: { width: 16, layers: 1, heads: 2, context: 12, vocabulary: 600 },
				},
				sources: 'both',
				adversarial: { eps: [0.1, 0.4], steps: 2 },
				prototypes: { concepts: ['disc', 'square'] },
			},
		],
	])('gives what an uninterrupted run gives, bit for bit: %s', async (_, changes) => {
		// Batches of 16 from 40 samples: the second pass over them begins between the interruption and the end.
		const few = { shards: `${shards}/00000.tar`, shuffle: 20, heldOut: 0.5 };
		const sources = 'sources' in changes ? [few, { corpus, weight: 0.5 }] : [few];
		const file = tinyRun(shards, { steps: 5, ema: 0.9, ...changes, sources });
		const whole = await train(file);
		const half = await train(file, interruptAfter(2));
		expect(half.steps).toHaveLength(2);
		expect(bitsOf(half.saved)).not.toEqual(bitsOf(whole.saved));
		const resumed = await train(file, { out: half.out, resume: true });
		expect(resumed.steps.map((s) => s.step)).toEqual([3, 4, 5]);
		expect(resumed.steps.map((s) => s.loss)).toEqual(whole.steps.slice(2).map((s) => s.loss));
		expect(bitsOf(resumed.saved)).toEqual(bitsOf(whole.saved));
	});

	it('is refused without a checkpoint, and with one of another model', async () => {
		await expect(train(shortFile(), { resume: true })).rejects.toMatchObject({
			code: 'E_CHECKPOINT',
			message: expect.stringMatching(/no checkpoint.safetensors/),
		});
		const other = shortFile({ loss: { kind: 'sigmoid' } });
		await expect(train(other, { out: short.out, resume: true })).rejects.toMatchObject({
			code: 'E_CHECKPOINT',
			message: expect.stringMatching(/same model and loss/),
		});
	});
});

describe('who computes', () => {
	it('makes no difference: one worker, two, or four chunks in turn, of a vision transformer', async () => {
		// The whole in one program, against gradient caching.
		const whole = await train(shortFile({ chunk: 16, workers: 1 }));
		expectSame(whole, short, 2e-4);
		expectSame(whole, await train(shortFile({ chunk: 4, workers: 3 })), 2e-4);
	});

	it('makes no difference with batch norm, for chunks of one size', async () => {
		const builtin = {
			model: {
				kind: 'builtin',
				image: { size: 16, stages: [{ channels: 8, blocks: 1 }], embedding: { shape: 12, color: 4 } },
				text: { width: 16, layers: 1, heads: 2, context: 12, vocabulary: 600 },
			},
			adversarial: { steps: 1 },
		};
		const one = await train(shortFile({ ...builtin, workers: 1 }));
		expect(one.saved.has('visual.stages.0.down_bn.running_mean')).toBe(true);
		expectSame(one, await train(shortFile({ ...builtin, workers: 2 })), 2e-4);
	});

	it('gives the same in threads', async () => {
		// Threads start from compiled files: `npm test` builds before it tests.
		const built = join(import.meta.dirname, '../../../dist/src/training/contrastive/trainer.js');
		const compiled = (await import(built)) as { trainContrastive: typeof trainContrastive };
		const out = fresh();
		await compiled.trainContrastive(parseContrastiveFile(shortFile()), { out });
		const threaded = readSafetensors(join(out, 'checkpoint.safetensors')).weights;
		expect(bitsOf(threaded)).toEqual(bitsOf(short.saved));
	});

	it('closes a share of which a program could not be compiled', async () => {
		const run = await openRun(parseContrastiveFile(shortFile()), { out: fresh(), resume: false, onWarning: () => {} });
		const [share] = (await openTeam(run, false)).shares;
		const { programs } = share as unknown as { programs: Map<string, Promise<never>> };
		programs.set('broken', Promise.reject(new Error('no such operation')));
		await share!.close();
		expect(programs.size).toBe(0);
		for (const source of run.sources) await source.close();
	});

	it('reports what went wrong in a thread, and ends the others', async () => {
		const built = join(import.meta.dirname, '../../../dist/src/training/contrastive/trainer.js');
		const compiled = (await import(built)) as { trainContrastive: typeof trainContrastive };
		const broken = await shapeShards(
			40,
			Array.from({ length: 40 }, (_, i) => i),
		);
		folders.push(broken);
		const run = compiled.trainContrastive(parseContrastiveFile(tinyRun(broken)), { out: fresh() });
		await expect(run).rejects.toMatchObject({
			code: 'E_CORPUS',
			message: expect.stringMatching(/pictures that can be read/),
		});
	});
});

describe('what may be asked for', () => {
	it('leaves out pictures that cannot be read, tells of them, and puts others in their places', async () => {
		const damaged = await shapeShards(40, [3, 17]);
		folders.push(damaged);
		const { steps, events } = await train(tinyRun(damaged, { steps: 3 }));
		expect(steps).toHaveLength(3);
		const warnings = events.flatMap((e) => (e.kind === 'warning' ? [e.message] : []));
		expect(warnings.length).toBeGreaterThanOrEqual(2);
		for (const message of warnings) expect(message).toMatch(/left out 0000[01]\d+:/);
	});

	it('trains at a low resolution first', async () => {
		const { steps, saved } = await train(tinyRun(shards, { steps: 2, sizes: [{ until: 0.5, size: 8 }] }));
		expect(steps.map((s) => s.size)).toEqual([8, 16]);
		expect(saved.get('visual.positional_embedding')!.shape).toEqual([17, 48]);
	});

	it.each(['image', 'text'] as const)('starts from an encoder and locks its %s tower', async (lock) => {
		const { encoder } = short;
		const { model: _, ...rest } = tinyRun(shards, { steps: 2, from: encoder, lock });
		const { encoder: tuned } = await train(rest);
		const [before, after] = [encoder, tuned].map((f) => readSafetensors(join(f, 'model.safetensors')).weights);
		const isLocked = (name: string) => (lock === 'image') === name.startsWith('visual.') && name !== 'logit_scale';
		for (const [name, { data }] of before!) {
			const now = after!.get(name)!.data;
			if (isLocked(name)) expect(now, name).toEqual(data);
			// Biases of keys have no gradient, and rows of tokens that do not occur hardly move.
			else if (/proj$|ln_final.weight|logit_scale/.test(name)) expect(now, name).not.toEqual(data);
		}
	});

	it.each(['clip', 'align', 'siglip'])('follows the recipe %s', async (recipe) => {
		const { learningRate: _, ...file } = tinyRun(shards, { recipe, steps: 2 });
		const { steps, encoder } = await train(file);
		expect(steps.map((s) => s.loss).every(Number.isFinite)).toBe(true);
		const scale = { clip: 1 / 0.07, align: 1, siglip: 10 }[recipe]!;
		expect(steps[0]!.logitScale).toBeCloseTo(scale, 1);
		const { weights } = readSafetensors(join(encoder, 'model.safetensors'));
		expect(weights.has('logit_bias')).toBe(recipe === 'siglip');
		await openEncoder(encoder, await engineByName('onnxruntime', { threads: 1 }));
	});

	it('trains a ResNet, which is loaded again', async () => {
		const model = {
			kind: 'resnet',
			embed: 16,
			image: { size: 32, width: 4, heads: 2 },
			text: { width: 16, layers: 1, heads: 2, context: 8, vocabulary: 560 },
		};
		const { encoder, steps } = await train(tinyRun(shards, { model, steps: 2, batch: 8, chunk: 4 }));
		expect(steps).toHaveLength(2);
		const loaded = await openEncoder(encoder, await engineByName('onnxruntime', { threads: 1 }));
		const [picture] = await loaded.encodeImages(new Float32Array(32 * 32 * 3).fill(0.5));
		expect(Math.hypot(...picture!)).toBeCloseTo(1, 5);
	});

	it('writes the built-in format with captions to be told apart from', async () => {
		const model = {
			kind: 'builtin',
			image: { size: 16, stages: [{ channels: 8, blocks: 0 }], embedding: { shape: 12, color: 4 } },
			text: { width: 16, layers: 1, heads: 2, context: 12, vocabulary: 600 },
		};
		const { encoder } = await train(tinyRun(shards, { model, sources: [{ corpus }, { shards }], steps: 2 }));
		const loaded = await openEncoder(encoder, await engineByName('onnxruntime', { threads: 1 }));
		expect(loaded.bank!.captions).toEqual(expect.arrayContaining(['ball', 'frame', 'a red disc']));
		expect(loaded.bank!.embeddings).toHaveLength(loaded.bank!.captions.length);
		expect(loaded.unknownWords('a red disc of cheese')).toEqual(['cheese']);
	});
});
