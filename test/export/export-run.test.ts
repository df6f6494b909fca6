/** @file Where exports go: names, folders, extensions, and nothing overwritten unasked. */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportFile, exportTargets, refuseExisting } from '../../src/export/export-run.js';
import type { FinishedRun } from '../../src/export/finished-run.js';
import { formats } from '../../src/export/formats.js';
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
		[[], 'heart.jpg', /--format/],
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
		}
	});

	it('says so when it cannot be written', async () => {
		writeFileSync(join(root, 'file'), '');
		const target = { format: 'svg', path: join(root, 'file', 'x.svg') };
		await expect(exportFile(run, target, {})).rejects.toMatchObject({ code: 'E_IO' });
	});
});
