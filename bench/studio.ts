/** @file The studio under load: how soon it answers while it draws, what watchers get to see, what they cost the drawing, memory. */

import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunHistory, RunInfo } from '../studio/protocol.js';
import { startStudio } from '../studio/server/start.js';
import { brief, printRows } from './measure.js';
import { studioClient } from './studio-client.js';
import type { Watched } from './studio-watchers.js';

const watchers = [0, 1, 10, 50];
/** Seconds that are looked at with each number of watchers. */
const seconds = 8;
const recipe = { prompts: 'a red heart', steps: 20_000, candidates: 1, tidy: false };

const megabytes = (): number => Math.round(process.memoryUsage().rss / 1e6);

export async function studioBench(json: boolean): Promise<void> {
	const outputs = mkdtempSync(join(tmpdir(), 'atelier-bench-'));
	const studio = await startStudio({ outputs, port: 0, welcome: false });
	const ask = studioClient(studio.url);
	const start = megabytes();
	const rows = [];
	try {
		// What the machine itself takes to answer, with all else that goes on on it.
		const idle = await watch(studio.url, undefined, 0);
		const { runs } = await ask<{ runs: [RunInfo] }>('/runs', { recipe });
		const { id } = runs[0];
		while ((await ask<RunInfo>(`/runs/${id}`)).step < 20) await new Promise((resolve) => setTimeout(resolve, 100));
		for (const count of watchers) {
			const before = (await ask<RunInfo>(`/runs/${id}`)).step;
			const seen = await watch(studio.url, id, count);
			const { step, ms } = await ask<RunHistory>(`/runs/${id}/history`);
			const times = ms.filter((_, i) => step[i]! > before).sort((a, b) => a - b);
			rows.push({
				watchers: count,
				...seen,
				p99_to_idle: seen.health_p99 / idle.health_p99,
				step_ms: times[times.length >> 1]!,
				rss_mb: megabytes(),
			});
		}
		await ask(`/runs/${id}/commands`, { command: 'skip' });
	} finally {
		await studio.close();
		rmSync(outputs, { recursive: true, force: true });
	}
	const quiet = rows[0]!.step_ms;
	if (json) console.log(JSON.stringify({ rss_start_mb: start, rows }));
	else
		printRows([
			['RSS at the start', `${start} MB`],
			...rows.map((row): [string, string] => [
				`${row.watchers} watchers`,
				`health p50 ${brief(row.health_p50)} p99 ${brief(row.health_p99)} ms (x ${brief(row.p99_to_idle)} of idle), ${brief(row.frames)} frames/s each, step ${brief(row.step_ms)} ms (x ${brief(row.step_ms / quiet)}), RSS ${row.rss_mb} MB`,
			]),
		]);
}

/** In a process of their own: what they do must not count as the studio's work. */
function watch(url: string, id: string | undefined, count: number): Promise<Watched> {
	return new Promise((resolve, reject) => {
		const script = fileURLToPath(new URL('./studio-watchers.js', import.meta.url));
		const child = fork(script, [url, id ?? '', `${count}`, `${seconds}`]);
		child.once('message', (seen) => resolve(seen as Watched));
		child.once('exit', (code) => reject(new Error(`the watchers ended with ${code}`)));
	});
}
