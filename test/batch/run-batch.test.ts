/** @file What becomes of cells, with a pool that only pretends to draw. */

import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BatchFolder, folderFor } from '../../src/batch/batch-folder.js';
import { checkDocument } from '../../src/batch/document.js';
import type { CellEnd } from '../../src/batch/draw-cell.js';
import { type Plan, planBatch } from '../../src/batch/plan.js';
import type { Pool, PoolTask } from '../../src/batch/pool.js';
import { writeReport } from '../../src/batch/report.js';
import { BatchRun, type Choice } from '../../src/batch/run-batch.js';

const root = mkdtempSync(join(tmpdir(), 'atelier-run-batch-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const document = checkDocument({ recipe: { steps: 8 }, axes: { prompts: ['a leaf', 'a tree'], seeds: '1-4' } }, 'test');
let plan: Plan;
beforeAll(async () => {
	plan = await planBatch(document, { folder: root, name: 'test' });
});
const everything: Choice = { prune: false, halving: false };

/** Draws at once; the seed is the value. `fails` says how often a seed fails first, `after` how many cells are begun before a stop. */
function pretence(fails: Readonly<Record<number, number>> = {}, after = Number.POSITIVE_INFINITY) {
	const drawn: [seed: number, until: number][] = [];
	const left = { ...fails };
	const pool: Pool = {
		async draw({ recipe, path, until, onStart }: PoolTask): Promise<CellEnd | undefined> {
			if (drawn.length >= after) return undefined;
			onStart?.();
			const { seed } = recipe;
			drawn.push([seed, until]);
			if ((left[seed] ?? 0) > 0) {
				left[seed]!--;
				throw new Error(`seed ${seed} was unlucky`);
			}
			mkdirSync(path, { recursive: true });
			writeFileSync(join(path, 'image.png'), '');
			return { reached: true, step: until, value: seed, scores: [seed / 10], resumedAt: 0, seconds: 1, warnings: [] };
		},
		stop() {},
		async close() {},
	};
	return { pool, drawn };
}

async function start(name: string, choice: Partial<Choice>, { pool }: ReturnType<typeof pretence>) {
	const folder = BatchFolder.open(join(root, name));
	const happened: string[] = [];
	try {
		const run = new BatchRun(plan, folder, { ...everything, ...choice }, ({ kind }) => happened.push(kind));
		await run.run(pool);
		return { drawings: [...run.drawings.values()], happened, folder };
	} finally {
		folder.close();
	}
}

describe('BatchRun', () => {
	it('draws every cell once, and none that is done again', async () => {
		const first = pretence();
		const { drawings } = await start('once', {}, first);
		expect(first.drawn).toHaveLength(8);
		expect(drawings.map(({ status, rank }) => [status, rank])).toEqual(
			[4, 3, 2, 1, 4, 3, 2, 1].map((rank) => ['drawn', rank]),
		);
		const second = pretence();
		expect((await start('once', {}, second)).drawings.every((d) => d.status === 'drawn' && d.seconds === 1)).toBe(true);
		expect(second.drawn).toEqual([]);
	});

	it('draws again what was lost, and only that', async () => {
		const { drawings, folder } = await start('lost', {}, pretence());
		rmSync(folder.file(drawings[2]!.cell.folder), { recursive: true });
		const again = pretence();
		await start('lost', {}, again);
		expect(again.drawn).toEqual([[3, 8]]);
	});

	it('tries what fails once more, then says so and goes on', async () => {
		const unlucky = pretence({ 2: 1, 3: 9 });
		const { drawings, happened } = await start('unlucky', {}, unlucky);
		const [fine, lost] = ['drawn', 'failed'];
		expect(drawings.map((d) => d.status)).toEqual([fine, fine, lost, fine, fine, fine, lost, fine]);
		expect(drawings[2]!.error).toBe('seed 3 was unlucky');
		expect(happened.filter((kind) => kind === 'retried')).toHaveLength(3);
		const next = pretence();
		await start('unlucky', {}, next);
		expect(next.drawn.map(([seed]) => seed)).toEqual([3, 3]);
	});

	it('keeps the best of each group, and removes the others only when asked to', async () => {
		const kept = await start('best', { keep: 1 }, pretence());
		expect(kept.drawings.map((d) => d.rejected)).toEqual([true, true, true, false, true, true, true, false]);
		expect(kept.drawings.every((d) => existsSync(kept.folder.file(d.cell.folder)))).toBe(true);
		const pruned = await start('best', { keep: 2, prune: true }, pretence());
		expect(pruned.drawings.map((d) => existsSync(pruned.folder.file(d.cell.folder)))).toEqual([
			false,
			false,
			true,
			true,
			false,
			false,
			true,
			true,
		]);
		const third = pretence();
		const after = await start('best', {}, third);
		expect(third.drawn).toEqual([]);
		expect(after.drawings.map((d) => d.pruned)).toEqual([true, true, false, false, true, true, false, false]);
	});

	it('stops the worse half of each group at a quarter and at half of the steps', async () => {
		const halved = pretence();
		const { drawings } = await start('halving', { halving: true }, halved);
		const until = (step: number) =>
			halved.drawn
				.filter(([, at]) => at === step)
				.map(([seed]) => seed)
				.sort();
		expect(until(2)).toEqual([1, 1, 2, 2, 3, 3, 4, 4]);
		expect(until(4)).toEqual([3, 3, 4, 4]);
		expect(until(8)).toEqual([4, 4]);
		expect(drawings.map((d) => d.status)).toEqual([
			'outrun',
			'outrun',
			'outrun',
			'drawn',
			'outrun',
			'outrun',
			'outrun',
			'drawn',
		]);
		const again = pretence();
		expect((await start('halving', { halving: true }, again)).drawings.map((d) => d.step)).toEqual([
			2, 2, 4, 8, 2, 2, 4, 8,
		]);
		expect(again.drawn).toEqual([]);
	});

	it('goes on after any stop as if there had been none', async () => {
		const through = (await start('through', { halving: true }, pretence())).drawings;
		for (let after = 1; after < 14; after += 3) {
			await start(`cut-${after}`, { halving: true }, pretence({}, after));
			const journal = join(root, `cut-${after}`, 'journal.jsonl');
			// Killed in the middle of a line.
			appendFileSync(journal, '{"event":"reached","hash":"');
			const rest = pretence();
			const { drawings } = await start(`cut-${after}`, { halving: true }, rest);
			expect(drawings).toEqual(through);
			expect(rest.drawn).toHaveLength(14 - after);
			const lines = readFileSync(journal, 'utf8').trimEnd().split('\n');
			expect(lines.filter((line) => line.startsWith('{"event":"reached"') && line.endsWith('}'))).toHaveLength(14);
		}
	});
});

describe('BatchFolder', () => {
	it('is found again by its file, on any day, and a new one is another', async () => {
		const outputs = join(root, 'outputs');
		const file = join(root, 'my file.yaml');
		const path = folderFor(file, 'my file', outputs, false, new Date(2026, 0, 5));
		expect(path).toBe(join(outputs, '2026-01-05-my-file'));
		const folder = BatchFolder.open(path);
		writeReport(folder, plan, new BatchRun(plan, folder, everything).drawings, {
			file,
			document,
		});
		folder.close();
		expect(folderFor(file, 'my file', outputs, false, new Date(2026, 5, 5))).toBe(path);
		expect(folderFor(file, 'my file', outputs, true, new Date(2026, 0, 5))).toBe(`${path}-2`);
		expect(folderFor(join(root, 'else', 'my file.yaml'), 'my file', outputs, false, new Date(2026, 0, 5))).toBe(
			`${path}-2`,
		);
	});

	it('is used by one process at a time; that of a process that is gone does not count', () => {
		const path = join(root, 'locked');
		mkdirSync(path);
		writeFileSync(join(path, 'lock'), `${process.ppid}\n`);
		expect(() => BatchFolder.open(path)).toThrow(/is at work there/);
		for (const stale of ['', '2147483646', 'x']) {
			writeFileSync(join(path, 'lock'), stale);
			BatchFolder.open(path).close();
		}
		expect(existsSync(join(path, 'lock'))).toBe(false);
	});
});
