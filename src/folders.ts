/** @file Folders to write to, made level by level: Node's recursive mkdir never returns where a parent refuses with ENOENT (/proc); files replaced as a whole. */

import { accessSync, constants, existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { AtelierError } from './errors.js';

/** Create a folder and its parents if need be. @throws AtelierError E_IO when it cannot be made or written to */
export function makeFolder(path: string): void {
	try {
		const missing: string[] = [];
		let at = resolve(path);
		for (; !existsSync(at); at = dirname(at)) missing.unshift(at);
		if (!statSync(at).isDirectory()) throw new Error(`'${at}' is a file`);
		accessSync(at, constants.W_OK | constants.X_OK);
		for (const folder of missing) {
			try {
				mkdirSync(folder);
			} catch (error) {
				// Someone else may have made it meanwhile.
				if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
			}
		}
		// What exists may still be a file, or a link that leads nowhere.
		if (!statSync(path).isDirectory()) throw new Error(`'${path}' is a file`);
	} catch (cause) {
		const reason = (cause as Error).message.split(', ')[0];
		throw new AtelierError('E_IO', `expected a folder to write to at '${path}', but could not (${reason})`, { cause });
	}
}

/** Write a file under another name and put it in place: whatever happens, the old contents or the new are there. @throws AtelierError E_IO */
export function replaceFile(path: string, contents: string | Uint8Array): void {
	const temporary = `${path}.tmp`;
	try {
		writeFileSync(temporary, contents, { flush: true });
		renameSync(temporary, path);
	} catch (cause) {
		rmSync(temporary, { force: true });
		const reason = (cause as Error).message.split(', ')[0];
		throw new AtelierError('E_IO', `expected to write '${path}', but could not (${reason})`, { cause });
	}
}
