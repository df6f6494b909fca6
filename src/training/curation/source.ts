/** @file What is to be curated: shards, or Parquet files of metadata. */

import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AtelierError } from '../../errors.js';
import { expandBraces, shardFiles } from '../shards/layout.js';

/** Files of one kind, in the order in which their rows count. */
export interface Source {
	readonly kind: 'shards' | 'parquet';
	readonly files: readonly string[];
}

/**
 * Find the files: tar or Parquet files, folders of them (shards, where both lie together), brace ranges.
 *
 * @throws AtelierError E_CORPUS when there are none, or some of both kinds
 */
export function findSource(paths: readonly string[]): Source {
	const found = paths.flatMap((path) => path.split('::')).map((path) => one(path));
	const kinds = new Set(found.map(({ kind }) => kind));
	if (found.length === 0) throw new AtelierError('E_CORPUS', 'expected shards or Parquet files to curate, got none');
	if (kinds.size > 1)
		throw new AtelierError(
			'E_CORPUS',
			'expected either shards (.tar) or Parquet files, got some of both; curate them apart',
		);
	const files = found.flatMap((source) => source.files);
	const twice = files.find((file, i) => files.indexOf(file) < i);
	if (twice) throw new AtelierError('E_CORPUS', `expected each file once, got ${twice} twice`);
	return { kind: found[0]!.kind, files };
}

function one(path: string): Source {
	if (existsSync(path) && statSync(path).isDirectory()) {
		const names = readdirSync(path).sort();
		if (names.some((name) => name.endsWith('.tar'))) return { kind: 'shards', files: shardFiles(path) };
		const files = names.filter((name) => name.endsWith('.parquet')).map((name) => join(path, name));
		if (files.length > 0) return { kind: 'parquet', files };
		throw new AtelierError('E_CORPUS', `expected shards (*.tar) or Parquet files in '${path}', got none of them`);
	}
	if (!path.endsWith('.parquet')) return { kind: 'shards', files: shardFiles(path) };
	const files = existsSync(path) ? [path] : expandBraces(path).filter((file) => existsSync(file));
	if (files.length === 0) throw new AtelierError('E_CORPUS', `expected a file at '${path}', got none`);
	return { kind: 'parquet', files };
}

/** @throws AtelierError E_ARGUMENT when writing to `out` would touch the input */
export function checkApart(out: string, source: Source): void {
	if (!existsSync(out)) return;
	const folder = realpathSync(out);
	const inside = source.files.find((file) => dirname(realpathSync(file)) === folder);
	if (inside)
		throw new AtelierError(
			'E_ARGUMENT',
			`expected another folder than the input's to write to, got '${out}', where ${inside} lies`,
		);
}
