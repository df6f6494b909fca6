/** @file What README shows of the library runs as it stands there. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as atelier from '../src/index.js';

const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');

/** A block of code by what it imports, without the import, and the names of that. */
function blockOf(imported: string): { names: string[]; code: string } {
	for (const [, block] of readme.matchAll(/```ts\n(.*?)```/gs)) {
		const [line, names] = /^import \{ ?(.*?) ?\} from 'atelier';\n/.exec(block!) ?? [];
		const list = names?.split(', ') ?? [];
		if (list.includes(imported)) return { names: list, code: block!.slice(line!.length) };
	}
	throw new Error(`no block imports ${imported}`);
}

// Where the package is installed there is none of the repository's pictures.
const elsewhere = mkdtempSync(join(tmpdir(), 'atelier-readme-'));
const home = process.cwd();
beforeAll(() => process.chdir(elsewhere));
afterAll(() => {
	process.chdir(home);
	rmSync(elsewhere, { recursive: true });
});

it('encodes pictures and texts from any folder, and finds what fits', async () => {
	const { names, code } = blockOf('loadEncoder');
	const said: unknown[] = [];
	const AsyncFunction = (async () => {}).constructor as new (
		...args: string[]
	) => (...args: unknown[]) => Promise<void>;
	const values = names.map((name) => (atelier as Record<string, unknown>)[name]);
	await new AsyncFunction(...names, 'console', code)(...values, { log: (value: unknown) => said.push(value) });
	const [rows] = said as [string[][]];
	expect(rows.map((row) => row.length)).toEqual([2, 2]);
	const [red, blue] = rows.map((row) => row.map(Number));
	expect(red![0]).toBeGreaterThan(red![1]!);
	expect(blue![1]).toBeGreaterThan(blue![0]!);
});
