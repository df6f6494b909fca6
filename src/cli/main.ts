#!/usr/bin/env node
/** @file The `atelier` program: runs the command line, says what went wrong, sets the exit code. */

import { explain, runCommandLine } from './dispatch.js';

// A reader that has seen enough (head) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
	if (error.code === 'EPIPE') return;
	process.stderr.write(`error: expected to write to stdout, but could not (${error.message}) (E_IO)\n`);
	process.exit(2);
});
// Nobody is left to be told.
process.stderr.on('error', () => {});

try {
	process.exitCode = await runCommandLine(process.argv.slice(2));
} catch (error) {
	const { line, exitCode } = explain(error);
	process.exitCode = exitCode;
	process.stderr.write(`${line}\n`);
	if (process.env.ATELIER_DEBUG)
		for (let at = error; at instanceof Error; at = at.cause) process.stderr.write(`${at.stack ?? at.message}\n`);
}
