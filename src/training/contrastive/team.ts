/** @file The shares of a run, each in a thread of its own, or all in this one. */

import { Worker } from 'node:worker_threads';
import { AtelierError, type ErrorCode } from '../../errors.js';
import { endThread } from '../../threads.js';
import { shareOfChunk } from './batches.js';
import type { OpenedRun } from './open.js';
import { type Exchange, Share, type ShareApi, type ShareOptions } from './share.js';
import { towersOf } from './towers.js';
import type { ShareAnswer, ShareCall } from './worker.js';

/** The shares of a run, and the memory that they share. */
export interface Team {
	readonly shares: readonly ShareApi[];
	/** Of each share. */
	readonly gradients: readonly SharedArrayBuffer[];
	readonly exchange: Exchange;
}

/** Open the shares of a run, chunks going round them. */
export async function openTeam(
	{ config, setup, state, sources, tokenizer }: OpenedRun,
	threads: boolean,
): Promise<Team> {
	const { batch, chunk, workers, seed, engine } = config;
	const block = () => new SharedArrayBuffer(batch * towersOf(setup.model).width * 4);
	const exchange = { pictures: block(), texts: block(), dPictures: block(), dTexts: block() };
	const gradients = Array.from({ length: workers }, () => new SharedArrayBuffer(state.shared.byteLength));
	const { layout, shared: weights, frozen } = state;
	const materials = sources.map((s) => s.material);
	const common = { setup, chunk, seed, engine, tokenizer, materials, layout, weights, frozen, exchange };
	const all = Array.from({ length: batch / chunk }, (_, c) => c);
	const shares = await openShares(
		gradients.map((gradient, s) => ({
			...common,
			gradient,
			chunks: all.filter((c) => shareOfChunk(c, workers) === s),
		})),
		threads,
	);
	return { shares, gradients, exchange };
}

/** Open shares; when one fails, the others are closed and its error is thrown. */
async function openShares(options: readonly ShareOptions[], threads: boolean): Promise<ShareApi[]> {
	const opened = await Promise.allSettled(options.map((o) => (threads ? openThread(o) : Share.create(o))));
	const failed = opened.find((o) => o.status === 'rejected');
	const shares = opened.flatMap((o) => (o.status === 'fulfilled' ? [o.value] : []));
	if (!failed) return shares;
	// A thread left behind would keep the process alive.
	await Promise.all(shares.map((s) => s.close()));
	throw failed.reason;
}

async function openThread(options: ShareOptions): Promise<ShareApi> {
	const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: options });
	const waiting: { resolve: (result: unknown) => void; reject: (error: Error) => void }[] = [];
	let broken: Error | undefined;
	const fail = (error: Error) => {
		broken = error;
		for (const one of waiting.splice(0)) one.reject(error);
	};
	// What a thread throws arrives as a plain error, whatever it was there.
	worker.on('error', (cause) => {
		const { code, message } = cause as { code?: string; message?: string };
		fail(new AtelierError(codeOf(code), message ?? String(cause), { cause }));
	});
	worker.on('exit', () => fail(new AtelierError('E_ENGINE', 'expected a thread of training to go on, but it ended')));
	worker.on('message', (answer: ShareAnswer) => {
		const one = waiting.shift();
		if ('error' in answer) one?.reject(new AtelierError(codeOf(answer.code), answer.error));
		else one?.resolve(answer.result);
	});
	const answer = <T>() =>
		new Promise<T>((resolve, reject) => {
			if (broken) reject(broken);
			else waiting.push({ resolve: resolve as (result: unknown) => void, reject });
		});
	const call = <T>(method: keyof ShareApi, argument?: unknown): Promise<T> => {
		const answered = answer<T>();
		if (!broken) worker.postMessage({ method, argument } satisfies ShareCall);
		return answered;
	};
	await answer();
	return {
		make: (request) => call('make', request),
		embed: (wanted) => call('embed', wanted),
		pull: (wanted) => call('pull', wanted),
		whole: (request) => call('whole', request),
		start: (request) => call('start', request),
		ascend: (part) => call('ascend', part),
		close: () => endThread(worker, { method: 'close' } satisfies ShareCall),
	};
}

/** A thread's error code, if it is one of ours. */
const codeOf = (code: string | undefined): ErrorCode => (code?.startsWith('E_') ? (code as ErrorCode) : 'E_ENGINE');
