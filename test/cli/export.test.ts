/** @file `atelier export` and `atelier sheet` from the outside: files, what scripts read, refusals, a run that was killed. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/dispatch.js';
import { extractRecipe } from '../../src/recipe/carry/index.js';
import { atelier, writeDisc } from './run-cli.js';

let root: string;
let run: string;
const draw = ['draw', '--image', 'disc.png', '--size', '40x32', '--strokes', '6', '--seed', '7', '--quiet'];
beforeAll(async () => {
	root = mkdtempSync(join(tmpdir(), 'atelier-export-'));
	await writeDisc(join(root, 'disc.png'));
	run = (await atelier([...draw, '--steps', '20'], root)).stdout.trim();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('atelier export', () => {
	it('writes the formats that are asked for, says their paths on stdout and what they are on stderr', async () => {
		const formats = 'png,svg,animated-svg,plotter,gif,webp,mp4,apng,sheet';
		const { code, stdout, stderr } = await atelier(['export', run, '--format', formats, '--out', 'all'], root);
		expect(code, stderr).toBe(0);
		const paths = stdout.trim().split('\n');
		expect(paths).toHaveLength(9);
		expect(readdirSync(join(root, 'all')).sort()).toEqual(paths.map((p) => p.slice(p.lastIndexOf('/') + 1)).sort());
		expect(stderr).toMatch(/^png: 40x32, /m);
		expect(stderr).toMatch(/^mp4: 40x32, 114 pictures in 6 s, /m);
		expect(stderr).toMatch(/^plotter: \d+ lines in \d pens? .*travel \d+ -> \d+ mm/m);
		const png = readFileSync(paths[0]!);
		const image = readFileSync(join(run, 'image.png'));
		expect(extractRecipe(png)).toEqual(extractRecipe(image));
		expect((await sharp(png).raw().toBuffer()).equals(await sharp(image).raw().toBuffer())).toBe(true);
		const carried = paths.map((path) => extractRecipe(readFileSync(path)));
		const own = extractRecipe(png)!;
		expect(own.exported_as).toBeUndefined();
		expect(carried.map((c) => c?.exported_as)).toEqual([undefined, ...formats.split(',').slice(1)]);
		expect(carried.every((c) => c?.recipe_hash === own.recipe_hash)).toBe(true);
		expect(await sharp(paths[4]!, { animated: true }).metadata()).toMatchObject({ format: 'gif', pages: 114 });
	});

	it('makes files that draw the same picture again', async () => {
		// By its picture, as people do.
		const film = ['export', join(run, 'image.png'), '--out', 'again/heart.webp', '--seconds', '1', '--quiet'];
		expect((await atelier(film, root)).code).toBe(0);
		writeFileSync(join(root, 'again/disc.png'), readFileSync(join(root, 'disc.png')));
		const { stdout, stderr } = await atelier(['replay', '--verify', 'again/heart.webp', '--quiet'], root);
		expect(stdout, stderr).toMatch(/identical/);
	});

	it('tells one event a file with --json', async () => {
		const args = ['export', run, '--out', 'two/heart.webp', '--size', '80', '--fps', '5', '--seconds', '2', '--json'];
		const { stdout, stderr } = await atelier([...args, '--quiet'], root);
		expect(stderr).toBe('');
		expect(JSON.parse(stdout)).toMatchObject({
			event: 'exported',
			format: 'webp',
			path: join(root, 'two/heart.webp'),
			width: 80,
			height: 64,
			seconds: 2,
			bytes: readFileSync(join(root, 'two/heart.webp')).length,
		});
	});

	it('never overwrites without --force', async () => {
		writeFileSync(join(root, 'mine.svg'), 'mine');
		const refused = await atelier(['export', run, '--out', 'mine.svg'], root);
		expect(refused.code).toBe(2);
		expect(refused.stderr).toMatch(/^error: .*--force \(E_ARGUMENT\)$/m);
		expect(readFileSync(join(root, 'mine.svg'), 'utf8')).toBe('mine');
		const forced = await atelier(['export', run, '--out', 'mine.svg', '--force'], root);
		expect(forced.code, forced.stderr).toBe(0);
		expect(readFileSync(join(root, 'mine.svg'), 'utf8')).toMatch(/^<svg /);
	});

	it.each([
		[['--format', 'jpeg'], /unknown format 'jpeg'/],
		[['--format', 'png', '--fps', '3'], /expected --fps with gif, webp, mp4, apng/],
		[['--format', 'png', '--scale', '2', '--size', '9'], /--scale or --size/],
		[['--format', 'plotter', '--paper', 'a9'], /--paper as a3, a4/],
		[['--format', 'gif', '--easing', 'bounce'], /unknown easing 'bounce'/],
		[['--format', 'png', '--size', '40000'], /at most 16384 px/],
	])('refuses %j', async (args, message) => {
		await expect(runCommandLine(['export', run, ...args])).rejects.toThrow(message);
	});

	it('wants one run folder', async () => {
		await expect(runCommandLine(['export'])).rejects.toThrow(/one run folder, got nothing/);
		await expect(runCommandLine(['export', run, run])).rejects.toThrow(/one run folder, got 2/);
		await expect(runCommandLine(['export', root, '--format', 'png'])).rejects.toThrow(/run folder with recipe\.json/);
	});

	it('says how to get frames where a run has none', async () => {
		const bare = (await atelier([...draw, '--steps', '2', '--no-frames'], root)).stdout.trim();
		expect(readdirSync(bare)).not.toContain('frames.bin');
		const { code, stderr } = await atelier(['export', bare, '--format', 'mp4'], root);
		expect(code).toBe(2);
		expect(stderr).toMatch(/draw it again with them: atelier draw --recipe .*recipe\.json/);
	});

	it('exports a run that was killed, and after it has been resumed the same as one that went through', async () => {
		const long = [...draw, '--steps', '300', '--out'];
		let killed = false;
		const dead = await atelier([...long, 'killed', '--json'], root, (child, stdout) => {
			if (killed || !stdout.includes('"step":40,')) return;
			killed = true;
			child.kill('SIGKILL');
		});
		expect(dead.signal).toBe('SIGKILL');
		const folder = (JSON.parse(dead.stdout.split('\n')[0]!) as { folder: string }).folder;
		const film = ['--fps', '5', '--seconds', '2', '--quiet'];
		const half = await atelier(['export', folder, '--out', 'killed.gif', ...film], root);
		expect(half.code, half.stderr).toBe(0);

		expect((await atelier(['draw', '--resume', folder, '--quiet'], root)).code).toBe(0);
		const through = (await atelier([...long, 'through'], root)).stdout.trim();
		expect(readFileSync(join(folder, 'frames.bin')).equals(readFileSync(join(through, 'frames.bin')))).toBe(true);
		await atelier(['export', folder, '--out', 'a.gif', ...film], root);
		await atelier(['export', through, '--out', 'b.gif', ...film], root);
		expect(readFileSync(join(root, 'a.gif')).equals(readFileSync(join(root, 'b.gif')))).toBe(true);
	});
});

describe('atelier sheet', () => {
	it('lays out runs and pictures', async () => {
		const { code, stdout, stderr } = await atelier(['sheet', run, 'disc.png', '--out', 'sheet.png'], root);
		expect(code, stderr).toBe(0);
		expect(stdout.trim()).toBe(join(root, 'sheet.png'));
		expect(await sharp(join(root, 'sheet.png')).metadata()).toMatchObject({ width: 8 + 2 * 48 });
		const again = await atelier(['sheet', run, '--out', 'sheet.png'], root);
		expect(again.stderr).toMatch(/--force/);
	});

	it('warns of runs that share a place', async () => {
		const args = ['sheet', run, run, '--columns', 'seed', '--rows', 'strokes.paths', '--out', 'shared.png', '--json'];
		const { stdout, stderr } = await atelier(args, root);
		expect(stderr).toMatch(/^warning: '.*' is left out, for '.*' has its row and column$.*--columns name shows all/ms);
		expect(JSON.parse(stdout)).toMatchObject({ event: 'exported', format: 'sheet', pictures: 1 });
	});

	it.each([
		[[], /expected run folders or pictures/],
		[['disc.png', '--out', 'x.jpg'], /ends with \.png/],
		[['disc.png', '--rows', 'seed', '--out', 'y.png'], /arrange by name/],
	])('refuses %j', async (args, message) => {
		const inRoot = args.map((arg) => (arg === 'disc.png' ? join(root, arg) : arg));
		await expect(runCommandLine(['sheet', ...inRoot])).rejects.toThrow(message);
	});
});
