/** @file The runs that the studio knows: on disk those that wait, failed or were cancelled, and besides those that ended lately. */

import { attempt } from './failure.js';
import { QueueJournal } from './journal.js';
import { keptFailures } from './limits.js';
import { LiveRun } from './live-run.js';

/** Runs that ended well and are still remembered with their curves. */
const keptEnded = 50;

export class RunMemory {
	private readonly runs = new Map<string, LiveRun>();
	private readonly journal: QueueJournal;
	private order: readonly string[];
	private isPaused: boolean;

	/** @param pathOf the folder of a run. @throws AtelierError E_IO */
	constructor(
		journal: string,
		pathOf: (id: string) => string,
		private readonly log: (message: string) => void,
	) {
		const { runs, order, paused } = QueueJournal.read(journal);
		this.isPaused = paused;
		for (const stored of runs) {
			const unfinished = ['preparing', 'running', 'paused'].includes(stored.state);
			const run = new LiveRun(unfinished ? { ...stored, state: 'interrupted' } : stored, pathOf(stored.id));
			this.runs.set(run.id, run);
		}
		const place = (run: LiveRun) => (run.state === 'interrupted' ? -1 : order.indexOf(run.id));
		this.order = this.all
			.filter((run) => !run.hasEnded)
			.sort((a, b) => place(a) - place(b))
			.map(({ id }) => id);
		this.journal = QueueJournal.begin(journal, () => ({
			runs: this.all.flatMap((run) => (isStored(run) ? [run.toStore] : [])),
			order: this.order,
			paused: this.isPaused,
		}));
	}

	get(id: string): LiveRun | undefined {
		return this.runs.get(id);
	}

	/** In the order in which they came. */
	get all(): LiveRun[] {
		return [...this.runs.values()];
	}

	/** Those that waited when it was last said, in their order. */
	get waiting(): LiveRun[] {
		return this.order.map((id) => this.runs.get(id)!);
	}

	set waiting(runs: readonly LiveRun[]) {
		this.order = runs.map(({ id }) => id);
		this.journal.order(this.order);
	}

	get paused(): boolean {
		return this.isPaused;
	}

	set paused(paused: boolean) {
		this.isPaused = paused;
		this.journal.paused(paused);
	}

	/** @throws AtelierError E_IO */
	add(run: LiveRun): void {
		this.runs.set(run.id, run);
		if (isStored(run)) this.journal.run(run.toStore);
	}

	/** It is another now. A full disk, say, is told, and ends nothing that is drawn. */
	changed(run: LiveRun): void {
		if (run.welcome) return;
		attempt(this.log, 'remembering a run', () => {
			if (isStored(run)) this.journal.run(run.toStore);
			else this.journal.gone(run.id);
		});
	}

	/** @throws AtelierError E_IO */
	forget(run: LiveRun): void {
		this.runs.delete(run.id);
		if (!run.welcome) this.journal.gone(run.id);
	}

	/** Of what is over, only the latest is remembered. */
	prune(): void {
		const over = this.all.filter((run) => run.hasEnded);
		const [good, bad] = [over.filter((run) => !isStored(run)), over.filter(isStored)];
		for (const run of good.slice(0, Math.max(0, good.length - keptEnded))) this.runs.delete(run.id);
		for (const run of bad.slice(0, Math.max(0, bad.length - keptFailures)))
			attempt(this.log, 'forgetting a run', () => this.forget(run));
	}

	close(): void {
		this.journal.close();
	}
}

/** Whether the journal has it: what is finished lies in the outputs. */
const isStored = ({ state, welcome }: LiveRun): boolean => !welcome && state !== 'done' && state !== 'stopped';
