/** @file What prompts come to: `atelier prompts`, `draw --preview`, and a drawing with all of the grammar, drawn again from its recipe. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runCommandLine } from '../../src/cli/dispatch.js';
import { atelier, writeDisc } from './run-cli.js';

let root: string;
beforeAll(async () => {
	root = mkdtempSync(join(tmpdir(), 'atelier-prompts-'));
	await writeDisc(join(root, 'disc.png'));
	mkdirSync(join(root, 'own'));
	writeFileSync(join(root, 'own', 'gem.txt'), 'ruby // red\nopal\n');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** In this process: what it says on stdout and stderr. */
async function say(...args: string[]): Promise<{ code: number; out: string; err: string }> {
	const [stdout, stderr] = [process.stdout, process.stderr].map((stream) =>
		vi.spyOn(stream, 'write').mockReturnValue(true),
	);
	try {
		const code = await runCommandLine(args);
		const text = (spy: typeof stdout) => spy!.mock.calls.map(([t]) => String(t)).join('');
		return { code, out: text(stdout), err: text(stderr) };
	} finally {
		stdout!.mockRestore();
		stderr!.mockRestore();
	}
}

describe('atelier prompts', () => {
	it('spells out schedules, emphases, weights, stops and choices', async () => {
		const prompts = ['a {2$$x|y} (red:1.3) [cat:dog:0.5]:2:0.4', '(sun:2)', '--negative', 'text'];
		const { code, out } = await say('prompts', ...prompts, '--seed', '1', '--steps', '10');
		expect(code).toBe(0);
		expect(out.split('\n')).toEqual([
			'seed 1 (FernFerret29524)',
			'a x, y (red:1.3) [cat:dog:0.5]:2:0.4',
			'  from a {2$$x|y} (red:1.3) [cat:dog:0.5]:2:0.4',
			'  until its score is 0.4',
			"  steps 1 to 5: a x, y red cat, plus 0.3 of what sets it apart from 'a x, y cat'",
			"  steps 6 to 10: a x, y red dog, plus 0.3 of what sets it apart from 'a x, y dog'",
			'(sun:2)',
			'  sun, weight times 2',
			'text:-0.3',
			'  avoided, weight -0.3',
			'',
		]);
	});

	it('says on stderr what a drawing would: words that the encoder was never taught, quotes that were forgotten', async () => {
		const unknown = await say('prompts', 'a blorptastic heart', '--seed', '1');
		expect(unknown.out).toBe('seed 1 (FernFerret29524)\na blorptastic heart\n');
		expect(unknown.err).toMatch(/^warning: encoder 'builtin' does not know 'blorptastic'; .*\n$/);
		const apart = await say('prompts', 'a bird above a tree', '--seed', '1');
		expect(apart.err).toMatch(/^warning: 'a bird' above 'a tree': each is drawn for itself .*\n$/);
		expect((await say('prompts', 'a red', 'heart')).err).toBe('');
		expect((await say('draw', 'a', 'red', 'heart', '--preview')).err).toMatch(/put it in quotes: "a red heart"/);
		const json = await say('prompts', 'a zxqv', '--json');
		expect([JSON.parse(json.out), json.err]).toMatchObject([{ warnings: [expect.stringContaining("'zxqv'")] }, '']);
	});

	it('lists every expansion, up to a limit, and says how many there are', async () => {
		const all = ['prompts', 'a __gem__ {cat|dog}', 'x', '--all', '--wildcards', join(root, 'own')];
		expect(await say(...all)).toEqual({
			code: 0,
			out: 'a ruby cat | x\na ruby dog | x\na opal cat | x\na opal dog | x\n',
			err: '',
		});
		const few = await say(...all, '--limit', '1', '--json');
		expect(JSON.parse(few.out)).toEqual({ count: 4, expansions: ['a ruby cat | x'] });
		expect(few.err).toBe('the first 1 of 4; --limit lists more\n');
	});

	it('names the lists', async () => {
		expect((await say('prompts', '--lists')).out).toMatch(/^__colour__ {2}12$/m);
		const own = await say('prompts', '--lists', '--json', '--wildcards', join(root, 'own'));
		expect(JSON.parse(own.out)).toContainEqual({ name: 'gem', lines: 2 });
	});
});

describe('atelier draw', () => {
	it('--preview says what it would draw, and draws nothing', async () => {
		const { out } = await say('draw', 'a __colour__ cat', '--preview', '--json', '--seed', '5', '--image', 'x.png:0.5');
		expect(JSON.parse(out)).toMatchObject({
			event: 'preview',
			seed: 5,
			prompts: [{ template: 'a __colour__ cat', weight: 1, states: [{ first: 1, last: 300 }] }],
			images: [{ path: 'x.png', use: 'redraw', weight: 0.5 }],
		});
		expect((await say('draw', 'a cat', '--preview', '--image-prompt', 'x.png')).out).toMatch(
			/^a cat\nlike x.png:1\n$/m,
		);
	});

	it('draws all of it, and again from the recipe, byte for byte', async () => {
		const small = ['--size', '32', '--strokes', '3', '--steps', '4', '--set', 'candidates=1', '--set', 'tidy=false'];
		const prompts = ['a (red:1.3) __gem__ [heart:star:0.5]:1:0.9 | {sun|moon}:0.5', '--negative', 'a cat'];
		const first = await atelier(
			['draw', ...prompts, '--image-prompt', 'disc.png:0.5', '--wildcards', 'own', '--seed', '6', '--json', ...small],
			root,
		);
		expect(first.code, first.stderr).toBe(0);
		const events = first.stdout
			.trim()
			.split('\n')
			.map((line) => JSON.parse(line) as { event: string; folder: string; scores: number[]; recipe: unknown });
		const { folder, recipe } = events.find((e) => e.event === 'start')!;
		expect(recipe).toMatchObject({
			version: 5,
			prompts: [
				{
					text: expect.stringMatching(/^a \(red:1\.3\) (ruby|opal) \[heart:star:0\.5\]$/),
					stop: 0.9,
					template: 'a (red:1.3) __gem__ [heart:star:0.5]:1:0.9',
				},
				{ text: expect.stringMatching(/^(sun|moon)$/), weight: 0.5, template: '{sun|moon}:0.5' },
			],
			negative: [{ text: 'a cat', weight: -0.3 }],
			images: [{ path: 'input.png', use: 'prompt', weight: 0.5 }],
		});
		expect(events.filter((e) => e.event === 'step').map((e) => e.scores.length)).toEqual([4, 4, 4, 4]);
		// Without the user's lists: the recipe says what came of them.
		const again = await atelier(['draw', '--recipe', join(folder, 'recipe.json'), '--out', 'again', '--quiet'], root);
		for (const name of ['image.png', 'image.svg', 'recipe.json', 'snapshot'])
			expect(readFileSync(join(again.stdout.trimEnd(), name)).equals(readFileSync(join(folder, name))), name).toBe(
				true,
			);
	});
});
