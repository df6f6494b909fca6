/** @file Files read and replaced as a whole, with errors in one sentence. */

import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { AtelierError } from './errors.js';

/** What an act on files returns; what it throws becomes E_IO: `expected <wanted>, but could not (<reason>)`. `failed` cleans up before. */
export function attemptFile<T>(wanted: string, act: () => T, failed?: () => void): T {
	try {
		return act();
	} catch (cause) {
		failed?.();
		throw unreachable(wanted, cause);
	}
}

/** The E_IO error of a failed act on files. */
export function unreachable(wanted: string, cause: unknown): AtelierError {
	return new AtelierError('E_IO', `expected ${wanted}, but could not (${(cause as Error).message.split(', ')[0]})`, {
		cause,
	});
}

/** Write a file under a temporary name, then rename it, so that whatever happens it is the old or the new one. @throws AtelierError E_IO */
export function replaceFile(path: string, contents: string | Uint8Array): void {
	const temporary = `${path}.tmp`;
	attemptFile(
		`to write '${path}'`,
		() => {
			writeFileSync(temporary, contents, { flush: true });
			renameSync(temporary, path);
		},
		() => rmSync(temporary, { force: true }),
	);
}

/** A text file in UTF-8, without a byte order mark. @throws AtelierError E_IO when it cannot be read, or has more than `limit` bytes */
export function readTextFile(path: string, limit = Number.POSITIVE_INFINITY): string {
	return attemptFile(`a readable file '${path}'`, () => {
		const stat = statSync(path);
		if (stat.isDirectory()) throw new Error('it is a folder');
		if (stat.size > limit) throw new Error(`it has ${stat.size} bytes and may have ${limit}`);
		return readFileSync(path, 'utf8').replace(/^\ufeff/, '');
	});
}

/** JSON from a file. @throws AtelierError E_IO when it cannot be read, E_RECIPE when it is not JSON */
export function readJson(path: string, limit?: number): unknown {
	const text = readTextFile(path, limit);
	try {
		return JSON.parse(text) as unknown;
	} catch (cause) {
		// Node quotes the text, line ends included.
		const reason = (cause as Error).message.replaceAll(/\s+/g, ' ');
		throw new AtelierError('E_RECIPE', `expected JSON in '${path}' (${reason})`, { cause });
	}
}
