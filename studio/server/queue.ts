/** @file The queue: what is drawn now, what waits and in which order; a start goes on where the last one ended. */

import { EventEmitter } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Recipe } from '../../src/recipe/schema.js';
import type { QueueInfo, RunInfo } from '../protocol.js';
import { Draughtsman, type DrawEvents } from './draughtsman.js';
import { limits } from './limits.js';
import { LiveRun, type StoredRun } from './live-run.js';
import { RunMemory } from './memory.js';
import { HttpProblem, notFound } from './problem.js';
import type { RunCommand } from './run-messages.js';

export interface QueueEvents extends DrawEvents {
	queue: [];
}

/** What a queue needs to know of its surroundings. */
export interface QueueOptions {
	/** Whole path. */
	readonly outputs: string;
	readonly journal: string;
	/** The recipe with the files of its pictures. */
	locate(recipe: Recipe): Recipe;
	/** Folder of a finished run. */
	folderOf(id: string): string | undefined;
	estimate(recipe: Recipe): number | null;
	isStarred(id: string): boolean;
	log(message: string): void;
}

/** A run to be added. */
export type NewRun = Pick<StoredRun, 'id' | 'recipe' | 'budget' | 'parent' | 'changes'>;

export class RunQueue extends EventEmitter<QueueEvents> {
	private readonly memory: RunMemory;
	private readonly draughtsman: Draughtsman;
	private waiting: LiveRun[];
	private current: LiveRun | undefined;
	private drawing: Promise<void> = Promise.resolve();
	private closing = false;
	private hasDrawn = false;

	constructor(private readonly options: QueueOptions) {
		super();
		this.memory = new RunMemory(options.journal, (id) => this.pathOf(id), options.log);
		this.waiting = this.memory.waiting;
		this.draughtsman = new Draughtsman({
			...options,
			tell: (event, ...news) => {
				if (event === 'run') this.memory.changed(news[0] as LiveRun);
				// biome-ignore lint/suspicious/noExplicitAny: what belongs to an event is known to whoever tells it
				this.emit(event, ...(news as any));
			},
		});
	}

	/** Begin to draw what waits; where nothing does, make ready for a recipe that is likely to come. */
	start(likely?: Recipe): void {
		this.draughtsman.runner.warm(this.isIdle ? likely : undefined);
		this.pump();
	}

	get(id: string): LiveRun | undefined {
		return this.memory.get(id);
	}

	get all(): readonly LiveRun[] {
		const order = this.current ? [this.current, ...this.waiting] : this.waiting;
		const rest = this.memory.all.filter((run) => !order.includes(run));
		return [...order, ...rest.reverse()];
	}

	/** Whether a folder in the outputs is that of a run that is not over. */
	isUnfinished(id: string): boolean {
		const run = this.get(id);
		return run !== undefined && !run.hasEnded;
	}

	/** Whether nothing is drawn, and nothing is about to be. */
	get isIdle(): boolean {
		return !this.current && (this.memory.paused || this.waiting.length === 0);
	}

	/** Whether anything was drawn or is to be drawn since the start. */
	get isUntouched(): boolean {
		return !this.hasDrawn && !this.current && this.waiting.length === 0;
	}

	set watched(watched: boolean) {
		this.draughtsman.runner.watched = watched;
	}

	get drawn(): LiveRun | undefined {
		return this.current;
	}

	info(run: LiveRun): RunInfo {
		const position = this.waiting.indexOf(run);
		const starred = this.options.isStarred(run.id);
		return run.info(position < 0 ? { starred } : { position, eta: this.etaOf(position), starred });
	}

	get queueInfo(): QueueInfo {
		const runs = this.current && !this.current.welcome ? [this.current, ...this.waiting] : this.waiting;
		return { paused: this.memory.paused, runs: runs.map((run) => this.info(run)) };
	}

	/** @throws HttpProblem E_QUEUE_FULL */
	add(added: readonly NewRun[], front: boolean): LiveRun[] {
		if (this.waiting.length + added.length > limits.queued)
			throw new HttpProblem(
				409,
				'E_QUEUE_FULL',
				`expected at most ${limits.queued} waiting drawings, got ${this.waiting.length + added.length}`,
			);
		const created = new Date().toISOString();
		const runs = added.map(
			(run) => new LiveRun({ ...run, state: 'queued', created, seconds: 0, step: 0 }, this.pathOf(run.id)),
		);
		for (const run of runs) this.memory.add(run);
		this.waiting = front ? [...runs, ...this.waiting] : [...this.waiting, ...runs];
		this.reordered();
		this.giveWay();
		this.pump();
		return runs;
	}

	/** Draw something to look at, in a folder that goes away. */
	welcome(recipe: Recipe): LiveRun {
		const path = mkdtempSync(join(tmpdir(), 'atelier-welcome-'));
		const created = new Date().toISOString();
		const run = new LiveRun(
			{ id: `welcome-${Date.now()}`, recipe, created, state: 'queued', seconds: 0, step: 0 },
			path,
			true,
		);
		this.memory.add(run);
		this.draw(run);
		return run;
	}

	/** @throws HttpProblem E_NOT_FOUND, E_STATE; what the run refuses */
	async command(id: string, command: RunCommand): Promise<LiveRun> {
		const run = this.existing(id);
		if (run !== this.current)
			throw new HttpProblem(409, 'E_STATE', `expected a run that is being drawn, got one that is ${run.state}`);
		await this.draughtsman.runner.command(command);
		// Stopped ones end with their step.
		if (command.command === 'stop' || command.command === 'skip') await this.drawing;
		return run;
	}

	pause(paused: boolean): void {
		this.memory.paused = paused;
		this.emit('queue');
		this.pump();
	}

	move(id: string, position: number): void {
		const run = this.waiting.find((one) => one.id === id);
		if (!run) throw new HttpProblem(409, 'E_STATE', 'expected a run that waits');
		const others = this.waiting.filter((one) => one !== run);
		this.waiting = [...others.slice(0, position), run, ...others.slice(position)];
		this.reordered();
	}

	/** Those of the ids that wait do so no longer; a run under way is stopped. */
	cancel(ids: readonly string[]): void {
		for (const id of ids) this.existing(id);
		for (const run of this.waiting.filter((one) => ids.includes(one.id))) this.draughtsman.settle(run, 'cancelled');
		this.waiting = this.waiting.filter((run) => !ids.includes(run.id));
		if (this.current && ids.includes(this.current.id)) this.end('stop');
		this.reordered();
	}

	clear(): void {
		this.cancel(this.waiting.map(({ id }) => id));
	}

	/** @throws HttpProblem */
	retry(id: string): LiveRun {
		const run = this.fallen(id);
		run.state = 'queued';
		run.problem = undefined;
		run.finished = undefined;
		this.waiting.push(run);
		this.memory.add(run);
		this.reordered();
		this.emit('run', run);
		this.giveWay();
		this.pump();
		return run;
	}

	/** @throws HttpProblem */
	forget(id: string): void {
		this.memory.forget(this.fallen(id));
	}

	/** End what is drawn after its step; it goes on with the next start. */
	async close(): Promise<void> {
		this.closing = true;
		this.draughtsman.runner.interrupt();
		await this.drawing;
		await this.draughtsman.runner.close();
		this.memory.close();
	}

	private existing(id: string): LiveRun {
		const run = this.get(id);
		if (!run) throw notFound(`run '${id}'`);
		return run;
	}

	private fallen(id: string): LiveRun {
		const run = this.existing(id);
		if (run.state === 'failed' || run.state === 'cancelled') return run;
		throw new HttpProblem(409, 'E_STATE', `expected a run that failed or was cancelled, got one that is ${run.state}`);
	}

	private pathOf(id: string): string {
		return join(this.options.outputs, id);
	}

	private reordered(): void {
		this.memory.waiting = this.waiting;
		this.emit('queue');
	}

	private giveWay(): void {
		if (this.current?.welcome) this.end('skip');
	}

	private end(command: 'skip' | 'stop'): void {
		this.draughtsman.runner
			.command({ command })
			.catch((error: unknown) => this.options.log(`${command}: ${String(error)}`));
	}

	/** Seconds until a waiting run is done; null where one before it is of unknown length. */
	private etaOf(position: number): number | null {
		const ahead = this.waiting
			.slice(0, position + 1)
			.map(({ recipe, budget }) => budget ?? this.options.estimate(recipe));
		const now = this.current && !this.current.welcome ? this.current.eta : 0;
		return [now, ...ahead].reduce((sum, s) => (sum === null || s === null ? null : sum + s), 0);
	}

	private pump(): void {
		if (this.current || this.memory.paused || this.closing) return;
		const next = this.waiting.shift();
		if (next) this.draw(next);
	}

	private draw(run: LiveRun): void {
		this.current = run;
		this.hasDrawn = true;
		run.state = 'preparing';
		this.memory.changed(run);
		this.emit('run', run);
		this.emit('queue');
		this.drawing = this.draughtsman
			.draw(run, () => this.parentPath(run))
			.then(() => {
				this.current = undefined;
				if (run.welcome) this.memory.forget(run);
				this.memory.prune();
				this.emit('run', run);
				this.emit('queue');
				this.pump();
			});
	}

	/** @throws HttpProblem E_NOT_FOUND when the run that it goes on from is gone */
	private parentPath({ parent }: LiveRun): string | undefined {
		const path = parent && (this.get(parent.id)?.path ?? this.options.folderOf(parent.id));
		if (parent && !path) throw notFound(`run '${parent.id}' to branch from`);
		return path;
	}
}
