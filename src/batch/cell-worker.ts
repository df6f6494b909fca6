/** @file Thread entry: draws one cell after another, and keeps what the next may use again. */

import { parentPort } from 'node:worker_threads';
import { AtelierError } from '../errors.js';
import { SharedParts } from '../painter/shared-parts.js';
import { type CellEnd, type CellStep, type CellTask, drawCell } from './draw-cell.js';

/** What a thread is asked. */
export type WorkerRequest =
	| ({ readonly ask: 'draw' } & CellTask)
	/** End after the step in progress. */
	| { readonly ask: 'stop' }
	/** Let go of everything and exit. */
	| { readonly ask: 'close' };

/** What it answers. */
export type WorkerAnswer =
	| { readonly answer: 'step'; readonly step: CellStep }
	| { readonly answer: 'end'; readonly end: CellEnd }
	| { readonly answer: 'failed'; readonly message: string; readonly code: string | undefined };

/** Milliseconds between reports of steps. */
const reportEvery = 100;

const port = parentPort!;
const shared = new SharedParts();
const stop = new AbortController();
const answer = (message: WorkerAnswer) => port.postMessage(message);

port.on('message', async (request: WorkerRequest) => {
	if (request.ask === 'stop') return stop.abort();
	if (request.ask === 'close') {
		await shared.close();
		port.close();
		return;
	}
	let reported = 0;
	try {
		const end = await drawCell(request, shared, {
			signal: stop.signal,
			onStep(step) {
				const now = performance.now();
				if (now - reported < reportEvery) return;
				reported = now;
				answer({ answer: 'step', step });
			},
		});
		answer({ answer: 'end', end });
	} catch (error) {
		const message = error instanceof Error ? error.message : String(error);
		answer({ answer: 'failed', message, code: error instanceof AtelierError ? error.code : undefined });
	}
});
