/** @file Pictures that reproduce themselves, from the outside: draw, move, replay, inspect, share. */

import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { extractRecipe } from '../../src/recipe/carry/index.js';
import { pngChunk } from '../../src/recipe/carry/png.js';
import { atelier, run, writeDisc } from './run-cli.js';

let root: string;
/** A run from words, one that redraws a picture, and one of those that was stopped. */
let words: string;
let redrawn: string;
let stopped: string;
/** Their pictures, and nothing else. */
let empty: string;

const redraw = ['--image', 'disc.png', '--size', '40x32', '--strokes', '6', '--seed', '7'];

beforeAll(async () => {
	root = mkdtempSync(join(tmpdir(), 'atelier-replay-'));
	empty = join(root, 'empty');
	mkdirSync(empty);
	await writeDisc(join(root, 'disc.png'));
	process.chdir(root);
	const draw = async (...args: string[]) => (await run(['draw', '--quiet', ...args])).stdout.trimEnd();
	words = await draw(
		'a red heart',
		'--set',
		'negative=blue',
		'--size',
		'40',
		'--steps',
		'3',
		'--strokes',
		'4',
		'--seed',
		'3',
	);
	redrawn = await draw(...redraw, '--steps', '10');
	let interrupted = false;
	const ended = await atelier(['draw', ...redraw, '--steps', '5000', '--json'], root, (child, stdout) => {
		if (interrupted || !stdout.includes('"step":20,')) return;
		interrupted = true;
		child.kill('SIGINT');
	});
	expect(ended.code, ended.stderr).toBe(130);
	stopped = (JSON.parse(ended.stdout.trim().split('\n').at(-1)!) as { folder: string }).folder;
	for (const [from, to] of [
		[words, 'heart'],
		[redrawn, 'disc-drawn'],
		[stopped, 'disc-begun'],
	] as const)
		for (const kind of ['png', 'svg']) copyFileSync(join(from, `image.${kind}`), join(empty, `${to}.${kind}`));
	process.chdir(empty);
});
const home = process.cwd();
afterAll(() => {
	process.chdir(home);
	rmSync(root, { recursive: true, force: true });
});

/** The last line, where the verdict is, and the exit code. */
async function verify(...args: string[]): Promise<[string, number]> {
	const { stdout, line, code } = await run(['replay', '--verify', '--quiet', '--out', 'again', ...args]);
	return [line || stdout.trimEnd().split('\n').at(-1)!, code];
}

describe('atelier replay', () => {
	it('a picture in an empty folder reproduces itself bit for bit', async () => {
		expect(await verify('heart.png')).toEqual(['identical', 0]);
		// What it draws carries the same.
		const again = join(empty, 'again', readdirSync(join(empty, 'again'))[0]!);
		for (const name of ['image.png', 'image.svg'])
			expect(readFileSync(join(again, name)).equals(readFileSync(join(words, name)))).toBe(true);
	});

	it('with the picture that it redraws given, or beside; so do its SVG, a link, its folder, and a run that was stopped', async () => {
		const { stopped_at, steps_done, recipe } = extractRecipe(readFileSync(join(empty, 'disc-begun.svg')))!;
		expect(stopped_at).toBeGreaterThanOrEqual(20);
		expect(steps_done).toBe(stopped_at);
		expect(recipe.images[0]!.path).toBe('input.png');

		const missing = /^cannot be identical because the picture 'input\.png' \(sha256 .* is missing/;
		expect(await verify('disc-drawn.png')).toEqual([expect.stringMatching(missing), 1]);
		const other = /^cannot be identical because .* which is another picture/;
		expect(await verify('disc-drawn.png', '--image', 'heart.png')).toEqual([expect.stringMatching(other), 1]);
		expect(await verify('disc-drawn.png', '--image', '../disc.png')).toEqual(['identical', 0]);
		copyFileSync(join(root, 'disc.png'), join(empty, 'input.png'));
		const link = (await run(['share', 'disc-drawn.png'])).stdout.trim();
		expect(link).toMatch(/^#r=[\w-]{100,400}$/);
		for (const given of ['disc-drawn.svg', link, redrawn, 'disc-begun.png', 'disc-begun.svg', stopped])
			expect(await verify(given), given).toEqual(['identical', 0]);
	});

	it('says how it differs, and why it has to', async () => {
		const painted = sharp(join(redrawn, 'image.png')).composite([
			{ input: Buffer.from('<svg width="40" height="32"><rect width="10" height="10" fill="#0f0"/></svg>') },
		]);
		// A picture that was painted over, but kept its texts.
		const chunks = (await painted.png().toBuffer()).subarray(8);
		const whole = readFileSync(join(redrawn, 'image.png'));
		const [from, to] = [whole.indexOf('tEXt') - 4, whole.indexOf('IDAT') - 4];
		const at = chunks.indexOf('IDAT') - 4;
		writeFileSync(
			join(empty, 'painted.png'),
			Buffer.concat([whole.subarray(0, 8), chunks.subarray(0, at), whole.subarray(from, to), chunks.subarray(at)]),
		);
		expect(await verify('painted.png')).toEqual([
			expect.stringMatching(/^differs: mean abs difference [\d.]+, max \d+ \(of 255\)$/),
			1,
		]);
		expect(await verify('disc-drawn.png', '--set', 'seed=4')).toEqual([
			expect.stringMatching(/^cannot be identical because seed is 4 here, 7 in the file \(mean abs/),
			1,
		]);
		const json = await run(['replay', 'disc-drawn.svg', '--verify', '--json', '--set', 'strokes.paths=3']);
		expect(JSON.parse(json.stdout.trim().split('\n').at(-1)!)).toMatchObject({
			event: 'verify',
			verdict: 'cannot be identical',
			same: false,
			reasons: ['strokes.paths is 3 here, 6 in the file'],
		});
	});

	it('refuses what it cannot compare or is not ours', async () => {
		copyFileSync(join(redrawn, 'recipe.json'), join(root, 'alone.json'));
		expect(await verify('../alone.json')).toEqual([expect.stringMatching(/got only a recipe/), 2]);
		const foreign = await run(['replay', await a1111()]);
		expect(foreign.line).toMatch(/^error: expected a picture of atelier, got one of A1111/);
		expect((await run(['replay'])).code).toBe(2);
	});
});

/** A picture as A1111 makes them. */
async function a1111(): Promise<string> {
	const png = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#fff' } })
		.png()
		.toBuffer();
	const text = 'a cat\u001b[31m\nNegative prompt: fog\nSteps: 2, Sampler: Euler a, Seed: 5, Size: 32x24';
	const at = png.indexOf('IDAT') - 4;
	const chunk = pngChunk('tEXt', Buffer.from(`parameters\0${text}`, 'latin1'));
	writeFileSync(join(empty, 'a1111.png'), Buffer.concat([png.subarray(0, at), chunk, png.subarray(at)]));
	return 'a1111.png';
}

describe('atelier inspect', () => {
	it('shows the recipe to people and to programs', async () => {
		const { stdout } = await run(['inspect', 'heart.svg']);
		expect(stdout).toMatch(
			/^prompt: +a red heart\navoid: +blue \(weight 0\.3\)\nrenderer: +strokes\nsize: +40 x 40\nseed: +3\nsteps: +3\nscore: /,
		);
		expect(stdout).toMatch(/^setting: +strokes\.paths=\d+$/m);
		const json = await run(['inspect', join(stopped, 'image.png'), '--json']);
		expect(JSON.parse(json.stdout)).toMatchObject({
			program: 'atelier',
			recipe: { steps: 5000, seed: 7 },
			stopped_at: expect.any(Number),
		});
		expect((await run(['inspect', words])).stdout).toContain('a red heart');
	});

	it("shows another program's as far as it maps, without control characters", async () => {
		const { stdout } = await run(['inspect', await a1111()]);
		expect(stdout).toMatch(
			/^made by: +A1111 .*\nprompt: +a cat\ufffd.*\navoid: +fog .*\nseed: +5\nsteps: +2 .*\nsize: +32 x 24\n/,
		);
		expect(stdout).toContain('not mapped:  Sampler');
	});
});

describe('atelier draw --recipe', () => {
	it('takes a picture, a link, and a picture of another program', async () => {
		const link = (await run(['share', 'disc-drawn.svg', '--url', 'https://example.org/'])).stdout.trim();
		expect(link).toMatch(/^https:\/\/example\.org\/#r=/);
		for (const source of ['disc-drawn.png', link]) {
			const { stdout, line } = await run(['draw', '--recipe', source, '--quiet', '--out', 'more']);
			const image = readFileSync(join(stdout.trimEnd(), 'image.png'));
			expect(image.equals(readFileSync(join(redrawn, 'image.png'))), line).toBe(true);
		}
		const withoutModel = ['--image', 'input.png', '--set', 'semantics=0', '--out', 'more', '--json', '--quiet'];
		const foreign = await run(['draw', '--recipe', await a1111(), ...withoutModel]);
		expect(foreign.code, foreign.line).toBe(0);
		expect(foreign.stdout).toContain('goes on without Sampler');
		expect(foreign.stdout).toContain('"seed":5');
	});
});
