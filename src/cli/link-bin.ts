/** @file Run after the build: lets `npx atelier` inside the repository find the command at once, as it would in a project that depends on it. */

import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { packageRoot } from '../package-root.js';

const command = join(packageRoot(), 'dist', 'src', 'cli', 'main.js');
chmodSync(command, 0o755);
const folder = join(packageRoot(), 'node_modules', '.bin');
// Elsewhere (Windows, or installed as a dependency) npm's own links serve.
if (process.platform !== 'win32' && existsSync(join(packageRoot(), 'node_modules'))) {
	mkdirSync(folder, { recursive: true });
	const link = join(folder, 'atelier');
	rmSync(link, { force: true });
	symlinkSync(relative(folder, command), link);
}
