/** @file Bad input: one clear line on stderr, nothing on stdout, the exit code, no trace of a run. */

import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { explain } from '../../src/cli/dispatch.js';
import { atelier, run, writeDisc } from './run-cli.js';

let root: string;
beforeAll(async () => {
	root = mkdtempSync(join(tmpdir(), 'atelier-errors-'));
	vi.stubEnv('ATELIER_CACHE', join(root, 'cache'));
	await writeDisc(join(root, 'disc.png'));
	writeFileSync(join(root, 'no-picture.png'), 'hello');
	writeFileSync(join(root, 'no-recipe.json'), '{"steps": 3, "stroks": {}}');
	writeFileSync(join(root, 'no-json.json'), '{');
	writeFileSync(join(root, 'newer.json'), '{"version": 9, "prompts": []}');
	mkdirSync(join(root, 'broken-model'));
	writeFileSync(join(root, 'broken-model', 'config.json'), '{"format": "atelier-encoder-1"');
	writeFileSync(join(root, 'broken-model', 'model.safetensors'), 'xxxxxxxxxxxxxxxx');
	writeFileSync(join(root, 'broken-model', 'tokenizer.json'), '{}');
	mkdirSync(join(root, 'empty-folder'));
	process.chdir(root);
});
const home = process.cwd();
afterAll(() => {
	process.chdir(home);
	vi.unstubAllEnvs();
	rmSync(root, { recursive: true, force: true });
});

const disc = ['draw', '--image', 'disc.png', '--steps', '1'];
const table: [string[], RegExp][] = [
	[['drwa', 'a cat'], /unknown command 'drwa'; did you mean 'draw'\?/],
	[['--draw'], /unknown flag --draw/],
	[['draw', 'a cat', '--rendrer', 'pixels'], /unknown flag --rendrer; did you mean --renderer\?/],
	[['draw', 'a cat', '-s', '3'], /unknown flag -s/],
	[
		['draw', 'a cat', '--renderer', 'watercolour'],
		/unknown renderer 'watercolour'; known: 'strokes', 'shapes', 'tiles', 'pixels'/,
	],
	[['draw', 'a cat', '--renderer', 'pixel'], /did you mean 'pixels'\?/],
	[['draw'], /at least one prompt or picture/],
	[['draw', ''], /at least one word/],
	[['draw', '   '], /at least one word/],
	[['draw', 'a cat:99'], /weight of -10 to 10/],
	[['draw', 'a cat', '--size', '0'], /--size as pixels.*16 to 4096, got '0'/],
	[['draw', 'a cat', '--size', '100000'], /got '100000'/],
	[['draw', 'a cat', '--size', '64x'], /got '64x'/],
	[['draw', 'a cat', '--steps', '10', '--seconds', '3'], /--steps or --seconds, got both/],
	[['draw', 'a cat', '--steps', '0'], /--steps as a whole number from 1/],
	[['draw', 'a cat', '--steps', '1.5'], /--steps as a whole number/],
	[['draw', 'a cat', '--seconds', '-3'], /--seconds as a number above 0/],
	[['draw', 'a cat', '--strokes', '0'], /--strokes as a whole number from 1 to 10000, got '0'/],
	[['draw', 'a cat', '--strokes', '5', '--renderer', 'pixels'], /--strokes with the renderer strokes/],
	[['draw', 'a cat', '--seed', 'x'], /--seed as a whole number/],
	[['draw', 'a cat', '--seed', '4294967296'], /--seed as a whole number from -1 to 4294967295/],
	[['draw', 'a (cat'], /'\)' for the '\(', got 'a \(cat' \(character 3\); write \\\(/],
	[['draw', 'a {cat|dog'], /'\}' for the '\{'/],
	[['draw', 'a __colr__ cat'], /unknown wildcard 'colr'; did you mean 'color'\?/],
	[['draw', 'a __../x__ cat'], /names, never paths/],
	[['draw', 'a cat', '--wildcards', 'missing'], /a folder of wildcards, got 'missing'/],
	[['draw', 'a cat:1:2'], /a cosine to stop at of -1 to 1/],
	[['draw', 'a cat', '--negative', 'text:20'], /a weight of -10 to 10/],
	[['draw', 'a cat', '--image-prompt', 'a.png:20'], /a weight of -10 to 10/],
	[['draw', 'a cat', '--image-prompt', 'missing.png'], /missing.png/],
	[['draw', 'a cat', '--recipe', 'newer.json'], /a recipe of version 5 or earlier, got 9; update atelier/],
	[['prompts'], /a prompt, got none/],
	[['prompts', 'a cat', '--limit', '0'], /--limit as a whole number from 1/],
	[['draw', 'a cat', '--seed'], /a value after --seed/],
	[['draw', 'a cat', '--seed', '1', '--seed', '2'], /--seed once/],
	[['draw', 'a cat', '--set', 'stroke.paths=4'], /unknown recipe key 'stroke'; did you mean 'strokes.paths'\?/],
	[['draw', 'a cat', '--set', 'strokes.pahts=4'], /unknown recipe key 'strokes.pahts'; did you mean 'strokes.paths'\?/],
	[['draw', 'a cat', '--set', 'strokes.paths=many'], /strokes.paths/],
	[['draw', 'a cat', '--set', 'steps'], /--set key=value/],
	[['draw', 'a cat', '--recipe', 'missing.json'], /readable file 'missing.json'/],
	[['draw', 'a cat', '--recipe', 'no-json.json'], /JSON in 'no-json.json'/],
	[['draw', 'a cat', '--recipe', 'no-recipe.json'], /unknown key 'stroks'; did you mean 'strokes'\?/],
	[['draw', '--resume', 'empty-folder'], /run folder with recipe.json/],
	[['draw', 'a cat', '--resume', 'empty-folder'], /--resume alone, got 'a cat'/],
	[[...disc, '--out', 'disc.png'], /folder to write to/],
	[['draw', '--image', 'missing.png'], /missing.png/],
	[['draw', '--image', 'no-picture.png'], /no-picture.png/],
	[['draw', '--image', 'empty-folder'], /empty-folder/],
	[['draw', 'a cat', '--encoder', 'no-such-encoder'], /no-such-encoder/],
	[['draw', 'a cat', '--encoder', './broken-model'], /broken-model/],
	[['models', 'builtin'], /unknown command 'models builtin'/],
	[['models', 'info', 'no-such-model'], /expected an encoder by name .*got 'no-such-model'/],
	[['models', 'pull'], /name of a model, got nothing/],
	[['models', 'pull', '../up'], /name of 'atelier models list'.*got '..\/up'/],
	[['models', 'pull', './broken-model'], /which is here: draw with --encoder .\/broken-model/],
	[['models', 'remove', 'builtin'], /model that was pulled, got 'builtin'/],
	[['models', 'verify', 'RN50'], /model that was pulled \(none was\), got 'RN50'/],
	[['draw', 'a cat', '--encoder', 'ViT-B/32'], /fetch it with: npx atelier models pull ViT-B-32/],
	[['draw', 'a cat', '--encoder', 'someone/model'], /npx atelier models pull someone\/model/],
	[['draw', 'a cat', '--encoder', 'file:no-such'], /no-such/],
	[['draw', 'a cat', '--encoder', 'builtin:0'], /weight of 0.01 to 10 after the last colon, got 0/],
	[['draw', 'a cat', '--encoder', 'builtin', '--alternate'], /several encoders with --alternate, got one/],
	[['draw', 'a cat', '--encoder', 'builtin', '--encoder', 'no-such:2'], /got 'no-such'/],
	[['draw', 'a cat', ...new Array(5).fill(['--encoder', 'builtin']).flat()], /at most 4 --encoder, got 5/],
	[['train', '--stage', 'concept'], /did you mean 'concepts'\?/],
	[['train', '--corpus', 'empty-folder'], /corpus.json in empty-folder/],
	[['train', '--config', 'no-recipe.json'], /training configuration/],
	[['eval', '--only', 'zeroshots'], /unknown part 'zeroshots'; did you mean 'zeroshot'\?/],
	[['eval', '--only', 'attack', '--prompts', 'no-json.json'], /--prompts with the part drawing/],
	[['eval', '--only', 'attack', '--set', 'views=4'], /--set with the part drawing/],
	[['eval', '--set', 'strokes.path=4'], /unknown recipe key 'strokes.path'; did you mean 'strokes.paths'\?/],
	[['eval', '--set', 'seed=4'], /--seeds for what --set seed says/],
	[['eval', '--preset', 'woodcutt'], /did you mean 'woodcut'\?/],
	[['eval', '--only', 'drawing,'], /--only as values between commas/],
	[['eval', '--seeds', '1,x'], /--seeds as whole numbers.*got 'x'/],
	[['eval', '--names', '9'], /--names together with --judge/],
	[['eval', '--prompts', 'no-json.json'], /JSON in 'no-json.json'/],
	[['eval', '--encoder', 'no-such-encoder'], /no-such-encoder/],
	[['eval', '--corpus', 'empty-folder'], /corpus.json in empty-folder/],
	[['train', '--stage', 'judge', '--steps', '3'], /no --steps with --stage judge/],
	[['train', '--stage', 'judge', '--corpus', 'empty-folder'], /corpus.json in empty-folder/],
	[['corpus', 'build', '--hold-out', 'openmoji,,noto'], /--hold-out as values between commas/],
	[['corpus', 'biuld'], /unknown command 'corpus biuld'; did you mean 'build'\?/],
];

describe('bad input', () => {
	it.each(table)('atelier %j', async (args, message) => {
		const { code, stdout, line } = await run(args);
		expect(line).toMatch(/^error: [^\n]+ \(E_[A-Z]+\)$/);
		expect(line).toMatch(message);
		expect(stdout).toBe('');
		expect(code).toBe(2);
	});

	it('leaves no run folder', () => {
		expect(existsSync('outputs') ? readdirSync('outputs') : []).toEqual([]);
	});

	it('is one line on stderr and exit code 2 of the program, without a trace', async () => {
		const { code, stdout, stderr } = await atelier(['draw', 'a cat', '--size', '0'], root);
		expect(stderr).toMatch(/^error: [^\n]+ \(E_ARGUMENT\)\n$/);
		expect(stdout).toBe('');
		expect(code).toBe(2);
	});

	it('tells a bug from a mistake', () => {
		expect(explain(new TypeError('x is\n  undefined'))).toEqual({
			line: 'error: unexpected: x is undefined (ATELIER_DEBUG=1 shows where)',
			exitCode: 1,
		});
	});
});

describe('help', () => {
	it.each([
		[['--help'], /draw .*\n[\s\S]*models /],
		[[], /USAGE/],
		[['draw', '--help'], /--seconds/],
		[['draw', 'a cat', '-h'], /--seconds/],
		[['corpus', '--help'], /build/],
		[['corpus', 'build', '--help'], /--cache/],
		[['--version'], /^\d+\.\d+\.\d+\n$/],
		[['models', '--json'], /^\[.*\]\n$/],
	])('atelier %j', async (args, text) => {
		const { code, stdout, line } = await run(args);
		expect(line).toBe('');
		expect(stdout).toMatch(text);
		expect(stdout).not.toContain('\u001b');
		expect(code).toBe(0);
	});
});
