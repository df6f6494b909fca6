/** @file `atelier embed`: pictures and texts to JSON lines, NumPy and safetensors; what cannot be read does not lose the rest. */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { embedInputs } from '../../src/cli/embed-inputs.js';
import { readSafetensors } from '../../src/encoders/safetensors.js';
import { dot } from '../../src/encoders/vectors.js';
import { run, writeDisc } from './run-cli.js';

const root = mkdtempSync(join(tmpdir(), 'atelier-embed-'));
const at = (name: string) => join(root, name);
const home = process.cwd();
beforeAll(async () => {
	mkdirSync(at('photos/deep'), { recursive: true });
	for (const name of ['disc.png', 'photos/a.png', 'photos/b1.png', 'photos/deep/b2.png']) await writeDisc(at(name));
	writeFileSync(at('broken.png'), 'no picture');
	writeFileSync(at('photos/notes.txt'), 'a text that is no picture');
	writeFileSync(at('words.txt'), 'a fish\r\n\na red circle\n');
	process.chdir(root);
});
afterAll(() => {
	process.chdir(home);
	rmSync(root, { recursive: true });
});

interface Line {
	readonly image?: string;
	readonly text?: string;
	readonly embedding: number[];
}

/** Run it; the lines of stdout, and what it said on stderr. */
async function embed(...args: string[]) {
	const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
	const { code, stdout, line } = await run(['embed', ...args]);
	const stderr = said.mock.calls.map(([text]) => String(text)).join('');
	said.mockRestore();
	const lines = stdout
		.split('\n')
		.filter(Boolean)
		.map((text) => JSON.parse(text) as Line);
	return { code, lines, names: lines.map(({ image, text }) => image ?? text), line, stderr };
}

it('takes pictures and texts, and finds a picture nearer to its own words', async () => {
	const { code, lines, names } = await embed('disc.png', 'a red circle', 'a green tree');
	expect({ code, names }).toEqual({ code: 0, names: ['disc.png', 'a red circle', 'a green tree'] });
	const [disc, circle, tree] = lines.map(({ embedding }) => embedding) as [number[], number[], number[]];
	for (const e of [disc, circle, tree]) expect(dot(e, e)).toBeCloseTo(1, 5);
	expect(dot(disc, circle)).toBeGreaterThan(dot(disc, tree));
	expect(lines[0]!.image).toBe('disc.png');
	expect(lines[1]!.text).toBe('a red circle');
});

it('takes folders, patterns and files of texts', () => {
	const deep = join('photos', 'deep', 'b2.png');
	const [a, b] = [join('photos', 'a.png'), join('photos', 'b1.png')];
	expect(embedInputs(['photos'], []).images).toEqual([a, b, deep]);
	expect(embedInputs(['photos/b*.png'], ['words.txt'])).toEqual({
		images: [b],
		texts: ['a fish', 'a red circle'],
		failures: [],
	});
	expect(embedInputs(['**/b[0-9].p?g'], []).images).toEqual([b, deep]);
	expect(embedInputs(['photos/[!b]*'], []).images).toEqual([a]);
	expect(embedInputs(['what * is? this', '*.png'], [])).toMatchObject({
		images: ['broken.png', 'disc.png'],
		texts: ['what * is? this'],
	});
	const long = 'word '.repeat(100);
	expect(embedInputs([long, 'a\0b'], [])).toEqual({ images: [], texts: [long, 'a\0b'], failures: [] });
});

it('reports what cannot be read by name, embeds the others, and ends with 1', async () => {
	const given = ['broken.png', 'disc.png', 'missing.jpg', 'none/*.png', 'a cat'];
	const { code, names, stderr } = await embed(...given, '--texts', 'gone.txt', '-o', 'some.jsonl');
	expect({ code, names }).toEqual({ code: 1, names: [] });
	const written = readFileSync(at('some.jsonl'), 'utf8').trimEnd().split('\n');
	expect(written.map((text) => Object.values(JSON.parse(text) as object)[0])).toEqual(['disc.png', 'a cat']);
	for (const name of ['broken.png', 'missing.jpg', 'none/*.png', 'gone.txt'])
		expect(stderr).toMatch(new RegExp(`^error: .*${name.replaceAll('*', '\\*')}`, 'm'));
	expect(stderr.match(/^error: .* \(E_(?:IMAGE|IO)\)$/gm)).toHaveLength(4);
	expect(stderr.match(/gone.txt/g)).toHaveLength(1);
	expect(readdirSync(root).filter((name) => name.endsWith('.tmp'))).toEqual([]);
	expect((await embed('missing.png')).code).toBe(1);
});

it('writes matrices, with the names of their rows', async () => {
	const { lines } = await embed('disc.png', 'a cat');
	expect((await embed('disc.png', 'a cat', '-o', 'new/e.npy')).code).toBe(0);
	const npy = readFileSync(at('new/e.npy'));
	const data = 10 + npy.readUInt16LE(8);
	expect(npy.subarray(0, 8).toString('latin1')).toBe('\x93NUMPY\x01\0');
	expect(data % 64).toBe(0);
	expect(npy.subarray(10, data).toString().trimEnd()).toBe(
		"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 512), }",
	);
	const matrix = new Float32Array(npy.buffer.slice(npy.byteOffset + data, npy.byteOffset + npy.length));
	expect([...matrix]).toEqual(lines.flatMap(({ embedding }) => [...Float32Array.from(embedding)]));
	const rows = [{ image: 'disc.png' }, { text: 'a cat' }];
	expect(JSON.parse(readFileSync(at('new/e.npy.json'), 'utf8'))).toEqual(rows);

	expect((await embed('disc.png', 'a cat', '--format', 'safetensors', '-o', 'e.bin')).code).toBe(0);
	const { weights, metadata } = readSafetensors(at('e.bin'));
	expect(weights.get('embeddings')).toEqual({ shape: [2, 512], data: matrix });
	expect(JSON.parse(metadata.rows!)).toEqual(rows);
	expect(metadata.encoder).toBe('builtin');
});

it('says why a file cannot be put in place, and leaves nothing', async () => {
	const { code, line } = await embed('a cat', '-o', 'photos', '--format', 'jsonl');
	expect(code).not.toBe(0);
	expect(line).toMatch(/expected to write 'photos', but .* \(E_IO\)/);
	expect(readdirSync(root).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});

it('says what is missing', async () => {
	expect((await embed()).line).toMatch(/expected pictures or texts/);
	expect((await embed('a cat', '--format', 'npy')).line).toMatch(/expected -o with a file/);
	expect((await embed('a cat', '--format', 'csv')).line).toMatch(/unknown format 'csv'/);
	expect((await embed('a cat', '-o', 'out.csv')).line).toMatch(
		/ends in .jsonl, .ndjson, .npy, .safetensors, got 'out.csv'; or say --format jsonl\|npy\|safetensors/,
	);
	writeFileSync(at('none.txt'), '\n \n');
	expect(await embed('--texts', 'none.txt')).toMatchObject({
		code: 1,
		stderr: "error: expected texts, one a line, from 'none.txt', got none (E_ARGUMENT)\n",
	});
	expect((await embed('a cat', '--encoder', 'nobody')).line).toMatch(/E_ARGUMENT/);
});
