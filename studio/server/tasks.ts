/** @file A thread for tasks, from outside: started when it is needed, started anew should it die. */

import { Worker } from 'node:worker_threads';
import { endThread } from '../../src/threads.js';
import { errorOf } from './failure.js';
import { HttpProblem } from './problem.js';
import type { Failure } from './run-messages.js';
import type { TaskName, Tasks } from './task-messages.js';
import type { TaskRequest } from './task-worker.js';

/** Megabytes of JavaScript's memory that a task may take. */
const mostMegabytes = 2048;

interface Call {
	resolve(gives: unknown): void;
	reject(error: unknown): void;
}

export class TaskThread {
	private worker: Worker | undefined;
	private calls = 0;
	private readonly waiting = new Map<number, Call>();

	constructor(private readonly mostWaiting = 64) {}

	/** @throws what the task throws; HttpProblem E_BUSY when too much waits already */
	do<N extends TaskName>(name: N, takes: Tasks[N]['takes']): Promise<Tasks[N]['gives']> {
		if (this.waiting.size >= this.mostWaiting)
			throw new HttpProblem(503, 'E_BUSY', 'the studio has enough of these to do; try again in a while');
		this.worker ??= this.start();
		const call = ++this.calls;
		return new Promise((resolve, reject) => {
			this.waiting.set(call, { resolve: resolve as Call['resolve'], reject });
			this.worker!.postMessage({ call, name, takes } satisfies TaskRequest);
		});
	}

	/** After the task that is under way; those that wait are rejected. */
	async close(): Promise<void> {
		if (this.worker) await endThread(this.worker, 'end' satisfies TaskRequest);
	}

	private start(): Worker {
		const worker = new Worker(new URL('./task-worker.js', import.meta.url), {
			resourceLimits: { maxOldGenerationSizeMb: mostMegabytes },
		});
		worker.unref();
		worker.on('message', ({ call, gives, failure }: { call: number; gives: unknown; failure?: Failure }) => {
			const waiting = this.waiting.get(call);
			this.waiting.delete(call);
			if (failure) waiting?.reject(errorOf(failure));
			else waiting?.resolve(gives);
		});
		const died = (error: unknown) => {
			if (this.worker !== worker) return;
			this.worker = undefined;
			for (const { reject } of this.waiting.values()) reject(error);
			this.waiting.clear();
		};
		worker.on('error', died);
		worker.on('exit', (code) => died(new Error(`the thread for tasks ended with ${code}`)));
		return worker;
	}
}
