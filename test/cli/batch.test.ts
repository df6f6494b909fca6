/** @file `atelier batch` from the outside: killed, resumed, interrupted; the same bytes however many jobs. Most cells redraw a picture, so that no model is needed. */

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/random.js';
import { atelier, writeDisc } from './run-cli.js';

let root: string;
beforeAll(async () => {
	root = mkdtempSync(join(tmpdir(), 'atelier-batch-'));
	await writeDisc(join(root, 'disc.png'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Two times two drawings of a disc, of so many steps. */
const writeBatch = (name: string, steps: number, seeds = '1-2') =>
	writeFileSync(
		join(root, name),
		`recipe:\n  images: [{path: disc.png}]\n  size: [40, 32]\n  steps: ${steps}\n  tidy: false\n  candidates: 1\naxes:\n  strokes.paths: [3, 6]\n  seeds: ${seeds}\n`,
	);
const events = (stdout: string) =>
	stdout
		.trim()
		.split('\n')
		.map((line) => JSON.parse(line) as Record<string, unknown>);
/** What must be the same of a batch that was drawn in another way: all but times. */
const bytesOf = (folder: string) =>
	Object.fromEntries(
		readdirSync(folder, { withFileTypes: true })
			.filter((entry) => entry.isDirectory())
			.flatMap(({ name: cell }) =>
				['image.png', 'image.svg', 'recipe.json', 'snapshot'].map((name) => [
					`${cell}/${name}`,
					readFileSync(join(folder, cell, name)).toString('base64'),
				]),
			),
	);

describe('atelier batch', () => {
	it('killed twice at any moment ends with whole results, the sheet and the page, as if it had never been', async () => {
		writeBatch('killed.yaml', 90);
		const random = new Random(4);
		for (let kill = 0; kill < 2; kill++) {
			const at = 1 + random.int(12);
			const killed = await atelier(['batch', 'killed.yaml', '--json', '--quiet'], root, (child, stdout) => {
				if (stdout.split('\n').length > at) child.kill('SIGKILL');
			});
			expect(killed.signal).toBe('SIGKILL');
		}
		const last = await atelier(['batch', 'killed.yaml', '--json'], root);
		expect(last.code, last.stderr).toBe(0);
		const end = events(last.stdout).at(-1)!;
		expect(end).toMatchObject({ event: 'done', drawn: 4, failed: [] });
		const folder = end.folder as string;
		expect(readdirSync(join(root, 'outputs'))).toHaveLength(1);

		const through = await atelier(['batch', 'killed.yaml', '--out', 'through', '--quiet'], root);
		const other = through.stdout.trimEnd();
		expect(Object.keys(bytesOf(folder))).toHaveLength(16);
		expect(bytesOf(folder)).toEqual(bytesOf(other));
		for (const name of ['sheet.png'])
			expect(readFileSync(join(folder, name)).equals(readFileSync(join(other, name)))).toBe(true);
		expect(readdirSync(folder, { recursive: true }).filter((name) => String(name).endsWith('.tmp'))).toEqual([]);
		expect((await sharp(join(folder, 'sheet.png')).metadata()).width).toBeGreaterThan(80);
		const page = readFileSync(join(folder, 'index.html'), 'utf8');
		for (const [, source] of page.matchAll(/<img src="([^"]+)"/g)) expect(existsSync(join(folder, source!))).toBe(true);
		expect(page.match(/<img /g)).toHaveLength(4);

		// Nothing is left to do; a wider file has only its new cells drawn.
		const again = await atelier(['batch', 'killed.yaml', '--json', '--quiet'], root);
		expect(events(again.stdout)[0]).toMatchObject({ drawings: 4, left: 0 });
		writeBatch('killed.yaml', 90, '1-3');
		const wider = events((await atelier(['batch', 'killed.yaml', '--json', '--quiet'], root)).stdout);
		expect(wider.filter(({ event }) => event === 'drawn').map((e) => (e.labels as { seed: string }).seed)).toEqual([
			'3',
			'3',
		]);
	});

	it('gives the same bytes with one job and with two', async () => {
		writeFileSync(
			join(root, 'words.yaml'),
			'recipe: {steps: 3, canvas: 32, size: [32, 32], candidates: 1, tidy: false, strokes: {paths: 3}, engine: {threads: 1}}\naxes: {prompts: [a red heart, "a {green|blue} leaf"], seeds: 1-2}\n',
		);
		const run = (jobs: string) =>
			atelier(['batch', 'words.yaml', '--jobs', jobs, '--out', `jobs-${jobs}`, '--quiet'], root);
		const [one, two] = [await run('1'), await run('2')];
		expect([one.code, two.code], one.stderr + two.stderr).toEqual([0, 0]);
		const bytes = bytesOf(one.stdout.trimEnd());
		expect(Object.keys(bytes)).toHaveLength(16);
		expect(bytesOf(two.stdout.trimEnd())).toEqual(bytes);
	});

	it('ends after the steps in progress on Ctrl-C, with 130 and everything written, and goes on from a folder alone', async () => {
		writeBatch('stopped.yaml', 3000);
		let interrupted = false;
		const stopped = await atelier(['batch', 'stopped.yaml', '--json'], root, (child, stdout) => {
			if (interrupted || !stdout.includes('"event":"step"')) return;
			interrupted = true;
			child.kill('SIGINT');
		});
		expect(stopped.code, stopped.stderr).toBe(130);
		const end = events(stopped.stdout).at(-1)!;
		expect(end).toMatchObject({ event: 'stopped', drawn: 0 });
		const state = JSON.parse(readFileSync(join(end.folder as string, 'batch.json'), 'utf8')) as {
			cells: { state: string; step: number }[];
		};
		expect(state.cells.map((c) => c.state).sort()).toEqual(['stopped', 'waiting', 'waiting', 'waiting']);
		expect(Math.max(...state.cells.map((c) => c.step))).toBeGreaterThan(0);
		const planned = await atelier(['batch', '--resume', end.folder as string, '--dry-run', '--json'], root);
		expect(events(planned.stdout)[0]).toMatchObject({ event: 'plan', drawings: 4 });
		expect(readdirSync(end.folder as string)).not.toContain('lock');
	});

	it('lays --set over the recipe of the file, inside its prompts too', async () => {
		writeFileSync(join(root, 'set.yaml'), 'recipe: {prompts: a cat | a dog, strokes: {paths: 3}}\naxes: {seeds: 1}\n');
		const settings = ['--set', 'prompts.1.weight=0.5', '--set', 'strokes={"style":"bold"}'];
		const { stdout } = await atelier(['batch', 'set.yaml', '--dry-run', '--json', ...settings], root);
		const [cell] = events(stdout)[0]!.cells as { recipe: unknown }[];
		expect(cell!.recipe).toMatchObject({
			prompts: [
				{ text: 'a cat', weight: 1 },
				{ text: 'a dog', weight: 0.5 },
			],
			strokes: { paths: 3, style: 'bold' },
		});
	});

	it('lists what failed and why, with exit code 1, and keeps the rest', async () => {
		writeFileSync(
			join(root, 'some.csv'),
			'images,size,seed,steps,pixelLoss,semantics\n"[{""path"":""disc.png""}]","[32,32]",1,2,10,1\n"[{""path"":""disc.png""}]","[32,32]",2,2,0,0\n',
		);
		const { code, stdout, stderr } = await atelier(['batch', 'some.csv', '--json'], root);
		expect(code).toBe(1);
		expect(events(stdout).at(-1)).toMatchObject({ event: 'done', drawn: 1, failed: [{ labels: { seed: '2' } }] });
		expect(stderr).toMatch(/trying once more/);
		expect(stderr).toMatch(/^warning: failed: .*weights/m);
	});

	it.each<[string[], RegExp]>([
		[[], /a file of a batch/],
		[['gone.yaml'], /gone\.yaml/],
		[['killed.yaml', 'more.yaml'], /one file/],
		[['killed.yaml', '--keep', 'worst'], /best:N/],
		[['killed.yaml', '--prune'], /--keep/],
		[['killed.yaml', '--judge', 'nobody'], /encoder/],
		[['--resume', '.'], /batch\.json/],
		[['killed.yaml', '--set', 'stepz=3'], /steps/],
	])('refuses %j with exit code 2', async (args, message) => {
		writeBatch('killed.yaml', 2);
		const { code, stdout, stderr } = await atelier(['batch', ...args], root);
		expect([code, stdout]).toEqual([2, '']);
		expect(stderr).toMatch(message);
	});
});
