/**
 * @file Live news: a room for each run. Steps and frames are dropped for whoever has not yet taken the last ones, so that a slow
 * page neither slows the drawing nor fills the memory; everything else arrives.
 */

import type { Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import { packFrames } from '../frames.js';
import type { ClientEvents, ServerEvents, Watched } from '../protocol.js';
import { runId } from '../protocol.js';
import { HttpProblem, notFound, problemOf } from './problem.js';
import type { RunQueue } from './queue.js';
import { type Names, refusal } from './security.js';
import type { TokenGate } from './token.js';

type StudioSocket = Socket<ClientEvents, ServerEvents>;
export type StudioSockets = Server<ClientEvents, ServerEvents>;

/** Open pages at most. */
const mostSockets = 200;
/** Bytes of a message from a page. */
const mostBytes = 16 << 10;
/** Calls of `watch` of a page in a second. */
const mostWatches = 20;

/** Milliseconds after which those who do not watch a run are told again how far it is. */
const tellAllEvery = 1000;

const roomOf = (id: string): string => `run:${id}`;

/** What sockets ask of the rest of the studio. */
export interface SocketSources {
	readonly queue: RunQueue;
	/** A finished run, as whoever begins to look at it is told of it. */
	watchFinished(id: string): Promise<Watched | undefined>;
	log(message: string): void;
}

/** Serve sockets on an HTTP server. */
export function openSockets(
	http: HttpServer,
	names: Names,
	gate: TokenGate | undefined,
	sources: SocketSources,
): StudioSockets {
	const { queue } = sources;
	const io: StudioSockets = new Server(http, {
		serveClient: false,
		maxHttpBufferSize: mostBytes,
		allowRequest: (request, decide) => {
			const reason =
				refusal(request, names) ??
				(gate && gate.admit(request) !== 'admitted' ? 'expected the token of the studio' : undefined) ??
				(io.engine.clientsCount >= mostSockets ? 'there are too many pages open' : undefined);
			decide(reason, reason === undefined);
		},
	});

	const watchers = () => {
		const run = queue.drawn;
		queue.watched = run !== undefined && (io.sockets.adapter.rooms.get(roomOf(run.id))?.size ?? 0) > 0;
	};
	/** A room, less those who have not taken the last news yet. */
	const ready = (room: string) => {
		const behind: string[] = [];
		for (const id of io.sockets.adapter.rooms.get(room) ?? []) {
			const connection = io.sockets.sockets.get(id)?.conn;
			// What waits in the buffer besides what is being sent is one batch already.
			if (connection && !connection.transport.writable && bufferedOf(connection) > 0) behind.push(id);
		}
		return io.to(room).except(behind);
	};

	queue.on('run', (run) => {
		io.emit('run', queue.info(run));
		watchers();
	});
	queue.on('queue', () => {
		io.emit('queue', queue.queueInfo);
	});
	let told = 0;
	queue.on('steps', (run, news) => {
		const now = performance.now();
		if (now - told > tellAllEvery) {
			told = now;
			io.volatile.emit('run', queue.info(run));
		}
		ready(roomOf(run.id)).emit('step', news);
	});
	queue.on('frames', (run, frames) => {
		const room = ready(roomOf(run.id));
		for (const frame of frames) room.emit('frame', frame);
	});
	queue.on('final', (run, frame) => {
		io.to(roomOf(run.id)).emit('final', frame);
	});

	io.on('connection', (socket: StudioSocket) => {
		let watched = 0;
		let since = 0;
		socket.on('watch', async (...args: unknown[]) => {
			const [id, answer] = args;
			if (typeof answer !== 'function') return;
			try {
				const now = performance.now();
				if (now - since > 1000) [since, watched] = [now, 0];
				if (++watched > mostWatches)
					throw new HttpProblem(429, 'E_RATE', 'expected fewer calls of watch; wait a second');
				const named = runId.safeParse(id);
				if (!named.success) throw notFound('run of this name');
				leaveRuns(socket);
				const run = queue.get(named.data);
				// Joined before it is answered, so that nothing is missed between.
				void socket.join(roomOf(named.data));
				watchers();
				const result: Watched | undefined = run ? run.watch(queue.info(run)) : await sources.watchFinished(named.data);
				if (!result) throw notFound(`run '${named.data}'`);
				const { frames, ...seen } = result;
				answer({ ...seen, ...packFrames(frames) });
			} catch (error) {
				const problem = problemOf(error);
				if (problem.code === 'E_INTERNAL') sources.log(`watch: ${String(error)}`);
				answer(problem);
			}
		});
		socket.on('unwatch', () => {
			leaveRuns(socket);
			watchers();
		});
		socket.on('disconnect', watchers);
		// A handler that throws must not end the studio.
		socket.on('error', () => {});
	});
	return io;
}

/** Packets that wait for the transport. */
const bufferedOf = (connection: StudioSocket['conn']): number =>
	(connection as unknown as { writeBuffer: readonly unknown[] }).writeBuffer.length;

function leaveRuns(socket: StudioSocket): void {
	for (const room of socket.rooms) if (room.startsWith('run:')) void socket.leave(room);
}
