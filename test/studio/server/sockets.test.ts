/** @file A page that has stopped reading: nothing waits for it, nothing heaps up for it, and it hears of the end when it wakes. */

import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Frame, StepNews } from '../../../studio/protocol.js';
import type { RunQueue } from '../../../studio/server/queue.js';
import { Names } from '../../../studio/server/security.js';
import { openSockets } from '../../../studio/server/sockets.js';
import { frameSizes, VectorDecoder } from '../../../studio/vectors.js';
import { type Client, small, TestStudio } from './studio.js';

let studio: TestStudio;
beforeAll(async () => {
	studio = await TestStudio.open();
});
afterAll(() => studio.close());

const options = { transports: ['websocket'] };
/** The connection below a client. */
const wireOf = (client: Client): { pause(): void; resume(): void } =>
	// biome-ignore lint/suspicious/noExplicitAny: engine.io keeps it to itself
	(client.io.engine.transport as any).ws;

it('a run goes on to its end, which is told to whoever wakes in time', async () => {
	const client = await studio.connect(options);
	const reader = await studio.connect(options);
	const steps: StepNews[] = [];
	reader.on('step', (news) => steps.push(news));
	const run = await studio.draw(small(40));
	await Promise.all([studio.watch(client, run.id), studio.watch(reader, run.id)]);
	await studio.until(run.id, 'running');
	wireOf(client).pause();
	let told: Frame | undefined;
	client.once('final', (frame) => {
		told = frame;
	});
	const done = await studio.until(run.id, 'done');
	expect(done.step).toBe(40);
	expect(steps.length).toBeGreaterThan(0);
	expect(told).toBeUndefined();
	const final = new Promise<Frame>((resolve) => client.once('final', resolve));
	// Who slept for longer than two heartbeats is let go, and comes again.
	const dropped = new Promise<undefined>((resolve) => client.once('disconnect', () => resolve(undefined)));
	wireOf(client).resume();
	expect((await Promise.race([final, dropped]))?.step ?? 40).toBe(40);
	const again = await studio.connect(options);
	const { run: over, frames } = await studio.watch(again, run.id);
	expect(over.state).toBe('done');
	expect(frames.at(-1)!.step).toBe(40);
});

it('a run of the most candidates is joined in its middle, with the frames of all', async () => {
	const most = 16;
	const run = await studio.draw(small(4000, { candidates: most, narrowAt: 1 }));
	const first = await studio.connect(options);
	// Somebody looks, so that there are frames.
	await studio.watch(first, run.id);
	await studio.until(run.id, 'running');
	const second = await studio.connect(options);
	let lost = false;
	second.on('disconnect', () => {
		lost = true;
	});
	await expect
		.poll(async () => new Set((await studio.watch(second, run.id)).frames.map(({ candidate }) => candidate)).size, {
			timeout: 30_000,
		})
		.toBe(most);
	const { frames, layout } = await studio.watch(second, run.id);
	const sizes = frameSizes(layout!);
	const decoder = new VectorDecoder(sizes);
	const own = frames.filter(({ candidate }) => candidate === most - 1);
	expect(own.map(({ data }) => decoder.decode(new Uint8Array(data as Uint8Array))).at(-1)!.points).toHaveLength(
		sizes.points,
	);
	expect(lost).toBe(false);
	await studio.post(`/runs/${run.id}/commands`, { command: 'skip' });
});

it('no more frames wait for it than the network takes, however many are drawn', async () => {
	const http = createServer();
	const names = new Names('127.0.0.1');
	await once(http.listen(0, '127.0.0.1'), 'listening');
	names.port = (http.address() as AddressInfo).port;
	const run = { id: 'r', watch: () => ({ run: { id: 'r' }, history: {}, layout: null, frames: [], locked: [] }) };
	// As the queue is to sockets; its runs are drawn faster than any real one.
	const queue = Object.assign(new EventEmitter(), { drawn: run, watched: false, get: () => run, info: () => ({}) });
	const server = openSockets(http, names, undefined, {
		queue: queue as unknown as RunQueue,
		watchFinished: async () => undefined,
		log: () => {},
	});
	const client: Client = io(`http://127.0.0.1:${names.port}`, { ...options, reconnection: false, forceNew: true });
	try {
		await once(client as unknown as EventEmitter, 'connect');
		await client.emitWithAck('watch', 'r');
		let received = 0;
		client.on('frame', () => received++);
		const connection = [...server.sockets.sockets.values()][0]!.conn as unknown as {
			readonly writeBuffer: readonly unknown[];
		};
		wireOf(client).pause();
		const frame = (step: number): Frame => ({
			run: 'r',
			step,
			candidate: 0,
			kind: 'vector',
			data: Buffer.alloc(100_000),
			layout: 0,
		});
		const drawn = 600;
		let waiting = 0;
		for (let step = 0; step < drawn; step++) {
			queue.emit('frames', run, [frame(step)]);
			// The turn of the network.
			await new Promise((resolve) => setImmediate(resolve));
			waiting = Math.max(waiting, connection.writeBuffer.length);
		}
		// A frame is two packets: what it is, and its bytes.
		expect(waiting).toBeLessThanOrEqual(4);
		const final = new Promise<Frame>((resolve) => client.once('final', resolve));
		queue.emit('final', run, frame(drawn));
		wireOf(client).resume();
		expect((await final).step).toBe(drawn);
		expect(received).toBeGreaterThan(0);
		// 60 megabytes are more than any network holds.
		expect(received).toBeLessThan(drawn / 2);
		expect(connection.writeBuffer).toHaveLength(0);
	} finally {
		client.disconnect();
		await server.close();
	}
});
