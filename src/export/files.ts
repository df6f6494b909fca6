/** @file Files written as a whole: to a temporary name, flushed to the disk, then renamed, so that no reader ever sees half of one. */

import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { AtelierError } from '../errors.js';

/** Put a file in place of what is there, if anything is. @throws AtelierError E_IO */
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

/** Do something with a file; what the system refuses becomes E_IO that says what was wanted. `failed` tidies up before. */
export function guard<T>(wanted: string, act: () => T, failed?: () => void): T {
	try {
		return act();
	} catch (cause) {
		failed?.();
		throw unwritable(wanted, cause);
	}
}

/** What {@link guard} throws. */
export function unwritable(wanted: string, cause: unknown): AtelierError {
	return new AtelierError('E_IO', `expected ${wanted}, but could not (${(cause as Error).message.split(', ')[0]})`, {
		cause,
	});
}
