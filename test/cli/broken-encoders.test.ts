/** @file Encoders whose folders are broken in the ways that folders break: what the command line says of them, and to do about them. */

import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../src/encoders/safetensors.js';
import { tinyModel } from '../encoders/hub/tiny-model.js';
import { fixturePath } from '../encoders/tokenizers/cases.js';
import { run, writeDisc } from './run-cli.js';

const root = mkdtempSync(join(tmpdir(), 'atelier-broken-'));
const home = process.cwd();
beforeAll(async () => {
	process.chdir(root);
	await writeDisc('disc.png');
});
afterAll(() => {
	process.chdir(home);
	rmSync(root, { recursive: true });
});

/** A folder of the small model with some files in place of its own; undefined leaves one out. */
function model(name: string, files: Readonly<Record<string, string | undefined>> = {}): string {
	mkdirSync(name);
	for (const [file, bytes] of Object.entries({ ...tinyModel, ...files }))
		if (bytes !== undefined) writeFileSync(join(name, file), bytes);
	return name;
}

describe('weights that are no numbers', () => {
	const { weights } = readSafetensors(fixturePath('vit_tiny.hf.safetensors'));
	const damaged = (name: string, weight: string) => {
		const { shape, data } = weights.get(weight)!;
		const changed = new Map(weights).set(weight, { shape, data: Float32Array.from(data, () => Number.NaN) });
		writeSafetensors(join(model(name), 'model.safetensors'), changed);
		return name;
	};

	it('are an error of embed, which writes nothing', async () => {
		const blind = damaged('blind', 'visual_projection.weight');
		const pictures = await run(['embed', 'disc.png', '--encoder', blind]);
		expect(pictures).toMatchObject({ code: 2, stdout: '' });
		expect(pictures.line).toMatch(/finite numbers from 'blind'.*weights are damaged.*models verify.*E_CHECKPOINT/);
		const mute = damaged('mute', 'text_projection.weight');
		const texts = await run(['embed', 'a b', '--encoder', mute, '-o', 'e.jsonl']);
		expect(texts.line).toMatch(/finite numbers from 'mute'/);
		expect(existsSync('e.jsonl')).toBe(false);
	});

	it('are an error of draw at the first look, which leaves no run', async () => {
		const small = ['--steps', '2', '--set', 'candidates=1', '--strokes', '2', '--seed', '1', '--quiet', '--size', '32'];
		const { code, line } = await run(['draw', 'a b', '--encoder', 'blind', ...small]);
		expect(code).toBe(2);
		expect(line).toMatch(/first look.*weights are damaged/);
		expect(readdirSync('outputs')).toEqual([]);
	});
});

const saidOf = async (encoder: string) => (await run(['embed', 'a', '--encoder', encoder])).line;

describe('folders of something else', () => {
	it('with what stands in for weights say what to do', async () => {
		const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n';
		expect(await saidOf(model('pointer', { 'model.safetensors': pointer }))).toMatch(
			/a pointer of Git LFS.*git lfs pull/,
		);
		expect(await saidOf(model('pointer2', { 'config.json': pointer }))).toMatch(/config.json'.*git lfs pull/);
		expect(await saidOf(model('page', { 'model.safetensors': '<!DOCTYPE html><html></html>' }))).toMatch(/a web page;/);
	});

	it('that are empty say so', async () => {
		mkdirSync('empty');
		expect(await saidOf('empty')).toMatch(/expected a model in the folder 'empty', got neither weights/);
	});

	it('with another tokenizer name the file', async () => {
		for (const [i, json] of ['{}', '{"model":{"type":"Foo"},"decoder":null}', '{"model":3}'].entries())
			expect(await saidOf(model(`other${i}`, { 'tokenizer.json': json }))).toMatch(
				/tokenizer of a model in '.*tokenizer.json', got another kind of file \(.*\); copy the one/,
			);
	});
});

it('says that the built-in encoder has no tower to lend', async () => {
	const line = await saidOf(`${model('whole')}+builtin`);
	expect(line).toMatch(/two models of CLIP's family.*got 'builtin'.*E_ARGUMENT/);
});
