/** @file Bytes from a request as a file for a moment, for readers that want one; alone in a folder, so that nothing lies beside it. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join, sep } from 'node:path';
import type { Request } from 'express';
import { AtelierError } from '../../src/errors.js';
import { slugOf } from '../../src/export/slug.js';
import { bytesOf } from './body.js';

const extensions = ['.png', '.svg', '.webp', '.gif', '.mp4', '.jpg', '.jpeg', '.json', '.csv'];

/** Read the body of a request as a file, called as `x-file-name` says as far as that is a name. */
export async function withReceived<T>(request: Request, read: (path: string) => T | Promise<T>): Promise<T> {
	const bytes = bytesOf(request);
	const folder = await mkdtemp(join(tmpdir(), 'atelier-received-'));
	try {
		const path = join(folder, nameOf(request));
		await writeFile(path, bytes);
		return await read(path);
	} catch (error) {
		// Where it lay for a moment helps nobody.
		if (!(error instanceof AtelierError)) throw error;
		throw new AtelierError(error.code, error.message.replaceAll(`${folder}${sep}`, ''), { cause: error });
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

/** The name that a page gives a file, percent-encoded; letters and digits of it, and an extension that is known. */
function nameOf(request: Request): string {
	const given = String(request.headers['x-file-name'] ?? '');
	const name = safely(() => decodeURIComponent(given)) ?? given;
	const extension = extname(name).toLowerCase();
	return `${slugOf(name.slice(0, name.length - extension.length).slice(-100))}${extensions.includes(extension) ? extension : ''}`;
}

function safely<T>(act: () => T): T | undefined {
	try {
		return act();
	} catch {
		return undefined;
	}
}
