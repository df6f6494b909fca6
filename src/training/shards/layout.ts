/** @file Names and columns of WebDataset shards as img2dataset writes them, and which files a shard address means. */

import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { AtelierError } from '../../errors.js';

/** Samples of a shard unless told otherwise. */
export const defaultShardSize = 10_000;

/** Name of a shard's files without extension: 12 becomes `00012`. */
export const shardName = (shard: number): string => String(shard).padStart(5, '0');

/** Key of a sample: shard (5 digits) and index (4, or as many as the shard size needs). */
export const sampleKey = (shard: number, index: number, shardSize: number): string =>
	shardName(shard) + String(index).padStart(Math.max(4, String(shardSize - 1).length), '0');

/** Image members in the order in which a reader prefers them. */
export const imageTypes = ['jpg', 'png', 'jpeg', 'webp'] as const;

/** The columns that img2dataset writes, with their types in Parquet. */
export const standardColumns = {
	url: 'VARCHAR',
	caption: 'VARCHAR',
	key: 'VARCHAR',
	status: 'VARCHAR',
	error_message: 'VARCHAR',
	width: 'INTEGER',
	height: 'INTEGER',
	original_width: 'INTEGER',
	original_height: 'INTEGER',
	exif: 'VARCHAR',
	sha256: 'VARCHAR',
} as const;

/**
 * The tar files that addresses mean: `data/{00000..00012}.tar`, `{a,b}/00000.tar`, a folder of tar files, several
 * addresses joined by `::`. Files of a brace range need not all exist.
 *
 * @throws AtelierError E_CORPUS when an address means nothing that exists
 */
export function shardFiles(paths: string | readonly string[]): string[] {
	const addresses = (typeof paths === 'string' ? [paths] : paths).flatMap((path) => path.split('::'));
	if (addresses.length === 0) throw new AtelierError('E_CORPUS', 'expected at least one path of shards, got none');
	return addresses.flatMap((address) => {
		if (/^(pipe:|[a-z0-9]+:\/\/)/i.test(address))
			throw new AtelierError('E_CORPUS', `expected shards on this machine, got '${address}'; download them first`);
		// A file or folder whose name has braces is meant as it stands.
		const found = existsSync(address) ? [address] : expandBraces(address).filter((path) => existsSync(path));
		if (found.length === 0)
			throw new AtelierError('E_CORPUS', `expected a shard or a folder of shards at '${address}', got no such file`);
		const files = found.flatMap((path) => (statSync(path).isDirectory() ? tarsIn(path) : [path]));
		if (files.length === 0)
			throw new AtelierError('E_CORPUS', `expected shards (*.tar) in '${address}', got none of them`);
		return files;
	});
}

function tarsIn(folder: string): string[] {
	const names = readdirSync(folder).filter((name) => name.endsWith('.tar'));
	return names.sort().map((name) => join(folder, name));
}

/** `x{00..02}` and `x{a,b}`, any number of them, not nested; other braces stay as they are. */
export function expandBraces(text: string): string[] {
	const found = /\{(?:(\d+)\.\.(\d+)|([^{}]*,[^{}]*))\}/.exec(text);
	if (!found) return [text];
	const [whole, from, to, list] = found;
	const before = text.slice(0, found.index);
	const after = expandBraces(text.slice(found.index + whole.length));
	const middle = list !== undefined ? list.split(',') : range(from as string, to as string);
	return middle.flatMap((part) => after.map((rest) => before + part + rest));
}

function range(from: string, to: string): string[] {
	const [a, b] = [Number(from), Number(to)];
	if (Math.abs(b - a) >= 1e6)
		throw new AtelierError('E_CORPUS', `expected a range of less than a million shards, got {${from}..${to}}`);
	// Zeros are kept when one of the ends has them, as the shell does.
	const width = /^0\d/.test(from) || /^0\d/.test(to) ? Math.max(from.length, to.length) : 0;
	return Array.from({ length: Math.abs(b - a) + 1 }, (_, i) => String(a < b ? a + i : a - i).padStart(width, '0'));
}
