/** @file Where the installed package lies: models and presets are found from here, in the repository and in node_modules alike. */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

let found: string | undefined;

/** The folder that holds this package's package.json. */
export function packageRoot(): string {
	if (found) return found;
	let folder = dirname(fileURLToPath(import.meta.url));
	for (;;) {
		const manifest = join(folder, 'package.json');
		if (existsSync(manifest) && (JSON.parse(readFileSync(manifest, 'utf8')) as { name?: string }).name === 'atelier')
			break;
		const parent = dirname(folder);
		if (parent === folder) throw new Error('expected atelier to run from inside its package');
		folder = parent;
	}
	found = folder;
	return folder;
}

/** The version in this package's package.json. */
export const packageVersion = (): string =>
	(JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string }).version;
