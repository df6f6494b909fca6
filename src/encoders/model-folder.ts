/** @file The files of a model's folder, with errors that say which one is missing or damaged. */

import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { AtelierError } from '../errors.js';
import { readTextFile, unwritable } from '../files.js';

/** The path of a file in a model's folder; E_CHECKPOINT, ending in the advice, when it is not there. */
export function modelFile(folder: string, name: string, advice: string): string {
	const path = join(folder, name);
	if (!existsSync(path))
		throw new AtelierError('E_CHECKPOINT', `expected ${name} in '${folder}', got no such file; ${advice}`);
	return path;
}

/** The object in a JSON file. @throws E_CHECKPOINT when it holds something else, E_IO when it cannot be read */
export function readJsonObject(path: string): object {
	const text = readTextFile(path);
	let json: unknown;
	try {
		json = JSON.parse(text);
	} catch (cause) {
		// Node quotes the text, line ends included.
		const reason = standIn(text) ?? (cause as Error).message.replaceAll(/\s+/g, ' ');
		throw new AtelierError('E_CHECKPOINT', `expected JSON in '${path}', got: ${reason}`, { cause });
	}
	if (typeof json !== 'object' || json === null || Array.isArray(json))
		throw new AtelierError(
			'E_CHECKPOINT',
			`expected a JSON object in '${path}', got ${json === null ? 'null' : typeof json}`,
		);
	return json;
}

/** What stands in a file's place, and what to do, where its first characters tell; undefined for anything else. */
export function standIn(start: string): string | undefined {
	if (start.startsWith('version https:/'))
		return 'a pointer of Git LFS; fetch the files themselves with: git lfs pull, in the folder that was cloned';
	if (/^\s*<[!a-z]/i.test(start)) return 'a web page; fetch the file itself, by the address of its download';
	return undefined;
}

/** The sha256 of a file's bytes in hex; E_IO when it cannot be read. */
export async function sha256(path: string): Promise<string> {
	const hash = createHash('sha256');
	try {
		for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
	} catch (cause) {
		throw unwritable(`a readable file '${path}'`, cause);
	}
	return hash.digest('hex');
}
