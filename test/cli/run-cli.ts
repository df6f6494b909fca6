/** @file Runs the command line: compiled, as a user does, in its own process with real files; or in this one, which is faster. */

import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import sharp from 'sharp';
import { vi } from 'vitest';
import { explain, runCommandLine } from '../../src/cli/dispatch.js';

const main = join(import.meta.dirname, '../../dist/src/cli/main.js');

/** How a process ended, and what it said. */
export interface Ended {
	readonly code: number | null;
	readonly signal: NodeJS.Signals | null;
	readonly stdout: string;
	readonly stderr: string;
}

/** Run to the end; `onOutput` sees stdout as it grows. */
export function atelier(
	args: readonly string[],
	cwd: string,
	onOutput?: (child: ChildProcess, stdout: string) => void,
): Promise<Ended> {
	return new Promise((resolve, reject) => {
		const { ATELIER_DEBUG: _, ...env } = process.env;
		const child = spawn(process.execPath, [main, ...args], {
			cwd,
			env: { ...env, NO_COLOR: '1' },
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		let stdout = '';
		let stderr = '';
		child.stdout.on('data', (data: Buffer) => {
			stdout += data.toString();
			onOutput?.(child, stdout);
		});
		child.stderr.on('data', (data: Buffer) => {
			stderr += data.toString();
		});
		child.on('error', reject);
		child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
	});
}

/** As main.ts does it, in this process; `line` is the error. */
export async function run(args: readonly string[]): Promise<{ code: number; stdout: string; line: string }> {
	const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
	let line = '';
	const code = await runCommandLine(args).catch((error: unknown) => {
		const explained = explain(error);
		line = explained.line;
		return explained.exitCode;
	});
	const stdout = written.mock.calls.map(([text]) => String(text)).join('');
	written.mockRestore();
	return { code, stdout, line };
}

/** A red disc on white, 40 x 32 pixels. */
export async function writeDisc(path: string): Promise<void> {
	const svg =
		'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="32"><rect width="40" height="32" fill="#fff"/><circle cx="20" cy="16" r="10" fill="#d22"/></svg>';
	await sharp(Buffer.from(svg)).png().toFile(path);
}
