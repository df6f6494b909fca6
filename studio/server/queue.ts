/** @file The queue: what is drawn now, what waits and in which order, what failed; remembered on disk, so that a start goes on where the last one ended. */

import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Recipe } from '../../src/recipe/schema.js';
import type { Frame, QueueInfo, RunInfo, StepNews } from '../protocol.js';
import { History } from './history.js';
import { QueueJournal } from './journal.js';
import { keptFailures, limits } from './limits.js';
import { LiveRun, type StoredRun } from './live-run.js';
import { HttpProblem, notFound, problemOf } from './problem.js';
import type { RunCommand } from './run-messages.js';
import { type RunNews, Runner } from './runner.js';

export interface QueueEvents {
	run: [run: LiveRun];
	queue: [];
	steps: [run: LiveRun, news: StepNews];
	frames: [run: LiveRun, frames: readonly Frame[]];
	final: [run: LiveRun, frame: Frame];
	/** Ended, and its folder is kept. */
	finished: [run: LiveRun];
	/** How long steps took: seconds of one of one candidate. */
	measured: [recipe: Recipe, perStep: number];
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

/** Runs that ended well and are still remembered with their curves. */
const keptEnded = 50;

export class RunQueue extends EventEmitter<QueueEvents> {
	private readonly runs = new Map<string, LiveRun>();
	private waiting: LiveRun[] = [];
	private current: LiveRun | undefined;
	private drawing: Promise<void> = Promise.resolve();
	private isPaused: boolean;
	private closing = false;
	private hasDrawn = false;
	private readonly runner = new Runner();
	private readonly journal: QueueJournal;

	constructor(private readonly options: QueueOptions) {
		super();
		const { runs, order, paused } = QueueJournal.read(options.journal);
		this.isPaused = paused;
		for (const stored of runs) {
			const unfinished = ['preparing', 'running', 'paused'].includes(stored.state);
			const run = new LiveRun(unfinished ? { ...stored, state: 'interrupted' } : stored, this.pathOf(stored.id));
			this.runs.set(run.id, run);
			if (!run.hasEnded) this.waiting.push(run);
		}
		const place = (run: LiveRun) => (run.state === 'interrupted' ? -1 : order.indexOf(run.id));
		this.waiting.sort((a, b) => place(a) - place(b));
		this.journal = QueueJournal.begin(options.journal, () => ({
			runs: [...this.runs.values()].flatMap((run) => (isRemembered(run) ? [run.toStore] : [])),
			order: this.waiting.map(({ id }) => id),
			paused: this.isPaused,
		}));
	}

	/** Begin to draw what waits; where nothing does, make ready for a recipe that is likely to come. */
	start(likely?: Recipe): void {
		this.runner.warm(this.isIdle ? likely : undefined);
		this.pump();
	}

	get(id: string): LiveRun | undefined {
		return this.runs.get(id);
	}

	get all(): readonly LiveRun[] {
		const order = this.current ? [this.current, ...this.waiting] : this.waiting;
		const rest = [...this.runs.values()].filter((run) => !order.includes(run));
		return [...order, ...rest.reverse()];
	}

	/** Whether a folder in the outputs is that of a run that is not over. */
	isUnfinished(id: string): boolean {
		const run = this.runs.get(id);
		return run !== undefined && !run.hasEnded;
	}

	/** Whether nothing is drawn, and nothing is about to be. */
	get isIdle(): boolean {
		return !this.current && (this.isPaused || this.waiting.length === 0);
	}

	/** Whether anything was drawn or is to be drawn since the start. */
	get isUntouched(): boolean {
		return !this.hasDrawn && !this.current && this.waiting.length === 0;
	}

	set watched(watched: boolean) {
		this.runner.watched = watched;
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
		return { paused: this.isPaused, runs: runs.map((run) => this.info(run)) };
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
		for (const run of runs) {
			this.runs.set(run.id, run);
			this.journal.run(run.toStore);
		}
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
		this.runs.set(run.id, run);
		this.draw(run);
		return run;
	}

	/** @throws HttpProblem E_NOT_FOUND, E_STATE; what the run refuses */
	async command(id: string, command: RunCommand): Promise<LiveRun> {
		const run = this.existing(id);
		if (run !== this.current)
			throw new HttpProblem(409, 'E_STATE', `expected a run that is being drawn, got one that is ${run.state}`);
		await this.runner.command(command);
		// Stopped ones end with their step.
		if (command.command === 'stop' || command.command === 'skip') await this.drawing;
		return run;
	}

	pause(paused: boolean): void {
		this.isPaused = paused;
		this.journal.paused(paused);
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
		for (const run of this.waiting.filter((one) => ids.includes(one.id))) this.settle(run, 'cancelled');
		this.waiting = this.waiting.filter((run) => !ids.includes(run.id));
		if (this.current && ids.includes(this.current.id)) this.end('stop');
		this.reordered();
	}

	clear(): void {
		this.cancel(this.waiting.map(({ id }) => id));
	}

	/** @throws HttpProblem */
	retry(id: string): LiveRun {
		const run = this.existing(id);
		if (run.state !== 'failed' && run.state !== 'cancelled')
			throw new HttpProblem(
				409,
				'E_STATE',
				`expected a run that failed or was cancelled, got one that is ${run.state}`,
			);
		run.state = 'queued';
		run.problem = undefined;
		run.finished = undefined;
		this.waiting.push(run);
		this.journal.run(run.toStore);
		this.reordered();
		this.emit('run', run);
		this.giveWay();
		this.pump();
		return run;
	}

	/** @throws HttpProblem */
	forget(id: string): void {
		const run = this.existing(id);
		if (run.state !== 'failed' && run.state !== 'cancelled')
			throw new HttpProblem(
				409,
				'E_STATE',
				`expected a run that failed or was cancelled, got one that is ${run.state}`,
			);
		this.runs.delete(id);
		this.journal.gone(id);
	}

	/** End what is drawn after its step; it goes on with the next start. */
	async close(): Promise<void> {
		this.closing = true;
		this.runner.interrupt();
		await this.drawing;
		await this.runner.close();
		this.journal.close();
	}

	private existing(id: string): LiveRun {
		const run = this.runs.get(id);
		if (!run) throw notFound(`run '${id}'`);
		return run;
	}

	private pathOf(id: string): string {
		return join(this.options.outputs, id);
	}

	private reordered(): void {
		this.journal.order(this.waiting.map(({ id }) => id));
		this.emit('queue');
	}

	private giveWay(): void {
		if (this.current?.welcome) this.end('skip');
	}

	private end(command: 'skip' | 'stop'): void {
		this.runner.command({ command }).catch((error: unknown) => this.options.log(`${command}: ${String(error)}`));
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
		if (this.current || this.isPaused || this.closing) return;
		const next = this.waiting.shift();
		if (next) this.draw(next);
	}

	private draw(run: LiveRun): void {
		this.current = run;
		this.hasDrawn = true;
		run.state = 'preparing';
		this.changed(run);
		this.emit('queue');
		this.drawing = this.drawUp(run).then(() => {
			this.current = undefined;
			if (run.welcome) this.runs.delete(run.id);
			this.prune();
			this.emit('run', run);
			this.emit('queue');
			this.pump();
		});
	}

	private async drawUp(run: LiveRun): Promise<void> {
		const { recipe, budget, parent } = run;
		try {
			const parentPath = parent && (this.runs.get(parent.id)?.path ?? this.options.folderOf(parent.id));
			if (parent && !parentPath) throw notFound(`run '${parent.id}' to branch from`);
			const end = await this.runner.draw(
				{
					id: run.id,
					recipe: this.options.locate(recipe),
					path: run.path,
					budget,
					seconds: run.seconds,
					frames: !run.welcome,
					...(parent && parentPath && { branch: { path: parentPath, step: parent.step, changes: run.changes ?? {} } }),
				},
				(news) => this.hear(run, news),
			);
			run.seconds = end.seconds;
			const { perStep } = end;
			if (perStep !== undefined) this.attempt('remembering a speed', () => this.emit('measured', run.recipe, perStep));
			run.step = Math.max(run.step, end.step);
			if (end.final) {
				const { key, ...part } = end.final;
				this.emit('final', run, { run: run.id, layout: run.layoutNumber, ...part });
			}
			if (end.how === 'skipped') this.settle(run, 'cancelled');
			else if (end.how === 'interrupted') this.settle(run, 'interrupted');
			else {
				this.settle(run, end.how);
				if (!run.welcome) this.attempt('remembering a parent', () => this.emit('finished', run));
			}
		} catch (error) {
			run.problem = problemOf(error, this.options.outputs);
			if (run.problem.code === 'E_INTERNAL')
				this.options.log(`run ${run.id}: ${error instanceof Error ? error.stack : String(error)}`);
			this.settle(run, 'failed');
		} finally {
			if (run.welcome) rmSync(run.path, { recursive: true, force: true });
		}
	}

	private settle(run: LiveRun, state: 'done' | 'stopped' | 'cancelled' | 'interrupted' | 'failed'): void {
		run.state = state;
		run.eta = null;
		if (state !== 'interrupted') run.finished = new Date().toISOString();
		this.changed(run);
	}

	private hear(run: LiveRun, news: RunNews): void {
		switch (news.answer) {
			case 'opened':
				if (news.step > 0) run.history = History.in(run.path);
				run.written(news.recipe);
				run.step = news.step;
				run.layout = news.layout;
				run.locked = news.locked;
				run.warnings = [...news.warnings];
				this.changed(run);
				return;
			case 'recipe':
				run.written(news.recipe);
				this.changed(run);
				return;
			case 'state':
				run.state = news.state;
				this.changed(run);
				return;
			case 'layout':
				run.layout = news.layout;
				run.layoutNumber = news.number;
				return;
			case 'warning':
				run.warnings.push(news.warning);
				this.changed(run);
				return;
			case 'steps':
				this.emit('steps', run, run.took(news.steps, news.standing));
				return;
			case 'frames':
				this.emit('frames', run, run.drew(news.frames));
				return;
		}
	}

	private changed(run: LiveRun): void {
		if (!run.welcome)
			this.attempt('remembering a run', () => {
				if (isRemembered(run)) this.journal.run(run.toStore);
				else this.journal.gone(run.id);
			});
		this.emit('run', run);
	}

	/** A full disk, say, is told, and ends nothing that is drawn. */
	private attempt(what: string, act: () => void): void {
		try {
			act();
		} catch (error) {
			this.options.log(`${what}: ${String(error)}`);
		}
	}

	/** Of what is over, only the latest is remembered. */
	private prune(): void {
		const over = [...this.runs.values()].filter((run) => run.hasEnded);
		const [good, bad] = [over.filter((run) => !isRemembered(run)), over.filter(isRemembered)];
		for (const run of good.slice(0, Math.max(0, good.length - keptEnded))) this.runs.delete(run.id);
		for (const run of bad.slice(0, Math.max(0, bad.length - keptFailures))) {
			this.runs.delete(run.id);
			this.attempt('forgetting a run', () => this.journal.gone(run.id));
		}
	}
}

/** Whether the journal has it: what is finished lies in the outputs. */
const isRemembered = ({ state, welcome }: LiveRun): boolean => !welcome && state !== 'done' && state !== 'stopped';
