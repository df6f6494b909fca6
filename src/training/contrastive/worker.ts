/** @file Thread entry: one share of contrastive training behind messages, answered in order. */

import { parentPort, workerData } from 'node:worker_threads';
import { Share, type ShareApi, type ShareOptions } from './share.js';

/** A call of a share's method; after `close` no more may come. */
export interface ShareCall {
	readonly method: keyof ShareApi;
	readonly argument?: unknown;
}

/** Its answer. */
export type ShareAnswer = { readonly result: unknown } | { readonly code: string | undefined; readonly error: string };

const port = parentPort!;
const share = await Share.create(workerData as ShareOptions);
port.postMessage({ result: undefined } satisfies ShareAnswer);
let last: Promise<void> = Promise.resolve();
port.on('message', ({ method, argument }: ShareCall) => {
	last = last.then(async () => {
		try {
			const result = await (share[method] as (argument: unknown) => Promise<unknown>).call(share, argument);
			port.postMessage({ result } satisfies ShareAnswer);
		} catch (error) {
			const { code, message } = error as { code?: string; message?: string };
			port.postMessage({ code, error: message ?? String(error) } satisfies ShareAnswer);
		}
		// Whatever came of it: a thread that stays is waited for for ever.
		if (method === 'close') port.close();
	});
});
