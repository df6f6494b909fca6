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
}

/** Milliseconds between two questions. */
const every = 20;

const [url, id, count, seconds] = process.argv.slice(2) as [string, string, string, string];
let frames = 0;
const clients = Array.from({ length: Number(count) }, () => {
	const client = io(url, { transports: ['websocket'] });
	client.on('frame', () => frames++);
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
process.send!({ frames: rate, health_p50: at(0.5), health_p99: at(0.99) } satisfies Watched);
for (const client of clients) client.disconnect();
process.disconnect();
