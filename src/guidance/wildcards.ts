/** @file Lists of words in text files, one line a choice: those that ship with the package, and the user's own folders. */

import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { AtelierError } from '../errors.js';
import { readTextFile } from '../files.js';
import { packageRoot } from '../package-root.js';
import { wildcardName } from './template-syntax.js';
import type { WildcardLists } from './templates.js';

/** Larger files are no lists of words. */
const mostBytes = 4 << 20;

/** Folder of the lists that ship with the package. */
export const wildcardFolder = (): string => join(packageRoot(), 'presets', 'wildcards');

/**
 * The lists `NAME.txt` of folders, of which the first that has a name counts. Lines from `//` on are comments; empty ones are
 * left out, and so are repetitions.
 *
 * @throws AtelierError E_IO when a folder is not there
 */
export function wildcardsIn(folders: readonly string[] = [wildcardFolder()]): WildcardLists {
	for (const folder of folders)
		if (!existsSync(folder) || !statSync(folder).isDirectory())
			throw new AtelierError('E_IO', `expected a folder of wildcards, got '${folder}'`);
	return {
		names: () => {
			const files = folders.flatMap((folder) => readdirSync(folder));
			const names = files.flatMap((file) => (file.endsWith('.txt') ? [file.slice(0, -4)] : []));
			return [...new Set(names.filter((name) => wildcardName.test(name)))].sort();
		},
		lines: (name) => {
			// A name that is a path would lead out of the folders.
			if (!wildcardName.test(name)) return undefined;
			const path = folders.map((folder) => join(folder, `${name}.txt`)).find((file) => existsSync(file));
			return path === undefined ? undefined : linesOf(path);
		},
	};
}

function linesOf(path: string): string[] {
	const lines = readTextFile(path, mostBytes)
		.split(/\r?\n/)
		.map((line) => line.replace(/(?:^|\s)\/\/.*$/, '').trim());
	return [...new Set(lines.filter((line) => line !== ''))];
}
