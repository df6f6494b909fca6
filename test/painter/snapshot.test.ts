/** @file A resumed painter equals one that was never interrupted; foreign and damaged snapshots are refused. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../src/encoders/safetensors.js';
import { Painter, type PainterSetup } from '../../src/painter/painter.js';
import { loadSnapshot, saveSnapshot } from '../../src/painter/snapshot.js';
import { createPixels } from '../../src/renderers/pixels/index.js';
import { bits, tinySetup, tinyStrokes } from './toys.js';

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
