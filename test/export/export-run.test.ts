/** @file Where exports go: names, folders, extensions, and nothing overwritten unasked. */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportFile, exportTargets, refuseExisting } from '../../src/export/export-run.js';
import type { FinishedRun } from '../../src/export/finished-run.js';
import { type ExportOptions, formats } from '../../src/export/formats.js';
import { extractRecipe } from '../../src/recipe/carry/index.js';
import { drawRun } from './runs.js';

let root: string;
let run: FinishedRun;
beforeAll(async () => {
	root = mkdtempSync(join(tmpdir(), 'atelier-export-'));
	run = await drawRun(join(root, 'runs'));
	mkdirSync(join(root, 'a.folder'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('exportTargets', () => {
	it.each([
		[['png'], undefined, ['RUN/NAME.png']],
		[
			['svg', 'animated-svg', 'plotter', 'sheet'],
			undefined,
			['.svg', '.animated.svg', '.plotter.svg', '.sheet.png'].map((e) => `RUN/NAME${e}`),
		],
		[['png'], 'x/heart.PNG', ['CWD/x/heart.PNG']],
		[[], 'heart.mp4', ['CWD/heart.mp4']],
		[[], 'heart.svg', ['CWD/heart.svg']],
		[['apng'], 'heart.png', ['CWD/heart.png']],
		[['gif', 'mp4'], 'films', ['CWD/films/NAME.gif', 'CWD/films/NAME.mp4']],
	])('of %j in %j', (names, out, paths) => {
		const full = paths.map((p) =>
			p.replace('RUN', run.folder.path).replace('NAME', run.name).replace('CWD', process.cwd()),
		);
		expect(exportTargets(run, names, out).map((t) => t.path)).toEqual(full);
	});

	it('takes a folder for a folder, whatever its name', () => {
		const out = join(root, 'a.folder');
		expect(exportTargets(run, ['gif'], out)[0]!.path).toBe(join(out, `${run.name}.gif`));
	});

	it.each([
		[['png'], 'heart.jpg', /ends with \.png for png, got 'heart\.jpg'/],
		[['png', 'gif'], 'heart.png', /a folder for 2 formats/],
		[[], undefined, /--format, one or more of png, svg/],
		[[], 'heart.tiff', /ends with \.png, .*\.mp4.*, got 'heart\.tiff'; --format/],
	])('of %j in %j is refused', (names, out, message) => {
		expect(() => exportTargets(run, names, out)).toThrow(message);
	});
});

describe('refuseExisting', () => {
	it('refuses files without force, and folders always', () => {
		const path = join(root, 'there.png');
		expect(() => refuseExisting(path, false)).not.toThrow();
		writeFileSync(path, 'mine');
		expect(() => refuseExisting(path, false)).toThrow(/--force/);
		expect(() => refuseExisting(path, true)).not.toThrow();
		expect(() => refuseExisting(root, true)).toThrow(/got the folder/);
	});
});

describe('exportFile', () => {
	async function exported(options: ExportOptions) {
		const path = join(root, 'out', 'x.png');
		return { ...(await exportFile(run, { format: 'png', path }, options)), file: readFileSync(path) };
	}

	it('writes every format whole, the same bytes each time, and leaves nothing else', async () => {
		const options = { fps: 4, seconds: 1 };
		for (const format of Object.keys(formats)) {
			const folder = join(root, 'out', format);
			const [target] = exportTargets(run, [format], folder);
			const { bytes, path, facts } = await exportFile(run, target!, options);
			const first = readFileSync(path);
			expect(bytes).toBe(first.length);
			expect(Object.keys(facts).length, format).toBeGreaterThan(0);
			await exportFile(run, target!, options);
			expect(readFileSync(path).equals(first), format).toBe(true);
			expect(readdirSync(folder)).toEqual([`${run.name}${formats[format]!.extension}`]);
			// It carries the recipe, and is image.png itself where it has its pixels.
			const said = extractRecipe(readFileSync(run.folder.file('image.png')))!;
			expect(extractRecipe(first), format).toEqual(format === 'png' ? said : { ...said, exported_as: format });
		}
		expect(extractRecipe((await exported({ scale: 2 })).file)?.exported_as).toBe('png');
	});

	it('knows what the picture is without image.png, from the snapshot', async () => {
		const said = extractRecipe(readFileSync(run.folder.file('image.png')))!;
		const { score: _, ...known } = said;
		writeFileSync(run.folder.file('image.png'), 'damaged');
		expect(extractRecipe((await exported({})).file)).toEqual(known);
	});

	it('of a run whose picture is gone or another carries the recipe all the same, and how far it came', async () => {
		const other = await drawRun(join(root, 'runs'), { steps: 5 });
		const path = join(root, 'gone.svg');
		for (const image of ['', readFileSync(run.folder.file('image.png'))]) {
			writeFileSync(other.folder.file('image.png'), image);
			await exportFile(other, { format: 'svg', path }, {});
			expect(extractRecipe(readFileSync(path))).toMatchObject({ recipe: { steps: 5, seed: 5 }, steps_done: 5 });
		}
	});

	it('says so when it cannot be written', async () => {
		writeFileSync(join(root, 'file'), '');
		const target = { format: 'svg', path: join(root, 'file', 'x.svg') };
		await expect(exportFile(run, target, {})).rejects.toMatchObject({ code: 'E_IO' });
	});
});
