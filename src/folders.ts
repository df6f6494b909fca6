/** @file Folders to write to, and where the user's own things are kept. Folders are made level by level: Node's recursive mkdir never returns where a parent refuses with ENOENT (/proc). */

import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { unwritable } from './files.js';

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
		throw unwritable(`a folder to write to at '${path}'`, cause);
	}
}

/** The user's folder for atelier's settings and presets: ATELIER_CONFIG, or where the operating system keeps such things. It may not exist yet. */
export function configFolder(environment: Readonly<Record<string, string | undefined>> = process.env): string {
	if (environment.ATELIER_CONFIG) return resolve(environment.ATELIER_CONFIG);
	const base = process.platform === 'win32' ? environment.APPDATA : environment.XDG_CONFIG_HOME;
	return join(base || join(homedir(), '.config'), 'atelier');
}

/** The user's folder for what can be fetched again, shared by all projects: ATELIER_CACHE, or where the operating system keeps such things. It may not exist yet. */
export function cacheFolder(environment: Readonly<Record<string, string | undefined>> = process.env): string {
	if (environment.ATELIER_CACHE) return resolve(environment.ATELIER_CACHE);
	if (environment.XDG_CACHE_HOME) return join(environment.XDG_CACHE_HOME, 'atelier');
	if (process.platform === 'win32')
		return join(environment.LOCALAPPDATA || join(homedir(), 'AppData', 'Local'), 'atelier', 'cache');
	return join(homedir(), ...(process.platform === 'darwin' ? ['Library', 'Caches'] : ['.cache']), 'atelier');
}
