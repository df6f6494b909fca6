/** @file What the routes have in common: the parts of a running studio. */

import type { OutputInfo, RunHistory } from '../protocol.js';
import type { RunQueue } from './queue.js';
import type { Uploads } from './uploads.js';

export interface Studio {
	/** Whole path of the outputs. */
	readonly outputs: string;
	/** Whether it draws something by itself for whoever comes in first. */
	readonly welcomes: boolean;
	readonly queue: RunQueue;
	readonly uploads: Uploads;
	/** A finished run. @throws HttpProblem E_NOT_FOUND */
	finished(id: string): Promise<OutputInfo>;
	finishedHistory(id: string): Promise<RunHistory>;
	log(message: string): void;
}
