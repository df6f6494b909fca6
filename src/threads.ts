/** @file How a thread is ended: it is asked to, and ends by itself after what it is at. */

import type { Worker } from 'node:worker_threads';

/**
 * Ask a thread to end, and wait until it has; at once where it has ended already.
 *
 * `terminate` will not do while it may be computing: amid a call of ONNX Runtime its binding throws where nobody catches, and the
 * whole process is aborted (code 134).
 *
 * @param request a message at which the thread closes its port, so that nothing keeps it
 */
export function endThread(worker: Worker, request: unknown): Promise<void> {
	// What Node says of a thread that is gone.
	if (worker.threadId === -1) return Promise.resolve();
	return new Promise((resolve) => {
		worker.once('exit', () => resolve());
		worker.ref();
		worker.postMessage(request);
	});
}
