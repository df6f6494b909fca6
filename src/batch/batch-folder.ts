/** @file The folder of a batch: found again by the file that it was made from, used by one process at a time. */

import { existsSync, readdirSync } from 'node:fs';
import { basename, extname, join, relative, resolve } from 'node:path';
import { z } from 'zod';
import { AtelierError } from '../errors.js';
import { dayOf } from '../export/run-folder.js';
import { slugOf } from '../export/slug.js';
import { readJson, replaceFile } from '../files.js';
import { lockFolder, unlockFolder } from '../folder-lock.js';
import { makeFolder } from '../folders.js';
import { type BatchDocument, checkDocument } from './document.js';
import { Journal } from './journal.js';

const storedSchema = z.object({
	name: z.string(),
	/** The file, from the folder. */
	file: z.string(),
	document: z.unknown(),
});

/** batch.json as far as it is read again. */
export interface StoredBatch {
	readonly name: string;
	/** Path of the file that it was made from. */
	readonly file: string;
	readonly document: BatchDocument;
}

/** Bytes of batch.json at most. */
const mostBytes = 64 << 20;

/** A batch's files on disk. */
export class BatchFolder {
	private constructor(
		readonly path: string,
		readonly journal: Journal,
	) {}

	/**
	 * Take hold of a folder, made if need be.
	 *
	 * @throws AtelierError E_IO when it cannot be written to, or another process is at work in it
	 */
	static open(path: string): BatchFolder {
		makeFolder(path);
		lockFolder(path);
		return new BatchFolder(resolve(path), Journal.open(join(path, 'journal.jsonl')));
	}

	/** Path of a file or folder inside. */
	file(name: string): string {
		return join(this.path, name);
	}

	/** Replace a file as a whole. @throws AtelierError E_IO */
	replace(name: string, contents: string | Uint8Array): void {
		replaceFile(this.file(name), contents);
	}

	/** Let others have it. */
	close(): void {
		this.journal.close();
		unlockFolder(this.path);
	}
}

/** What a batch is called: its folder's name after the day. */
export const batchName = (file: string, document: BatchDocument): string =>
	document.name ?? basename(file, extname(file));

/**
 * The folder that a file's batch was begun in, the latest if there are several; otherwise, or when a new one is wanted, the path
 * of one that does not exist yet: `<YYYY-MM-DD>-<name>`.
 */
export function folderFor(file: string, name: string, outputs: string, anew: boolean, now = new Date()): string {
	const slug = slugOf(name);
	const pattern = new RegExp(`^\\d{4}-\\d\\d-\\d\\d-${slug}(?:-(\\d+))?$`, 'u');
	const known = existsSync(outputs) ? readdirSync(outputs).filter((entry) => pattern.test(entry)) : [];
	if (!anew) {
		const number = (entry: string) => Number(pattern.exec(entry)?.[1] ?? 1);
		const latest = known
			.sort((a, b) => (a.slice(0, 10) === b.slice(0, 10) ? number(a) - number(b) : a < b ? -1 : 1))
			.map((entry) => join(outputs, entry))
			.findLast((path) => isOf(path, file));
		if (latest) return latest;
	}
	const first = `${dayOf(now)}-${slug}`;
	for (let i = 1; ; i++) {
		const entry = i === 1 ? first : `${first}-${i}`;
		const path = join(outputs, entry);
		// A start that was cut short at once has left an empty one.
		if (!known.includes(entry) || !['batch.json', 'recipe.json'].some((name) => existsSync(join(path, name))))
			return path;
	}
}

const isOf = (path: string, file: string): boolean => {
	try {
		return readStored(path).file === resolve(file);
	} catch (error) {
		if (error instanceof AtelierError) return false;
		throw error;
	}
};

/** What a folder's batch was. @throws AtelierError E_IO, E_RECIPE when it is not the folder of a batch */
export function readStored(path: string): StoredBatch {
	const file = join(path, 'batch.json');
	if (!existsSync(file))
		throw new AtelierError('E_IO', `expected the folder of a batch with batch.json, got '${path}' without`);
	const stored = storedSchema.safeParse(readJson(file, mostBytes));
	if (!stored.success) throw new AtelierError('E_RECIPE', `expected '${file}' of a batch, got something else`);
	return {
		name: stored.data.name,
		file: resolve(path, stored.data.file),
		document: checkDocument(stored.data.document, file),
	};
}

/** How batch.json names the file: from the folder, so that both may be moved together. */
export const fileFrom = (folder: string, file: string): string => relative(folder, resolve(file)).replaceAll('\\', '/');
