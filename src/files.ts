/** @file Files read and replaced as a whole, with errors in one sentence. */

import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { AtelierError } from './errors.js';

/** Do something with a file; what the system refuses becomes E_IO that says what was wanted. `failed` tidies up before. */
export function guard<T>(wanted: string, act: () => T, failed?: () => void): T {
	try {
		return act();
	} catch (cause) {
		failed?.();
		// In one sentence already.
		if (cause instanceof AtelierError) throw cause;
		throw unwritable(wanted, cause);
	}
}

/** Whether there is a file at a path; no folder is one. */
export const isFile = (path: string): boolean => existsSync(path) && statSync(path).isFile();

/** What {@link guard} throws. */
export function unwritable(wanted: string, cause: unknown): AtelierError {
	return new AtelierError('E_IO', `expected ${wanted}, but ${refusal(cause)}`, { cause });
}

/** Why the system refuses something, by its codes. */
const refusals: Readonly<Record<string, string>> = {
	ENOENT: 'there is no such file or folder',
	EACCES: 'that is not permitted',
	EPERM: 'that is not permitted',
	EISDIR: 'it is a folder',
	ENOTDIR: 'a part of its path is a file',
	EEXIST: 'it exists already',
	ENOSPC: 'the disk is full',
	EDQUOT: 'the disk is full',
	EROFS: 'the disk takes no changes',
	ENAMETOOLONG: 'its name is too long',
	ELOOP: 'its links lead in a circle',
	EMFILE: 'too many files are open',
};

/** Why something could not be done with a file, to go after `but`. What has no code of the system's is in our own words already. */
export function refusal(cause: unknown): string {
	const { code, message } = cause as NodeJS.ErrnoException;
	if (code === undefined) return message;
	return refusals[code] ?? `could not (${message.split(', ')[0]})`;
}

/** Put a file in place of what is there, if anything is: written under a temporary name, flushed, renamed, so that no reader ever sees half of one. @throws AtelierError E_IO */
export function replaceFile(path: string, contents: string | Uint8Array): void {
	const temporary = `${path}.tmp`;
	guard(
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
	return guard(`a readable file '${path}'`, () => {
		const stat = statSync(path);
		if (stat.isDirectory()) throw new Error(refusals.EISDIR);
		if (stat.size > limit) throw new Error(`it has ${stat.size} bytes and may have ${limit}`);
		return readFileSync(path, 'utf8').replace(/^\ufeff/, '');
	});
}

/** JSON from a file. @throws AtelierError E_IO when it cannot be read, E_RECIPE when it is not JSON */
export const readJson = (path: string, limit?: number): unknown => parseJson(readTextFile(path, limit), `'${path}'`);

/** JSON from a text, with or without a byte order mark; `where` says of what, for the message. @throws AtelierError E_RECIPE when it is not JSON */
export function parseJson(text: string, where: string): unknown {
	try {
		return JSON.parse(text.replace(/^\ufeff/, '')) as unknown;
	} catch (cause) {
		// Node quotes the text, line ends included.
		const reason = (cause as Error).message.replaceAll(/\s+/g, ' ');
		throw new AtelierError('E_RECIPE', `expected JSON in ${where} (${reason})`, { cause });
	}
}

/** Do something with a part of a file; errors say which part. */
export function naming<T>(where: string, act: () => T): T {
	try {
		return act();
	} catch (error) {
		if (!(error instanceof AtelierError)) throw error;
		throw new AtelierError(error.code, `${where}: ${error.message}`, { cause: error });
	}
}
