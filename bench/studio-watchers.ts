/** @file Process entry: pages that watch a run, and somebody who asks all the time whether the studio is well. */

import { setTimeout as sleep } from 'node:timers/promises';
import { io } from 'socket.io-client';

/** What they saw. */
export interface Watched {
	/** Frames a second, the mean of all watchers. */
	readonly frames: number;
	/** Milliseconds until an answer. */
	readonly health_p50: number;
	readonly health_p99: number;
	/** Watchers that were shown the final frame; only where it was waited for. */
	readonly finals?: number;
}

/** Milliseconds in which a run that is stopped shows its final frame. */
const patience = 15_000;

/** Milliseconds between two questions. */
const every = 20;

const [url, id, count, seconds, awaitsFinal] = process.argv.slice(2) as [string, string, string, string, string];
let frames = 0;
let finals = 0;
const clients = Array.from({ length: Number(count) }, () => {
	const client = io(url, { transports: ['websocket'] });
	client.on('frame', () => frames++);
	client.on('final', () => finals++);
	return client;
});
await Promise.all(clients.map((client) => client.emitWithAck('watch', id)));
frames = 0;
const begun = performance.now();
const elapsed = () => (performance.now() - begun) / 1000;
const times: number[] = [];
while (elapsed() < Number(seconds)) {
	const before = performance.now();
	await (await fetch(`${url}api/v1/health`)).text();
	times.push(performance.now() - before);
	await sleep(every);
}
const rate = frames / elapsed() / Math.max(1, clients.length);
times.sort((a, b) => a - b);
const at = (part: number) => times[Math.floor(part * (times.length - 1))]!;
const seen: Watched = { frames: rate, health_p50: at(0.5), health_p99: at(0.99) };
if (awaitsFinal) {
	process.send!('looked');
	const asked = performance.now();
	while (finals < clients.length && performance.now() - asked < patience) await sleep(every);
	process.send!({ ...seen, finals } satisfies Watched);
} else process.send!(seen);
for (const client of clients) client.disconnect();
process.disconnect();
