/** @file Branches on the command line, with the built-in encoder: `draw --branch`, and what inspect and replay make of them. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from './run-cli.js';

let root: string;
let parent: string;
const home = process.cwd();
const draw = async (...args: string[]) => (await run(['draw', '--quiet', ...args])).stdout.trimEnd();

beforeAll(async () => {
	root = mkdtempSync(join(tmpdir(), 'atelier-branch-cli-'));
	process.chdir(root);
	const small = ['--size', '40', '--steps', '6', '--strokes', '4', '--seed', '3', '--set', 'candidates=2'];
	parent = await draw('a red heart', ...small, '--snapshots', '3');
});
afterAll(() => {
	process.chdir(home);
	rmSync(root, { recursive: true, force: true });
});

describe('atelier draw --branch', () => {
	it('goes on from a step with other words, says so in its recipe, and draws the same again', async () => {
		expect(readdirSync(join(parent, 'snapshots')).sort()).toEqual(['2', '4', '6']);
		const branched = await draw('--branch', parent, '--at', '3', 'a blue fish', '--negative', 'text');
		expect(basename(branched)).toMatch(/^[\d-]+-a-blue-fish-/);
		const recipe = JSON.parse(readFileSync(join(branched, 'recipe.json'), 'utf8')) as Record<string, unknown>;
		expect(recipe).toMatchObject({
			prompts: [{ text: 'a red heart' }],
			edits: [{ at: 3, do: 'words', prompts: [{ text: 'a blue fish' }], negative: [{ text: 'text' }] }],
		});
		expect((await run(['inspect', branched])).stdout).toMatch(/^at 3: +a blue fish \| avoid text \(weight 0\.3\)$/m);
		expect(await run(['replay', join(branched, 'image.png'), '--verify', '--quiet'])).toMatchObject({
			code: 0,
			stdout: expect.stringMatching(/^identical$/m),
		});
	});

	it('inspect has a line for every kind of edit', async () => {
		const file = join(root, 'edited.json');
		const line = [
			[0, 0],
			[1, 1],
		];
		const edits = [
			{ at: 9, do: 'undo' },
			{ at: 1, do: 'rate', rate: 0.5 },
			{ at: 2, do: 'keep', candidates: [0, 2] },
			{ at: 3, do: 'add', line, width: 0.1, color: [1, 0, 0.5] },
			{ at: 4, do: 'move', strokes: [1, 2], by: [0.1, -0.2] },
			{ at: 5, do: 'erase', strokes: [3] },
		];
		writeFileSync(file, JSON.stringify({ prompts: 'a cat', edits }));
		const { stdout } = await run(['inspect', file]);
		expect(stdout.split('\n').filter((text) => text.startsWith('at '))).toEqual([
			'at 1:        rate times 0.5',
			'at 2:        keep drawing 0, 2',
			'at 3:        add a stroke of 2 points, width 0.1, colour #ff0080',
			'at 4:        move 1, 2 by 0.1, -0.2',
			'at 5:        erase 3',
			'at 9:        undo',
		]);
		expect(stdout).not.toMatch(/settings/);
	});

	it.each([
		['a step that is none', ['--at', '6', 'a fish'], /a step from 0 to 5 to branch at, got 6/],
		['no step', ['a fish'], /expected --at <step> with --branch/],
		['what the run says', ['--at', '2', 'a fish', '--seed', '4'], /expected --branch with words.*got --seed/],
	])('refuses %s', async (_, args, message) => {
		const { code, line } = await run(['draw', '--branch', parent, ...args]);
		expect(code).not.toBe(0);
		expect(line).toMatch(message);
	});

	it('refuses a step without a run', async () => {
		expect((await run(['draw', 'a fish', '--at', '2'])).line).toMatch(/expected --at with --branch/);
	});
});
