/** @file Stage 1 of training on a toy corpus: progress, exact resumption, threads, refusals. */

import { mkdtempSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Weights } from '../../src/encoders/parameters.js';
import { readSafetensors, writeSafetensors } from '../../src/encoders/safetensors.js';
import type { AtelierError } from '../../src/errors.js';
import { checkpointWeights } from '../../src/training/checkpoint.js';
import { type ConceptTrainingConfig, type TrainingEvent, trainConcepts } from '../../src/training/concept-trainer.js';
import { toyTraining, writeToyCorpus } from './toy-corpus.js';

let corpus: string;
const folders: string[] = [];
const fresh = () => {
	const folder = mkdtempSync(join(tmpdir(), 'training-'));
	folders.push(folder);
	return folder;
};
beforeAll(() => {
	corpus = writeToyCorpus();
	folders.push(corpus);
});
afterAll(async () => {
	for (const folder of folders) await rm(folder, { recursive: true });
});

type Options = Partial<Parameters<typeof trainConcepts>[1]>;
async function train(config: ConceptTrainingConfig, options: Options = {}) {
	const out = options.out ?? fresh();
	const events: TrainingEvent[] = [];
	const weights = await trainConcepts(config, {
		corpus,
		out,
		threads: false,
		...options,
		onEvent: (e) => {
			events.push(e);
			options.onEvent?.(e);
		},
	});
	return { out, weights, events, steps: events.filter((e) => e.kind === 'step') };
}
/** Stops a run after some steps, so that its schedule is that of the whole. */
function interruptAfter(step: number): Options {
	const abort = new AbortController();
	return { signal: abort.signal, onEvent: (e) => e.kind === 'step' && e.step === step && abort.abort() };
}
const bitsOf = (weights: Weights) =>
	new Map([...weights].map(([name, { data }]) => [name, [...new Uint32Array(data.slice().buffer)]]));

describe('training', () => {
	it('trains with nonsense, and resumes with it bit for bit', async () => {
		const config = toyTraining({ nonsense: 0.5, steps: 10 });
		const whole = await train(config);
		expect(whole.steps.every((e) => e.correct >= 0 && e.correct <= 1)).toBe(true);
		const part = await train(config, interruptAfter(4));
		const rest = await train(config, { out: part.out, resume: true });
		expect(bitsOf(rest.weights)).toEqual(bitsOf(whole.weights));
		const without = await train(toyTraining({ steps: 10 }));
		expect(bitsOf(without.weights)).not.toEqual(bitsOf(whole.weights));
	});

	it('lowers the loss, reports, evaluates and writes a checkpoint', async () => {
		const { out, steps, events, weights } = await train(toyTraining(), { evaluateEvery: 10, checkpointEvery: 10 });
		const mean = (from: number, to: number) => steps.slice(from, to).reduce((s, e) => s + e.loss, 0) / (to - from);
		expect(steps.map((e) => e.step)).toEqual(Array.from({ length: 15 }, (_, i) => i + 1));
		expect(mean(11, 15)).toBeLessThan(0.8 * mean(0, 4));
		expect(steps[0]).toMatchObject({ steps: 15, learningRate: 0 });
		expect(
			steps.every((e) => e.correct >= 0 && e.correct <= 1 && e.attackedCorrect! >= 0 && e.attackedCorrect! <= 1),
		).toBe(true);
		const rest = events.flatMap((e) => (e.kind === 'evaluation' || e.kind === 'checkpoint' ? [[e.kind, e.step]] : []));
		expect(rest).toEqual([
			['evaluation', 10],
			['checkpoint', 10],
			['evaluation', 15],
			['checkpoint', 15],
		]);
		expect(events.find((e) => e.kind === 'evaluation')).toMatchObject({ pictures: 3 });

		const saved = checkpointWeights(out);
		expect(saved.step).toBe(15);
		expect(saved.config).toEqual(toyTraining());
		expect(bitsOf(saved.weights)).toEqual(bitsOf(weights));
		// Running statistics have moved from their start.
		expect(weights.get('visual.stages.0.down_bn.running_mean')!.data.some((x) => x !== 0)).toBe(true);
	});

	it('sees each picture once a step where none is attacked', async () => {
		const { steps } = await train(toyTraining({ steps: 3, eps: [0, 0] }));
		expect(steps.every((e) => !('attackedCorrect' in e))).toBe(true);
		const attacked = await train(toyTraining({ steps: 3 }));
		expect(attacked.steps[2]!.loss).not.toBe(steps[2]!.loss);
	});

	it('records what it has learnt from, through every corpus that it went on with', async () => {
		const other = writeToyCorpus();
		folders.push(other);
		const path = join(other, 'corpus.json');
		const file = (await readFile(path, 'utf8')).replaceAll('"toy"', '"moji"').replace('"MIT"', '"CC-BY-SA-4.0"');
		await writeFile(path, file);
		const config = toyTraining({ steps: 4, shares: 1 });
		const { out } = await train(config, { corpus: other, ...interruptAfter(1) });
		expect(checkpointWeights(out).provenance).toEqual({ learntFrom: ['moji'], shareAlike: ['moji'] });
		await train(config, { out, resume: true });
		expect(checkpointWeights(out).provenance).toEqual({ learntFrom: ['moji', 'toy'], shareAlike: ['moji'] });
	});

	it('resumes exactly: interrupted and gone on equals never interrupted, bit for bit', async () => {
		const config = toyTraining({ steps: 6 });
		const whole = await train(config);
		const half = await train(config, interruptAfter(3));
		expect(half.steps).toHaveLength(3);
		// Another object with keys in another order is the same model.
		const { tower, ...rest } = config.objective;
		const resumed = await train({ ...config, objective: { ...rest, tower } }, { out: half.out, resume: true });
		expect(resumed.steps.map((e) => e.step)).toEqual([4, 5, 6]);
		expect(bitsOf(resumed.weights)).toEqual(bitsOf(whole.weights));
		expect(resumed.steps.map((e) => e.loss)).toEqual(whole.steps.slice(3).map((e) => e.loss));
		expect(bitsOf(half.weights)).not.toEqual(bitsOf(whole.weights));
	});

	it('writes the checkpoint when the signal fires during an evaluation', async () => {
		const abort = new AbortController();
		const { out, events } = await train(toyTraining({ steps: 4 }), {
			signal: abort.signal,
			evaluateEvery: 2,
			onEvent: (e) => e.kind === 'evaluation' && abort.abort(),
		});
		expect(events.at(-1)).toMatchObject({ kind: 'checkpoint', step: 2 });
		expect(checkpointWeights(out).step).toBe(2);
	});

	it.each([[[0.1, 0.3]], [[0, 0]]] as const)(
		'gives the same weights in threads as without, attacked by %j',
		async (eps) => {
			// Threads start from compiled files: `npm test` builds before it tests.
			const built = join(import.meta.dirname, '../../dist/src/training/concept-trainer.js');
			const compiled = (await import(built)) as { trainConcepts: typeof trainConcepts };
			const config = toyTraining({ steps: 3, eps });
			const threaded = await compiled.trainConcepts(config, { corpus, out: fresh(), threads: true });
			expect(bitsOf(threaded)).toEqual(bitsOf((await train(config)).weights));
		},
	);

	it('reports what went wrong in a thread, and ends the others', async () => {
		const built = join(import.meta.dirname, '../../dist/src/training/concept-trainer.js');
		const compiled = (await import(built)) as { trainConcepts: typeof trainConcepts };
		const errors = (await import(join(built, '../../errors.js'))) as { AtelierError: typeof AtelierError };
		const config = toyTraining({ engine: 'abacus' });
		const error = await compiled.trainConcepts(config, { corpus, out: fresh() }).catch((e: unknown) => e);
		expect(error).toBeInstanceOf(errors.AtelierError);
		expect(error).toMatchObject({
			code: 'E_ENGINE',
			message: expect.stringMatching(/engine of .*, got 'abacus'/),
		});
	});

	it('depends on the seed', async () => {
		const run = async (seed: number) => (await train(toyTraining({ steps: 1, seed }))).steps[0]!.loss;
		expect(await run(2)).not.toBe(await run(1));
	});

	it('finds out before anything is loaded that it cannot write', async () => {
		const file = join(fresh(), 'file');
		await writeFile(file, '');
		await expect(train(toyTraining(), { corpus: 'absent', out: join(file, 'run') })).rejects.toMatchObject({
			code: 'E_IO',
		});
	});

	it('refuses a corpus of another size', async () => {
		const config = toyTraining();
		await expect(train({ ...config, objective: { ...config.objective, concepts: 4 } })).rejects.toMatchObject({
			code: 'E_CORPUS',
			message: expect.stringMatching(/4 concepts, got 3/),
		});
	});
});

describe('a checkpoint that does not fit', () => {
	let good: string;
	const config = toyTraining({ steps: 2 });
	beforeAll(async () => {
		good = (await train(config, interruptAfter(1))).out;
	});
	const refused = async (out: string, message: RegExp, changed = config) =>
		await expect(train(changed, { out, resume: true })).rejects.toMatchObject({
			name: 'AtelierError',
			code: 'E_CHECKPOINT',
			message: expect.stringMatching(message),
		});

	it('is refused when there is none', async () => {
		const empty = fresh();
		await refused(empty, /no checkpoint\.safetensors/);
		expect(() => checkpointWeights(empty)).toThrow(/no checkpoint\.safetensors/);
	});

	it('is refused when it is another model’s', async () => {
		await refused(good, /of the same model/, { ...config, objective: { ...config.objective, smoothing: 0.1 } });
	});

	it('is refused when it is cut off', async () => {
		const torn = fresh();
		const bytes = await readFile(join(good, 'checkpoint.safetensors'));
		await writeFile(join(torn, 'checkpoint.safetensors'), bytes.subarray(0, bytes.length - 100));
		await refused(torn, /not a valid safetensors file/);
	});

	it.each([
		['without metadata', undefined],
		['with a configuration that is no JSON', { step: '1', updates: '2', config: '{' }],
		['without a step', { updates: '2', config: JSON.stringify(config) }],
	])('is refused %s', async (_, metadata) => {
		const damaged = fresh();
		const { weights } = readSafetensors(join(good, 'checkpoint.safetensors'));
		writeSafetensors(join(damaged, 'checkpoint.safetensors'), weights, metadata ? { metadata } : {});
		await refused(damaged, /with its step and configuration/);
		expect(() => checkpointWeights(damaged)).toThrow(/with its step and configuration/);
	});

	it('is refused when a weight is missing', async () => {
		const partial = fresh();
		const { weights, metadata } = readSafetensors(join(good, 'checkpoint.safetensors'));
		weights.delete('adam.second');
		writeSafetensors(join(partial, 'checkpoint.safetensors'), weights, { metadata });
		await refused(partial, /'adam.second'/);
	});
});
