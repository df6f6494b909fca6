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
