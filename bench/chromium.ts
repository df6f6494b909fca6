/** @file Where the browser is. */

import { execFileSync } from 'node:child_process';

/** $CHROMIUM, or what is on the PATH; undefined where there is none. */
export function chromiumPath(): string | undefined {
	if (process.env.CHROMIUM) return process.env.CHROMIUM;
	for (const name of ['chromium', 'chromium-browser', 'google-chrome'])
		try {
			return execFileSync('which', [name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
		} catch {
			// Not that one.
		}
	return undefined;
}
