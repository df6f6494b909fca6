/** @file `atelier models`: fetched from a hub on this machine, interrupted, gone on with, used, compared, removed. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { FakeHub } from '../encoders/hub/fake-hub.js';
import { tinyModel } from '../encoders/hub/tiny-model.js';
import { atelier, run } from './run-cli.js';

const tinyWidth = (JSON.parse(String(tinyModel['config.json'])) as { projection_dim: number }).projection_dim;
const name = 'wkcn/TinyCLIP-ViT-8M-16-Text-3M-YFCC15M';
let root: string;
let hub: FakeHub;
const home = process.cwd();
beforeEach(async () => {
	root = mkdtempSync(join(tmpdir(), 'atelier-models-'));
	hub = await FakeHub.open({ [name]: tinyModel });
	vi.stubEnv('ATELIER_CACHE', join(root, 'cache'));
	vi.stubEnv('HF_ENDPOINT', hub.address);
	process.chdir(root);
});
afterEach(async () => {
	process.chdir(home);
	vi.unstubAllEnvs();
	await hub.close();
	rmSync(root, { recursive: true, force: true });
});

const listed = async () => {
	const { stdout } = await run(['models', 'list', '--json']);
	return (JSON.parse(stdout) as { name: string; present: boolean; path?: string }[]).find((e) => e.name === name)!;
};
const folder = () => join(root, 'cache', 'models', name.replace('/', '--'));

it('a killed pull goes on; the model draws by its name, and its pictures carry it', async () => {
	const half = Math.floor(tinyModel['model.safetensors']!.length / 2);
	hub.faults.set('model.safetensors', [{ kind: 'hold', after: half, until: new Promise(() => {}) }]);
	const killed = await atelier(['models', 'pull', name, '--json'], root, (child, stdout) => {
		if (stdout.includes('"file":"model.safetensors"')) child.kill('SIGKILL');
	});
	expect(killed.signal).toBe('SIGKILL');
	expect(await listed()).toMatchObject({ present: false });
	const again = await atelier(['models', 'pull', name], root);
	expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining(`${name}: `) });
	expect(hub.asked('model.safetensors').at(-1)!.range).toMatch(/^bytes=[1-9]\d*-$/);
	expect(await listed()).toMatchObject({ present: true, path: folder() });

	const small = [
		'--steps',
		'2',
		'--set',
		'candidates=1',
		'--set',
		'views=1',
		'--strokes',
		'2',
		'--seed',
		'1',
		'--quiet',
	];
	const drawn = await run(['draw', 'abc', '--encoder', name, ...small, '--size', '32']);
	expect(drawn.line).toBe('');
	const runFolder = drawn.stdout.trim();
	const { encoder } = JSON.parse(readFileSync(join(runFolder, 'recipe.json'), 'utf8'));
	expect(encoder).toMatchObject({ name, hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
	const { stdout } = await run(['inspect', join(runFolder, 'image.png'), '--json']);
	expect(JSON.parse(stdout)).toMatchObject({ recipe: { encoder: { name } } });
	const both = ['--encoder', `${name}:0.5`, '--encoder', 'builtin', '--alternate'];
	const together = await run(['draw', 'abc', ...both, ...small, '--size', '32']);
	expect(together.line).toBe('');
	expect(JSON.parse(readFileSync(join(together.stdout.trim(), 'recipe.json'), 'utf8')).encoder).toMatchObject({
		name,
		weight: 0.5,
		others: [{ name: 'builtin', hash: expect.stringMatching(/^[0-9a-f]{64}$/) }],
		together: 'alternating',
	});
	const byUrl = await run(['draw', 'abc', '--encoder', pathToFileURL(folder()).href, ...small, '--size', '32']);
	const drawing = (path: string) =>
		readFileSync(join(path, 'image.svg'), 'utf8').replace(/<metadata>[\s\S]*<\/metadata>/, '');
	expect(drawing(byUrl.stdout.trim())).toBe(drawing(runFolder));
});

it('info, verify and remove', async () => {
	const before = await run(['models', 'info', name]);
	expect(before.stdout).toMatch(/sees +224 px[\s\S]*GMACs a look \(fast\)[\s\S]*npx atelier models pull wkcn/);
	expect(await run(['models', 'pull', name, '--offline'])).toMatchObject({
		code: 2,
		line: expect.stringContaining('--offline'),
	});
	expect((await run(['models', 'pull', name, '--quiet'])).code).toBe(0);
	const { stdout } = await run(['models', 'info', name, '--json']);
	expect(JSON.parse(stdout)).toMatchObject({ name, present: true, container: 'safetensors', revision: hub.commit });
	// By the files that came, not by the manifest.
	expect(JSON.parse(stdout)).toMatchObject({ imageSize: 32, embedding: tinyWidth });
	const text = await run(['models', 'info', 'M-CLIP/XLM-Roberta-Large-Vit-B-32']);
	expect(text.stdout).toMatch(/pictures +by the image tower of openai\/clip-vit-base-patch32/);
	expect((await run(['models', 'verify'])).stdout).toMatch(/intact/);
	writeFileSync(join(folder(), 'config.json'), '{}');
	const damaged = await run(['models', 'verify', name]);
	expect(damaged.stdout).toMatch(/damaged: config.json/);
	rmSync(join(folder(), 'tokenizer.json'));
	const both = await run(['models', 'verify', name, '--json']);
	expect(JSON.parse(both.stdout)).toMatchObject([{ missing: ['tokenizer.json'], damaged: ['config.json'] }]);
	expect(damaged).toMatchObject({ code: 2, line: expect.stringContaining(`npx atelier models pull ${name}`) });
	expect((await run(['models', 'remove', name])).stdout).toMatch(/kB are free again/);
	expect(readdirSync(join(root, 'cache', 'models'))).toEqual([]);
	expect((await run(['models'])).stdout).toMatch(/^name +size +sees[\s\S]*builtin[\s\S]*ViT-L-14-336px .*to pull/);
});

it('says how to mend a pulled model whose files are gone or cut off', async () => {
	expect((await run(['models', 'pull', name, '--quiet'])).code).toBe(0);
	rmSync(join(folder(), 'tokenizer.json'));
	const mend = `mend it with: npx atelier models pull ${name}`;
	const embedded = await run(['embed', 'a', '--encoder', name]);
	expect(embedded.line).toContain(`(missing: tokenizer.json); ${mend}`);
	writeFileSync(join(folder(), 'model.safetensors'), 'cut');
	expect((await run(['models', 'info', name])).line).toContain(`damaged: model.safetensors); ${mend}`);
});

it('says which name was meant', async () => {
	const line = async (...args: string[]) => (await run(args)).line;
	expect(await line('models', 'info', 'RN55')).toMatch(/got 'RN55'; did you mean 'RN50'\?/);
	expect(await line('models', 'pull', 'RN55')).toMatch(/got 'RN55'; did you mean 'RN50'\?/);
	expect(await line('models', 'info', 'openai/clip-vit-base-patch23')).toMatch(
		/did you mean 'openai\/clip-vit-base-patch32'\? Or if it is one of Hugging Face's/,
	);
	const short = name.split('/')[1]!;
	expect(await line('embed', 'a', '--encoder', 'clip-vit-base-patch16')).toMatch(
		/did you mean 'openai\/clip-vit-base-patch16'\?/,
	);
	expect((await run(['models', 'pull', name, '--quiet'])).code).toBe(0);
	for (const command of ['verify', 'remove'])
		expect(await line('models', command, short)).toContain(`did you mean '${name}'?`);
});
