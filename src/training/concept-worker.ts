/** @file Thread entry: one share of stage-1 training behind messages. */

import { parentPort, workerData } from 'node:worker_threads';
import { ConceptShard, type ShardOptions } from './concept-shard.js';
import { loadCorpus } from './corpus/index.js';

/** A pass that is asked of a share. */
export type PassRequest =
	| { readonly pass: 'clean'; readonly step: number; readonly epsMax: number; readonly next?: number }
	| { readonly pass: 'attack'; readonly next: number };
/** `end`: no pass will come any more. */
export type ShardRequest = PassRequest | 'end';

const port = parentPort!;
const { corpus, ...options } = workerData as ShardOptions & { corpus: string };
const shard = await ConceptShard.create(options, await loadCorpus(corpus));
port.postMessage({ ready: true });
port.on('message', async (request: ShardRequest) => {
	if (request === 'end') return port.close();
	try {
		port.postMessage(
			request.pass === 'clean' ? await shard.cleanPass(request.step, request.epsMax) : await shard.attackPass(),
		);
		// The trainer updates the weights meanwhile.
		if (request.next !== undefined) shard.prepare(request.next);
	} catch (error) {
		port.postMessage({ error: error instanceof Error ? error.message : String(error) });
	}
});
