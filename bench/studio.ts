/** @file The studio under load: how soon it answers while it draws, what watchers get to see, what they cost the drawing, memory. */

import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { RunHistory, RunInfo } from '../studio/protocol.js';
import { startStudio } from '../studio/server/start.js';
import { brief, printRows } from './measure.js';
import { studioClient } from './studio-client.js';
import type { Watched } from './studio-watchers.js';

const watchers = [0, 1, 10, 50];
/** Seconds that are looked at with each number of watchers. */
const seconds = 8;
/** A minute with drawings that wait, up to the last frame of the one that is drawn. */
const crowd = { watchers: 50, seconds: 60, queued: 5 };
const recipe = { prompts: 'a red heart', steps: 20_000, candidates: 1, tidy: false };

const megabytes = (): number => Math.round(process.memoryUsage().rss / 1e6);

export async function studioBench(json: boolean): Promise<void> {
	const outputs = mkdtempSync(join(tmpdir(), 'atelier-bench-'));
	const studio = await startStudio({ outputs, port: 0, welcome: false });
	const ask = studioClient(studio.url);
	const start = megabytes();
	const rows = [];
	let crowded: Watched & { step_ms: number; to_alone: number; rss_before_mb: number; rss_after_mb: number };
	try {
		// What the machine itself takes to answer, with all else that goes on on it.
		const idle = await watch(studio.url, undefined, 0, seconds);
		const { runs } = await ask<{ runs: [RunInfo] }>('/runs', { recipe });
		const { id } = runs[0];
		while ((await ask<RunInfo>(`/runs/${id}`)).step < 20) await sleep(100);
		/** What is seen, and the median milliseconds of a step meanwhile. */
		const during = async (look: () => Promise<Watched>) => {
			const before = (await ask<RunInfo>(`/runs/${id}`)).step;
			const seen = await look();
			const { step, ms } = await ask<RunHistory>(`/runs/${id}/history`);
			const times = ms.filter((_, i) => step[i]! > before).sort((a, b) => a - b);
			return { ...seen, step_ms: times[times.length >> 1]! };
		};
		for (const count of watchers) {
			const seen = await during(() => watch(studio.url, id, count, seconds));
			rows.push({ watchers: count, ...seen, p99_to_idle: seen.health_p99 / idle.health_p99, rss_mb: megabytes() });
		}
		// As near in time to the crowd as can be: others use the machine too.
		const alone = await during(() => watch(studio.url, id, 0, seconds));
		for (let i = 0; i < crowd.queued; i++) await ask('/runs', { recipe });
		const before = megabytes();
		const seen = await during(() =>
			watch(studio.url, id, crowd.watchers, crowd.seconds, () => ask(`/runs/${id}/commands`, { command: 'stop' })),
		);
		crowded = {
			...seen,
			to_alone: seen.step_ms / alone.step_ms,
			rss_before_mb: before,
			rss_after_mb: megabytes(),
		};
		await ask('/queue', { command: 'clear' });
	} finally {
		await studio.close();
		rmSync(outputs, { recursive: true, force: true });
	}
	const quiet = rows[0]!.step_ms;
	if (json) console.log(JSON.stringify({ rss_start_mb: start, rows, crowd: { ...crowd, ...crowded } }));
	else
		printRows([
			['RSS at the start', `${start} MB`],
			...rows.map((row): [string, string] => [
				`${row.watchers} watchers`,
				`health p50 ${brief(row.health_p50)} p99 ${brief(row.health_p99)} ms (x ${brief(row.p99_to_idle)} of idle), ${brief(row.frames)} frames/s each, step ${brief(row.step_ms)} ms (x ${brief(row.step_ms / quiet)}), RSS ${row.rss_mb} MB`,
			]),
			[
				`${crowd.watchers} watchers, ${crowd.queued} waiting, ${crowd.seconds} s`,
				`health p99 ${brief(crowded.health_p99)} ms, ${brief(crowded.frames)} frames/s each, step ${brief(crowded.step_ms)} ms (x ${brief(crowded.to_alone)} of alone), final frame seen by ${crowded.finals}, RSS ${crowded.rss_before_mb} to ${crowded.rss_after_mb} MB`,
			],
		]);
}

/**
 * In a process of their own: what they do must not count as the studio's work.
 * @param stop when given: ends the run after those seconds, and its final frame is waited for
 */
function watch(
	url: string,
	id: string | undefined,
	count: number,
	seconds: number,
	stop?: () => Promise<unknown>,
): Promise<Watched> {
	return new Promise((resolve, reject) => {
		const script = fileURLToPath(new URL('./studio-watchers.js', import.meta.url));
		const child = fork(script, [url, id ?? '', `${count}`, `${seconds}`, stop ? 'final' : '']);
		child.on('message', (seen) => (seen === 'looked' ? stop?.().catch(reject) : resolve(seen as Watched)));
		child.once('exit', (code) => reject(new Error(`the watchers ended with ${code}`)));
	});
}
