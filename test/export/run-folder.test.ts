/** @file The run folder: its files, what a broken disk does to it, resuming. */

import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resizeSvg } from '../../src/export/picture-size.js';
import { runInFolder } from '../../src/export/run.js';
import { RunFolder } from '../../src/export/run-folder.js';
import { picture } from '../../src/image.js';
import { Painter, type PainterSetup } from '../../src/painter/painter.js';
import { loadSnapshot } from '../../src/painter/snapshot.js';
import { parseRecipe } from '../../src/recipe/schema.js';
import { createPixels } from '../../src/renderers/pixels/index.js';
import { createStrokes } from '../../src/renderers/strokes/index.js';

let root: string;
beforeAll(() => {
	root = mkdtempSync(join(tmpdir(), 'atelier-run-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const target = picture(24, 20, 0.4);
const setup: PainterSetup = {
	renderer: createStrokes({ width: 24, height: 20, paths: 4 }),
	seed: 5,
	steps: 12,
	rate: 1,
	candidates: 2,
	narrowAt: 0.5,
	target: { picture: target, weight: 10 },
};
const recipe = parseRecipe({ prompts: [{ text: 'a/../b' }], seed: 5, steps: 12 });
const size = { width: 49, height: 40, scale: 2 };
const metrics = (folder: RunFolder) =>
	readFileSync(folder.file('metrics.jsonl'), 'utf8')
		.trim()
		.split('\n')
		.map((line) => JSON.parse(line) as { event: string; step: number });

describe('RunFolder', () => {
	it('is named after day, words and an id, and stays inside the outputs', () => {
		const folder = RunFolder.create(recipe, join(root, 'names'), new Date(2026, 0, 5));
		expect(basename(folder.path)).toMatch(/^2026-01-05-a-b-[0-9a-f]{4}$/);
		expect(dirname(folder.path)).toBe(join(root, 'names'));
		expect(folder.recipe()).toEqual(recipe);
		const other = RunFolder.create(recipe, join(root, 'names'), new Date(2026, 0, 5));
		expect(other.path).not.toBe(folder.path);
	});

	it('takes the picture as name when there are no words', () => {
		const folder = RunFolder.create(parseRecipe({ images: [{ path: 'C:\\x\\My Photo.JPG' }] }), join(root, 'names'));
		expect(basename(folder.path)).toMatch(/-my-photo-/);
	});

	it('is named after plain words, without the marks of the grammar', () => {
		const folder = RunFolder.create(parseRecipe({ prompts: '[(red:1.3) cat:dog:0.5]' }), join(root, 'names'));
		expect(basename(folder.path)).toMatch(/^\d{4}-\d\d-\d\d-red-cat-/);
	});

	it('keeps a copy of every picture', async () => {
		const [a, b] = [join(root, 'a.png'), join(root, 'b.PNG')];
		writeFileSync(a, 'a');
		writeFileSync(b, 'b');
		const images = [{ path: a }, { path: join(root, 'gone.png'), use: 'prompt' }, { path: b, use: 'prompt' }];
		const folder = RunFolder.create(parseRecipe({ images }), join(root, 'pictures'));
		expect(folder.recipe().images.map((i) => i.path)).toEqual([
			join(folder.path, 'input.png'),
			join(root, 'gone.png'),
			join(folder.path, 'input-3.PNG'),
		]);
		expect(readFileSync(join(folder.path, 'input-3.PNG'), 'utf8')).toBe('b');
	});

	it('refuses outputs that are a file', () => {
		const file = join(root, 'file');
		writeFileSync(file, '');
		expect(() => RunFolder.create(recipe, file)).toThrow(expect.objectContaining({ code: 'E_IO' }));
		expect(() => RunFolder.create(recipe, join(file, 'inside'))).toThrow(expect.objectContaining({ code: 'E_IO' }));
	});

	it('refuses to open what is no run', () => {
		expect(() => RunFolder.open(root)).toThrow(/recipe\.json/);
	});
});

describe('runInFolder', () => {
	it('leaves picture, svg, recipe, metrics and snapshot, and nothing else', async () => {
		const folder = RunFolder.create(recipe, join(root, 'all'));
		const end = await runInFolder(Painter.create(setup), folder, size);
		expect(end).toMatchObject({ finished: true, step: 12, pictures: { image: folder.file('image.png') } });
		expect(readdirSync(folder.path).sort()).toEqual([
			'frames.bin',
			'image.png',
			'image.svg',
			'metrics.jsonl',
			'recipe.json',
			'snapshot',
		]);
		const lines = metrics(folder);
		expect(lines.filter((l) => l.event === 'step').map((l) => l.step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
		expect(lines.at(-1)).toEqual({ event: 'done', step: 12 });

		const png = await sharp(folder.file('image.png')).raw().toBuffer({ resolveWithObject: true });
		expect(png.info).toMatchObject({ width: 49, height: 40, channels: 3 });
		const svg = await sharp(folder.file('image.svg')).removeAlpha().raw().toBuffer({ resolveWithObject: true });
		expect(svg.info).toMatchObject({ width: 49, height: 40 });
		let difference = 0;
		for (let i = 0; i < png.data.length; i++) difference += Math.abs(png.data[i]! - svg.data[i]!);
		// The picture is 48 px wide before it is stretched to 49, so edges differ a little more than when drawn alike.
		expect(difference / png.data.length).toBeLessThan(4);
	});

	it('writes no svg for pixels', async () => {
		const folder = RunFolder.create(recipe, join(root, 'pixels'));
		const end = await runInFolder(
			Painter.create({ ...setup, renderer: createPixels({ width: 24, height: 20 }) }),
			folder,
			size,
		);
		expect(end.pictures.svg).toBeUndefined();
		expect(existsSync(folder.file('image.svg'))).toBe(false);
	});

	it('stopped and resumed it gives the bytes of a run that went through, metrics too', async () => {
		const through = RunFolder.create(recipe, join(root, 'resume'));
		await runInFolder(Painter.create(setup), through, size);
		for (const stopAt of [1, 5, 6, 7, 11]) {
			const folder = RunFolder.create(recipe, join(root, 'resume'));
			const controller = new AbortController();
			const end = await runInFolder(Painter.create(setup), folder, size, {
				signal: controller.signal,
				onStep: ({ step }) => {
					if (step === stopAt) controller.abort();
				},
			});
			expect(end).toMatchObject({ finished: false, step: stopAt });
			expect(metrics(folder).at(-1)).toEqual({ event: 'stopped', step: stopAt });
			expect(existsSync(folder.file('image.png'))).toBe(true);

			const again = RunFolder.open(folder.path);
			// As if a machine had died while a later step was being noted.
			writeFileSync(folder.file('metrics.jsonl'), '{"event":"step","step":99}\n{"event":"st', { flag: 'a' });
			const painter = loadSnapshot(again.file('snapshot'), setup);
			again.rewindMetrics(painter.step);
			await runInFolder(painter, again, size);
			for (const name of ['image.png', 'image.svg', 'snapshot', 'frames.bin'] as const)
				expect(readFileSync(again.file(name)).equals(readFileSync(through.file(name))), `${name} after ${stopAt}`).toBe(
					true,
				);
			expect(metrics(again).map((l) => l.step)).toEqual(metrics(through).map((l) => l.step));
		}
	});

	it('draws on when files cannot be written, says so once, and fails only if the last ones cannot either', async () => {
		const folder = RunFolder.create(recipe, join(root, 'broken'));
		// Folders where files should go: nobody can write there, not even root.
		mkdirSync(folder.file('metrics.jsonl'));
		mkdirSync(folder.file('snapshot'));
		const troubles: Error[] = [];
		let steps = 0;
		const run = (hooks = {}) =>
			runInFolder(Painter.create(setup), folder, size, {
				snapshotEvery: 0,
				onStep: () => {
					steps++;
				},
				onTrouble: (e) => troubles.push(e),
				...hooks,
			});
		await expect(run()).rejects.toMatchObject({ code: 'E_IO' });
		expect(steps).toBe(12);
		expect(troubles).toHaveLength(1);
		// The picture was saved all the same.
		expect(existsSync(folder.file('image.png'))).toBe(true);

		// The disk is well again before the end.
		const end = await run({
			onStep: ({ step }: { step: number }) => {
				if (step === 6) rmSync(folder.file('snapshot'), { recursive: true });
			},
		});
		expect(end.finished).toBe(true);
		expect(loadSnapshot(folder.file('snapshot'), setup).step).toBe(12);
	});

	it('keeps the last whole snapshot when a step fails, and shows the picture', async () => {
		const folder = RunFolder.create(recipe, join(root, 'failing'));
		const onStep = ({ step }: { step: number }) => {
			if (step === 4) painter.candidates[1]!.params.points!.fill(Number.NaN);
		};
		const failing = {
			...setup.target!,
			get picture(): typeof target {
				if (painter.step >= 4) throw new Error('the engine is gone');
				return target;
			},
		};
		const painter: Painter = Painter.create({ ...setup, target: failing });
		await expect(runInFolder(painter, folder, size, { onStep, snapshotEvery: 0 })).rejects.toThrow(
			'the engine is gone',
		);
		expect(existsSync(folder.file('image.png'))).toBe(true);
		expect(loadSnapshot(folder.file('snapshot'), setup).step).toBe(4);
	});
});

describe('resizeSvg', () => {
	it('changes the root alone', () => {
		const svg = '<svg xmlns="x" viewBox="0 0 4 4" width="4" height="4">\n<rect width="4" height="4"/></svg>';
		expect(resizeSvg(svg, { width: 9, height: 8 })).toBe(
			'<svg xmlns="x" viewBox="0 0 4 4" width="9" height="8" preserveAspectRatio="none">\n<rect width="4" height="4"/></svg>',
		);
	});
});
