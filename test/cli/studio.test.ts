/** @file `atelier studio` as a user starts and ends it. */

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { atelier } from './run-cli.js';

const cwd = mkdtempSync(join(tmpdir(), 'atelier-studio-cli-'));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

it('prints its address and ends with 130 on Ctrl-C', async () => {
	let health: Promise<Response> | undefined;
	const ended = await atelier(['studio', '--port', '0', '--no-open', '--outputs', 'out'], cwd, (child, stdout) => {
		if (health || !stdout.includes('\n')) return;
		health = fetch(`${stdout.trim()}api/v1/health`);
		health.finally(() => child.kill('SIGINT'));
	});
	expect((await health)?.status).toBe(200);
	expect(ended.stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\n$/);
	expect(ended.code).toBe(130);
});

it('says when its port is taken', async () => {
	const other = createServer();
	const port = await new Promise<number>((resolve) =>
		other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port)),
	);
	const ended = await atelier(['studio', '--port', `${port}`, '--no-open', '--outputs', 'out'], cwd);
	other.close();
	expect(ended.code).toBe(2);
	expect(ended.stderr).toContain(`${port} is taken`);
	expect(ended.stderr.trim().split('\n')).toHaveLength(1);
});
