/** @file Sheets of runs: read from folders, arranged by what their recipes say. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arrangedSheet, readSources, type SheetSource } from '../../src/export/sheet-sources.js';
import { writePng } from '../../src/image-io.js';
import { drawRun } from './runs.js';

let root: string;
let sources: SheetSource[];
beforeAll(async () => {
	root = mkdtempSync(join(tmpdir(), 'atelier-sheet-'));
	for (const text of ['b', 'a'])
		for (const seed of [10, 9]) await drawRun(join(root, 'runs'), { prompts: [{ text }], seed, steps: 2 });
	sources = await readSources([join(root, 'runs')], 48);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const sizeOf = async (png: Buffer) => {
	const { width, height } = await sharp(png).metadata();
	return [width, height];
};

describe('readSources', () => {
	it('finds all runs of a folder, single runs, and pictures', async () => {
		expect(sources).toHaveLength(4);
		expect(sources.map((s) => s.recipe?.seed).sort()).toEqual([10, 10, 9, 9]);
		expect(sources[0]!.picture).toMatchObject({ width: 48, height: 40 });
		const run = join(root, 'runs', sources[0]!.name);
		await sharp(join(run, 'image.png')).toFile(join(root, 'bare.png'));
		const mixed = await readSources([run, join(run, 'image.png'), join(root, 'bare.png')], 24);
		expect(mixed.map((s) => [s.name, s.picture.width, s.recipe !== undefined])).toEqual([
			[sources[0]!.name, 24, true],
			['image', 24, true],
			['bare', 24, false],
		]);
	});

	it('draws a run that has no picture yet from its snapshot', async () => {
		const { folder } = await drawRun(join(root, 'killed'));
		const [before] = await readSources([folder.path], 48);
		rmSync(folder.file('image.png'));
		const [after] = await readSources([folder.path], 48);
		expect([after!.picture.width, after!.picture.height]).toEqual([48, 40]);
		for (const [i, v] of after!.picture.data.entries())
			if (Math.abs(v - before!.picture.data[i]!) > 0.01) expect.unreachable(`differs at ${i}`);
	});

	it('takes the pictures of a folder without runs', async () => {
		mkdirSync(join(root, 'pictures'));
		for (const [name, { picture }] of [['b', sources[0]!] as const, ['a', sources[1]!] as const])
			await writePng(join(root, 'pictures', `${name}.png`), picture);
		writeFileSync(join(root, 'pictures', 'notes.txt'), 'no picture');
		expect((await readSources([join(root, 'pictures')], 48)).map(({ name }) => name)).toEqual(['a', 'b']);
	});

	it('refuses folders without either and files that are no pictures', async () => {
		mkdirSync(join(root, 'empty'));
		await expect(readSources([join(root, 'empty')], 48)).rejects.toThrow(/runs or pictures in the folder/);
		await expect(readSources([join(root, 'nothing.png')], 48)).rejects.toMatchObject({ code: 'E_IMAGE' });
	});
});

describe('arrangedSheet', () => {
	it('has a row a prompt and a column a seed, with room for labels', async () => {
		const [width, height] = await sizeOf(arrangedSheet(sources, { rows: 'prompt', columns: 'seed' }));
		expect(width).toBe(8 + 90 + 8 + 2 * 56);
		// One line of labels or two: that is for the font to say.
		expect([1, 2]).toContain((height! - (8 + 8 + 2 * 48)) / 20);
		expect((await sizeOf(arrangedSheet(sources, { columns: 'seed' })))[0]).toBe(8 + 2 * 56);
	});

	it('sorts numbers by size, and says what finds no place', async () => {
		const shared: string[] = [];
		const sheet = (items: readonly SheetSource[]) =>
			arrangedSheet(items, { rows: 'steps', columns: 'seed', onShared: (name) => shared.push(name) });
		const bySeed = (seed: number) => sources.filter((s) => s.recipe!.seed === seed);
		expect(sheet([bySeed(10)[0]!, bySeed(9)[0]!]).equals(sheet([bySeed(9)[0]!, bySeed(10)[0]!]))).toBe(true);
		expect(shared).toEqual([]);
		sheet(sources);
		expect(shared).toHaveLength(2);
	});

	it('shows the run of more steps where several have one place, else the newer, and says which', () => {
		const [a, b, c] = ['a', 'b', 'c'].map((name, time) => ({ ...sources[0]!, name, time })) as SheetSource[];
		const longer = { ...a!, name: 'longer', recipe: { ...a!.recipe!, steps: 9 } };
		const shown = (items: readonly SheetSource[]) => {
			const left: string[] = [];
			arrangedSheet(items, { rows: 'prompt', columns: 'seed', onShared: (name, of) => left.push(`${name} < ${of}`) });
			return left;
		};
		expect(shown([a!, c!, b!])).toEqual(['a < c', 'b < c']);
		expect(shown([longer, c!])).toEqual(['c < longer']);
		expect(shown([c!, longer])).toEqual(['c < longer']);
	});

	it('is a plain grid without axes', async () => {
		expect(await sizeOf(arrangedSheet(sources, {}))).toEqual([8 + 2 * 56, expect.any(Number)]);
		const [, plain] = await sizeOf(arrangedSheet(sources, { columns: 'seed' }));
		const [, titled] = await sizeOf(arrangedSheet(sources, { columns: 'seed', title: 'Two' }));
		expect(titled! - plain!).toBe(27);
	});

	it('refuses keys that recipes do not have, and pictures without recipes', () => {
		expect(() => arrangedSheet(sources, { rows: 'sead' })).toThrow(/got 'sead'/);
		expect(() => arrangedSheet(sources, { rows: 'constructor.name' })).toThrow(/got 'constructor.name'/);
		const picture = { ...sources[0]!, recipe: undefined } as unknown as SheetSource;
		expect(() => arrangedSheet([picture], { rows: 'seed' })).toThrow(/arrange by name/);
		expect(arrangedSheet([picture], { rows: 'name' }).length).toBeGreaterThan(100);
	});
});
