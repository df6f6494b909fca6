/** @file Threads that work while others answer: where the system can tell threads apart, those go first. */

import { setPriority } from 'node:os';

/** As with the command nice: 0 is usual, 19 the least. */
const niceness = 2;

/** Let the calling thread, and those that it will start, go after all others that want the processor. */
export function stepBack(): void {
	// On Linux a priority is that of a thread; elsewhere it would be that of the whole studio.
	if (process.platform === 'linux') setPriority(0, niceness);
}
