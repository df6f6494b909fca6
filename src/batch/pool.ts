/** @file Threads that draw cells, several at once; each takes a cell that is like its last where there is one, as that opens faster. */

import { Worker } from 'node:worker_threads';
import { AtelierError, type ErrorCode } from '../errors.js';
import { endThread } from '../threads.js';
import type { WorkerAnswer, WorkerRequest } from './cell-worker.js';
import type { CellEnd, CellStep, CellTask } from './draw-cell.js';

/** A cell that waits for its turn. */
export interface PoolTask extends CellTask {
	/** Tasks of a group are alike. */
	readonly group: string;
	readonly onStart?: () => void;
	readonly onStep?: (step: CellStep) => void;
}

/** Draws cells. */
export interface Pool {
	/** Waits for a free thread, then for the drawing. Undefined when the pool was stopped before it began. Rejects when it fails. */
	draw(task: PoolTask): Promise<CellEnd | undefined>;
	/** Begin no more cells, and end those under way after their step. */
	stop(): void;
	/** Once nothing is under way. */
	close(): Promise<void>;
}

interface Waiting extends PoolTask {
	resolve(end: CellEnd | undefined): void;
	reject(error: unknown): void;
}

interface Seat {
	worker: Worker | undefined;
	task: Waiting | undefined;
	group: string;
}

/** A pool of so many threads, which start when they are needed. */
export function workerPool(jobs: number): Pool {
	const seats: Seat[] = Array.from({ length: jobs }, () => ({ worker: undefined, task: undefined, group: '' }));
	let waiting: Waiting[] = [];
	let stopped = false;

	const serve = () => {
		for (const seat of seats) {
			if (seat.task || waiting.length === 0) continue;
			const task = takeFor(seat);
			seat.task = task;
			seat.group = task.group;
			seat.worker ??= start(seat);
			task.onStart?.();
			const { recipe, path, until } = task;
			seat.worker.postMessage({ ask: 'draw', recipe, path, until } satisfies WorkerRequest);
		}
	};
	const takeFor = (seat: Seat): Waiting => {
		const elsewhere = new Set(seats.filter((other) => other !== seat && other.task).map((other) => other.group));
		const alike = waiting.findIndex(({ group }) => group === seat.group);
		const unlike = waiting.findIndex(({ group }) => !elsewhere.has(group));
		return waiting.splice(alike >= 0 ? alike : Math.max(0, unlike), 1)[0]!;
	};
	const start = (seat: Seat): Worker => {
		const worker = new Worker(new URL('./cell-worker.js', import.meta.url));
		const done = (settle: (task: Waiting) => void) => {
			const { task } = seat;
			seat.task = undefined;
			if (task) settle(task);
			// Whoever waited for it speaks first.
			setImmediate(serve);
		};
		worker.on('message', (message: WorkerAnswer) => {
			if (message.answer === 'step') seat.task?.onStep?.(message.step);
			else if (message.answer === 'end') done((task) => task.resolve(message.end));
			else {
				const { code, message: reason } = message;
				done((task) => task.reject(code ? new AtelierError(code as ErrorCode, reason) : new Error(reason)));
			}
		});
		// A thread that dies (for want of memory, say) takes only its cell with it.
		worker.on('error', (error) => {
			if (seat.worker === worker) seat.worker = undefined;
			done((task) => task.reject(error));
		});
		worker.on('exit', (code) => {
			if (seat.worker !== worker) return;
			seat.worker = undefined;
			if (seat.task) done((task) => task.reject(new Error(`the thread that drew it ended with ${code}`)));
		});
		return worker;
	};

	return {
		draw: (task) =>
			new Promise((resolve, reject) => {
				if (stopped) return resolve(undefined);
				waiting.push({ ...task, resolve, reject });
				serve();
			}),
		stop() {
			stopped = true;
			for (const task of waiting) task.resolve(undefined);
			waiting = [];
			for (const { worker } of seats) worker?.postMessage({ ask: 'stop' } satisfies WorkerRequest);
		},
		async close() {
			await Promise.all(
				seats.map(({ worker }) => worker && endThread(worker, { ask: 'close' } satisfies WorkerRequest)),
			);
		},
	};
}
