/** @file One process at a time in a folder: a file with its process id; that of a process that is gone counts for nothing. */

import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AtelierError } from './errors.js';
import { readTextFile, unwritable } from './files.js';

/** Take hold of a folder until it is let go, or this process ends. @throws AtelierError E_IO when another process is at work in it */
export function lockFolder(folder: string): void {
	const path = join(folder, 'lock');
	for (let attempt = 0; ; attempt++) {
		try {
			writeFileSync(path, `${process.pid}\n`, { flag: 'wx' });
			return;
		} catch (cause) {
			if ((cause as NodeJS.ErrnoException).code !== 'EEXIST' || attempt > 3)
				throw unwritable(`to write to '${path}'`, cause);
		}
		const holder = Number(readTextFile(path, 100));
		if (Number.isInteger(holder) && holder > 0 && holder !== process.pid && isRunning(holder))
			throw new AtelierError(
				'E_IO',
				`expected to be alone in '${folder}', but process ${holder} is at work there; wait for it, or remove '${path}' if it is none of atelier's`,
			);
		rmSync(path, { force: true });
	}
}

/** Let others have it. */
export function unlockFolder(folder: string): void {
	rmSync(join(folder, 'lock'), { force: true });
}

function isRunning(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}
