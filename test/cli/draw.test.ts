/** @file `atelier draw` from the outside: files, determinism, interruption, what scripts read. Pictures only, so no model is needed. */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stepsOrLeast } from '../../src/cli/draw-session.js';
import { atelier, writeDisc } from './run-cli.js';

let root: string;
beforeAll(async () => {
	root = mkdtempSync(join(tmpdir(), 'atelier-draw-'));
	await writeDisc(join(root, 'disc.png'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const small = ['--image', 'disc.png', '--size', '40x32', '--strokes', '6', '--seed', '7'];
const read = (folder: string, name: string) => readFileSync(join(folder, name));
const events = (stdout: string) =>
	stdout
		.trim()
		.split('\n')
		.map((line) => JSON.parse(line) as Record<string, unknown>);

describe('atelier draw', () => {
	it('leaves a run folder, says only its path on stdout, and draws it again from its recipe, byte for byte', async () => {
		const first = await atelier(['draw', ...small, '--steps', '20'], root);
		expect(first.code, first.stderr).toBe(0);
		const folder = first.stdout.trimEnd();
		expect(first.stdout).toBe(`${folder}\n`);
		expect(dirname(folder)).toBe(join(root, 'outputs'));
		expect(readdirSync(folder).sort()).toEqual([
			'frames.bin',
			'image.png',
			'image.svg',
			'input.png',
			'metrics.jsonl',
			'recipe.json',
			'snapshot',
		]);
		expect(first.stderr).toMatch(/^seed 7 \(\w+\)$/m);
		expect(first.stderr.match(/^\d+\/20 /gm)).toHaveLength(10);

		const recipe = JSON.parse(read(folder, 'recipe.json').toString()) as Record<string, unknown>;
		expect(recipe).toMatchObject({ seed: 7, steps: 20, size: [40, 32], canvas: 32, strokes: { paths: 6 } });
		const again = await atelier(['draw', '--recipe', join(folder, 'recipe.json'), '--out', 'again', '--quiet'], root);
		expect(again.stderr).toBe('');
		const second = again.stdout.trimEnd();
		expect(dirname(second)).toBe(join(root, 'again'));
		for (const name of ['image.png', 'image.svg', 'recipe.json', 'snapshot', 'frames.bin'])
			expect(read(second, name).equals(read(folder, name)), name).toBe(true);
	});

	it('draws something else with another seed', async () => {
		const draw = (seed: string) =>
			atelier(['draw', '--image', 'disc.png', '--size', '32', '--steps', '2', '--seed', seed], root);
		const folders = (await Promise.all(['1', '2'].map(draw))).map(({ stdout }) => stdout.trimEnd());
		expect(read(folders[0]!, 'image.png').equals(read(folders[1]!, 'image.png'))).toBe(false);
	});

	it('draws a new seed when none is given, and records it', async () => {
		const run = () => atelier(['draw', '--image', 'disc.png', '--size', '32', '--steps', '1', '--json'], root);
		const seeds = (await Promise.all([run(), run()])).map(({ stdout, stderr }) => {
			const { seed } = events(stdout)[0]!.recipe as { seed: number };
			expect(stderr).toContain(`seed ${seed}`);
			return seed;
		});
		expect(seeds[0]).not.toBe(seeds[1]);
	});

	it('tells one event a line with --json', async () => {
		const pixels = await atelier(
			[
				'draw',
				'--image',
				'disc.png:0.5',
				'--size',
				'40x32',
				'--steps',
				'4',
				'--json',
				'--renderer',
				'pixels',
				'--set',
				'pixels.tv=1',
				'--quiet',
			],
			root,
		);
		expect(pixels.stderr).toBe('');
		const all = events(pixels.stdout);
		expect(all.map((e) => e.event)).toEqual(['start', 'step', 'step', 'step', 'step', 'done']);
		expect(all[0]!.recipe).toMatchObject({
			renderer: 'pixels',
			images: [{ path: 'input.png', weight: 0.5 }],
			pixels: { tv: 1 },
		});
		expect(all.at(-1)).toMatchObject({ folder: all[0]!.folder, svg: null, step: 4 });
		expect(read(all[0]!.folder as string, 'image.png').length).toBeGreaterThan(100);
	});

	it('fits the steps into --seconds and records the steps, not the seconds', async () => {
		const { code, stdout } = await atelier(['draw', ...small, '--seconds', '4', '--json', '--set', 'steps=15'], root);
		expect(code).toBe(0);
		// On a busy machine a warning that the time is short comes first.
		const { recipe } = events(stdout).find((e) => e.event === 'start') as { recipe: Record<string, unknown> };
		expect(recipe.steps).toBeGreaterThanOrEqual(40);
		// At most four times the steps of the recipe.
		expect(recipe.steps).toBeLessThanOrEqual(60);
		expect(recipe).not.toHaveProperty('seconds');
		expect(events(stdout).filter((e) => e.event === 'step')).toHaveLength(recipe.steps as number);
	});

	it('takes the steps that make a drawing, and says so, when the time is too short', async () => {
		const { code, stdout, stderr } = await atelier(['draw', ...small, '--seconds', '0.001', '--json'], root);
		expect(code, stderr).toBe(0);
		expect(events(stdout).at(-1)).toMatchObject({ event: 'done', step: 40 });
		const warnings = events(stdout).filter((e) => e.event === 'warning');
		expect(warnings.map(({ message }) => message)).toContainEqual(
			expect.stringMatching(/^0\.001 s are too short for a drawing; taking 40 steps at \d+ ms all the same, about \d/),
		);
	});

	it.each([
		[50, 300, 50, false],
		[3, 300, 40, true],
		[1, 10, 10, true],
		[10, 10, 10, false],
	])('%d steps that fit, at most %d: %d', (fitting, cap, steps, short) => {
		expect(stepsOrLeast(fitting, cap)).toEqual({ steps, short });
	});

	it('ends after the step on Ctrl-C with everything written, and resumed gives the picture of an uninterrupted run', async () => {
		const long = [...small, '--steps', '400', '--out', 'stopped'];
		let interrupted = false;
		const stopped = await atelier(['draw', ...long, '--json'], root, (child, stdout) => {
			if (interrupted || !stdout.includes('"step":30,')) return;
			interrupted = true;
			child.kill('SIGINT');
		});
		expect(stopped.code).toBe(130);
		expect(stopped.stderr).toContain('Ctrl-C again');
		const last = events(stopped.stdout).at(-1)!;
		expect(last.event).toBe('stopped');
		expect(last.step).toBeGreaterThanOrEqual(30);
		expect(last.step).toBeLessThan(400);
		const folder = last.folder as string;
		expect(readdirSync(folder).sort()).toEqual([
			'frames.bin',
			'image.png',
			'image.svg',
			'input.png',
			'metrics.jsonl',
			'recipe.json',
			'snapshot',
		]);

		const resumed = await atelier(['draw', '--resume', folder], root);
		expect(resumed.code, resumed.stderr).toBe(0);
		expect(resumed.stdout).toBe(`${folder}\n`);
		const through = (await atelier(['draw', ...long, '--quiet'], root)).stdout.trimEnd();
		for (const name of ['image.png', 'image.svg', 'snapshot', 'frames.bin'])
			expect(read(folder, name).equals(read(through, name)), name).toBe(true);
		const lines = events(read(folder, 'metrics.jsonl').toString());
		expect(lines.filter((l) => l.event === 'step').map((l) => l.step)).toEqual(
			Array.from({ length: 400 }, (_, i) => i + 1),
		);
	});

	it('ends at once on a second Ctrl-C', async () => {
		let kills = 0;
		const { code } = await atelier(['draw', ...small, '--steps', '100000', '--json'], root, (child, stdout) => {
			// Signals of one kind merge while they wait: the second goes out when the first has been heard.
			if (stdout.includes('"step":2,') && kills === 0) {
				kills = 1;
				child.kill('SIGINT');
				child.stderr!.once('data', () => child.kill('SIGINT'));
			}
		});
		expect(code).toBe(130);
	});

	it('takes the proportions of the picture, and hints at lost quotes', async () => {
		await sharp({ create: { width: 30, height: 15, channels: 3, background: '#804020' } })
			.png()
			.toFile(join(root, 'wide.png'));
		const run = await atelier(['draw', '--image', 'wide.png', '--strokes', '2', '--steps', '1', '--json'], root);
		expect(run.code, run.stderr).toBe(0);
		expect(events(run.stdout)[0]).toMatchObject({ recipe: { size: [448, 224] } });
		const words = await atelier(['draw', 'a', 'red', 'heart', ...small, '--set', 'semantics=0', '--steps', '1'], root);
		expect(words.stderr).toContain('put it in quotes: "a red heart"');
	});
});
