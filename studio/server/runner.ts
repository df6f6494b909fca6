/** @file The thread that draws, from outside: one run at a time; should it die, only its run fails and the next gets a new thread. */

import { Worker } from 'node:worker_threads';
import type { Recipe } from '../../src/recipe/schema.js';
import { endThread } from '../../src/threads.js';
import { errorOf } from './failure.js';
import type { DrawTask, RunAnswer, RunCommand, RunRequest } from './run-messages.js';

export type RunEnd = Extract<RunAnswer, { answer: 'ended' }>;
/** What is heard of a run while it is drawn. */
export type RunNews = Exclude<RunAnswer, { answer: 'ended' | 'failed' | 'obeyed' }>;

interface Current {
	readonly onNews: (news: RunNews) => void;
	resolve(end: RunEnd): void;
	reject(error: unknown): void;
}

export class Runner {
	private worker: Worker | undefined;
	private current: Current | undefined;
	private calls = 0;
	private readonly waiting = new Map<number, { resolve(): void; reject(error: unknown): void }>();
	private isWatched = false;

	/** Start the thread already, and have it load what a recipe needs, so that the first run begins sooner. */
	warm(recipe?: Recipe): void {
		this.worker ??= this.start();
		if (recipe) this.ask({ ask: 'warm', recipe });
	}

	/** To the end; rejects when it fails. */
	draw(task: DrawTask, onNews: (news: RunNews) => void): Promise<RunEnd> {
		return new Promise((resolve, reject) => {
			this.current = { onNews, resolve, reject };
			this.ask({ ask: 'draw', task });
		});
	}

	/** Resolves once it has taken effect, at once when nothing is drawn; rejects when the run refuses. */
	command(command: RunCommand): Promise<void> {
		if (!this.worker) return Promise.resolve();
		const call = ++this.calls;
		return new Promise((resolve, reject) => {
			this.waiting.set(call, { resolve, reject });
			this.ask({ ask: 'command', call, command });
		});
	}

	interrupt(): void {
		this.worker?.postMessage({ ask: 'interrupt' } satisfies RunRequest);
	}

	set watched(watched: boolean) {
		if (this.isWatched === watched) return;
		this.isWatched = watched;
		this.worker?.postMessage({ ask: 'watched', watched } satisfies RunRequest);
	}

	/** Once nothing is drawn any more. */
	async close(): Promise<void> {
		if (this.worker) await endThread(this.worker, { ask: 'close' } satisfies RunRequest);
	}

	private ask(request: RunRequest): void {
		this.worker ??= this.start();
		this.worker.postMessage(request);
	}

	private start(): Worker {
		const worker = new Worker(new URL('./run-worker.js', import.meta.url));
		worker.postMessage({ ask: 'watched', watched: this.isWatched } satisfies RunRequest);
		worker.on('message', (answer: RunAnswer) => this.hear(answer));
		const died = (error: unknown) => {
			if (this.worker !== worker) return;
			this.worker = undefined;
			for (const { resolve } of this.waiting.values()) resolve();
			this.waiting.clear();
			this.settle((current) => current.reject(error));
		};
		worker.on('error', died);
		worker.on('exit', (code) => died(new Error(`the thread that drew it ended with ${code}`)));
		return worker;
	}

	private hear(answer: RunAnswer): void {
		switch (answer.answer) {
			case 'obeyed': {
				const call = this.waiting.get(answer.call);
				this.waiting.delete(answer.call);
				if (answer.failure) call?.reject(errorOf(answer.failure));
				else call?.resolve();
				return;
			}
			case 'ended':
				this.settle((current) => current.resolve(answer));
				return;
			case 'failed':
				this.settle((current) => current.reject(errorOf(answer.failure)));
				return;
			default:
				this.current?.onNews(answer);
		}
	}

	private settle(end: (current: Current) => void): void {
		const { current } = this;
		this.current = undefined;
		if (current) end(current);
	}
}
