/** @file A resumed painter equals one that was never interrupted; foreign and damaged snapshots are refused. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../src/encoders/safetensors.js';
import { createReferenceEngine } from '../../src/engines/reference/index.js';
import { compileObjective, type Target } from '../../src/guidance/objective.js';
import { Painter, type PainterSetup } from '../../src/painter/painter.js';
import { loadSnapshot, saveSnapshot } from '../../src/painter/snapshot.js';
import { Random } from '../../src/random.js';
import { createPixels } from '../../src/renderers/pixels/index.js';
import { bits, tinyEncoder, tinySetup, tinyStrokes, unitVector } from './toys.js';

let folder: string;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'snapshot-'));
});
afterAll(async () => await rm(folder, { recursive: true }));

/** Everything that a painter carries from step to step. */
const stateOf = (painter: Painter) => ({
	step: painter.step,
	candidates: painter.candidates.map((c) => ({
		params: bits(c.params),
		first: bits(c.adam.first),
		second: bits(c.adam.second),
		adamStep: c.adam.step,
		random: c.random.state(),
		value: c.value,
		scores: c.scores,
	})),
});

describe('a resumed run', () => {
	const setup = (): Promise<PainterSetup> => tinySetup({ steps: 6, tidy: true, renderer: tinyStrokes(2) });
	let whole: Painter;
	beforeAll(async () => {
		whole = Painter.create(await setup());
		await whole.run();
	});

	// Narrowed after step 3 of 6, tidied after 4: interrupted before the first step, before narrowing, just after, and late.
	it.each([0, 2, 3, 5])('equals an uninterrupted one bit for bit when interrupted after step %i', async (at) => {
		const path = join(folder, `${at}.safetensors`);
		const first = Painter.create(await setup());
		for (let k = 0; k < at; k++) await first.advance();
		expect(first.candidates).toHaveLength(at < 3 ? 2 : 1);
		saveSnapshot(path, first);
		const second = loadSnapshot(path, await setup());
		expect(stateOf(second)).toEqual(stateOf(first));
		await second.run();
		expect(stateOf(second)).toEqual(stateOf(whole));
	});

	it('leaves the painter that was saved as it was', async () => {
		const painter = Painter.create(await tinySetup({ steps: 3 }));
		await painter.advance();
		const before = stateOf(painter);
		saveSnapshot(join(folder, 'same.safetensors'), painter);
		const copy = loadSnapshot(join(folder, 'same.safetensors'), painter.setup);
		await copy.run();
		expect(stateOf(painter)).toEqual(before);
	});
});

describe('a resumed run with a prompt that changes', () => {
	/** One target until half of the steps, another one afterwards. */
	const setup = async (alternatives: 'both' | 'first'): Promise<PainterSetup> => {
		const encoder = tinyEncoder();
		const random = new Random(9);
		const targets = Array.from(
			{ length: 2 },
			(_, i): Target => ({
				embedding: unitVector(random, encoder.width),
				weight: 1,
				prompt: 0,
				...(i > 0 && { stop: 0.9 }),
				counts: ({ step, steps }) => (alternatives === 'first' ? i === 0 : step < steps / 2 === (i === 0)),
			}),
		);
		const objective = await compileObjective(encoder, createReferenceEngine(), targets, 2, { cosine: 1, contrast: 1 });
		const { guidance, ...rest } = await tinySetup({ steps: 6, tidy: true, renderer: tinyStrokes(2) });
		return { ...rest, guidance: { ...guidance!, eyes: [{ ...guidance!.eyes[0]!, objective }] } };
	};

	it.each([2, 3, 4])('equals an uninterrupted one bit for bit when interrupted after step %i of 6', async (at) => {
		const whole = Painter.create(await setup('both'));
		const path = join(folder, `scheduled-${at}.safetensors`);
		await whole.run(({ step }) => {
			if (step === at) saveSnapshot(path, whole);
		});
		const second = loadSnapshot(path, await setup('both'));
		await second.run();
		expect(stateOf(second)).toEqual(stateOf(whole));
	});

	it('is another drawing from the change on, and not before', async () => {
		const [both, first] = [Painter.create(await setup('both')), Painter.create(await setup('first'))];
		const drawn = (painter: Painter) => painter.candidates.map((c) => bits(c.params));
		for (let step = 1; step <= 2; step++) {
			await both.advance();
			await first.advance();
			expect(drawn(both)).toEqual(drawn(first));
		}
		await both.run();
		await first.run();
		expect(bits(both.best.params)).not.toEqual(bits(first.best.params));
	});
});

describe('a file that does not fit', () => {
	let path: string;
	let setup: PainterSetup;
	beforeAll(async () => {
		path = join(folder, 'good.safetensors');
		setup = await tinySetup();
		saveSnapshot(path, Painter.create(setup));
	});
	const refused = (file: string, code: string, message: RegExp, to: PainterSetup = setup) => {
		try {
			loadSnapshot(file, to);
		} catch (error) {
			expect(error).toMatchObject({ name: 'AtelierError', code, message: expect.stringMatching(message) });
			return;
		}
		expect.unreachable(`${file} was taken`);
	};

	it('is refused when it is another recipe’s', () => {
		refused(path, 'E_RECIPE', /numbers for '\w+'/, { ...setup, renderer: createPixels({ width: 12, height: 12 }) });
	});

	it('is refused when it is another kind of file', () => {
		const other = join(folder, 'other.safetensors');
		writeSafetensors(other, new Map());
		refused(other, 'E_RECIPE', /expected a snapshot/);
	});

	it.each([
		['state that is no JSON', '{'],
		['no state', undefined],
		['no candidates', JSON.stringify({ step: 3, candidates: [] })],
		[
			'a random state that is cut off',
			JSON.stringify({ step: 3, candidates: [{ random: [1, 2], adamStep: 3, value: 1, scores: [] }] }),
		],
	])('is refused for %s', (what, state) => {
		const damaged = join(folder, `${what}.safetensors`);
		const { weights } = readSafetensors(path);
		writeSafetensors(damaged, weights, {
			metadata: { format: 'atelier-snapshot-1', ...(state !== undefined && { state }) },
		});
		refused(damaged, 'E_RECIPE', /damaged snapshot/);
	});

	it('is refused when it is cut off or missing', async () => {
		const torn = join(folder, 'torn.safetensors');
		await writeFile(torn, 'abc');
		refused(torn, 'E_CHECKPOINT', /not a valid safetensors file/);
		refused(join(folder, 'nowhere.safetensors'), 'E_IO', /nowhere/);
	});
});
