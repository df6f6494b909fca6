/** @file The map of the source: every folder and file of src is a layer in README's table, and imports only layers above it there. */

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const source = join(root, 'src');

/** Layers of README's table, lowest first: names inside src; those of one row are level. */
const rows = [...readme.matchAll(/^\| (`src\/[^|]*) \|/gm)].map(([, cell]) =>
	[...cell!.matchAll(/`src\/([^`]+)`/g)].map(([, name]) => name!),
);
const level = new Map(rows.flatMap((names, i) => names.map((name) => [name, i] as const)));

/** The folder or file directly inside src that a path lies in. */
const layerOf = (path: string): string => relative(source, path).split(/[\\/]/)[0]!;

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
	.filter((name) => name.endsWith('.ts'))
	.map((name) => join(source, name));

/** What a file imports from other files of the project, types included. */
function importsOf(path: string): string[] {
	const text = readFileSync(path, 'utf8');
	const found = text.matchAll(/\bfrom '(\.[^']*)'|\bimport\('(\.[^']*)'\)|\bimport '(\.[^']*)'/g);
	return [...found].map((match) => resolve(dirname(path), (match[1] ?? match[2] ?? match[3])!.replace(/\.js$/, '.ts')));
}

describe("README's map", () => {
	it('has every folder and file of src, and no other', () => {
		expect([...level.keys()].sort()).toEqual(readdirSync(source).sort());
	});

	it.each(readdirSync(source))('%s imports only what stands above it', (layer) => {
		const upward = files
			.filter((path) => layerOf(path) === layer)
			.flatMap((path) =>
				importsOf(path)
					.filter((target) => layerOf(target) !== layer && !(level.get(layerOf(target))! < level.get(layer)!))
					.map((target) => `${relative(source, path)} imports ${relative(source, target)}`),
			);
		expect(upward).toEqual([]);
	});

	it('leads to files that are there', () => {
		const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, link]) => link!);
		const missing = links.filter((link) => !readdirSync(join(root, dirname(link))).includes(link.split('/').at(-1)!));
		expect(missing).toEqual([]);
	});
});

it('only src/cli prints or ends the process', () => {
	const printing = files.filter(
		(path) =>
			layerOf(path) !== 'cli' && /\bconsole\.\w+\(|process\.(exit|stdout|stderr)\b/.test(readFileSync(path, 'utf8')),
	);
	expect(printing.map((path) => relative(source, path))).toEqual([]);
});
