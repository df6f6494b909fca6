/** @file Configuration files of training: YAML or JSON, and which stage they are of. */

import { extname } from 'node:path';
import { parse } from 'yaml';
import { AtelierError } from '../errors.js';
import { readTextFile } from '../files.js';

/** Largest file that is read, bytes. */
const limit = 1 << 22;

/** A configuration from a file of YAML or JSON. @throws AtelierError E_IO when it cannot be read, E_ARGUMENT when it is neither */
export function readConfiguration(path: string): unknown {
	const text = readTextFile(path, limit);
	try {
		return extname(path) === '.json' ? JSON.parse(text) : parse(text);
	} catch (cause) {
		const reason = (cause as Error).message.split('\n')[0];
		throw new AtelierError('E_ARGUMENT', `expected YAML or JSON in '${path}' (${reason})`, { cause });
	}
}

/** Whether a configuration is of contrastive training: only there are sources. */
export const isContrastive = (written: unknown): boolean =>
	typeof written === 'object' && written !== null && 'sources' in written;
