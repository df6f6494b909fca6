/** @file What the routes have in common: the parts of a running studio. */

import type { Recipe } from '../../src/recipe/schema.js';
import type { Downloads } from './downloads.js';
import type { Speeds } from './estimate.js';
import type { Gallery } from './gallery.js';
import type { Marks } from './marks.js';
import type { RunQueue } from './queue.js';
import type { Search } from './search.js';
import type { TaskThread } from './tasks.js';
import type { Uploads } from './uploads.js';

export interface Studio {
	/** Whole path of the outputs. */
	readonly outputs: string;
	/** What it draws by itself for whoever comes in first, if anything. */
	readonly welcome: Recipe | undefined;
	readonly queue: RunQueue;
	readonly uploads: Uploads;
	readonly gallery: Gallery;
	readonly marks: Marks;
	readonly search: Search;
	readonly speeds: Speeds;
	readonly downloads: Downloads;
	/** Threads: one for what takes long, one for what should not wait. */
	readonly exporter: TaskThread;
	readonly looker: TaskThread;
	log(message: string): void;
}
