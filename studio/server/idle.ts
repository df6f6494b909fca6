/** @file What is done when nothing else is: pictures are looked at, so that they can be found by words. */

import type { Studio } from './studio.js';

/** Milliseconds between looks for something to do. */
const every = 5000;
/** Milliseconds between two pieces of work. */
const pause = 200;

/** Returns what ends it. */
export function learnWhenIdle({ queue, gallery, search, log }: Studio): () => void {
	let timer: NodeJS.Timeout | undefined;
	const next = (wait: number) => {
		timer = setTimeout(work, wait);
		timer.unref();
	};
	const work = async () => {
		let more = false;
		try {
			if (queue.isIdle) {
				await gallery.list();
				more = await search.learn(gallery.all);
			}
		} catch (error) {
			// Closed meanwhile, mostly.
			if (timer) log(`looking at pictures: ${String(error)}`);
		}
		if (timer) next(more ? pause : every);
	};
	next(every);
	return () => {
		clearTimeout(timer);
		timer = undefined;
	};
}
