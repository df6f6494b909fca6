/** @file One run in the thread that draws: opened or gone on with, told what to do between its steps, ended well. */

import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runInFolder } from '../../src/export/run.js';
import { RunFolder, readRecipe, readRecipeJson } from '../../src/export/run-folder.js';
import { measureStep, stepsWithin } from '../../src/painter/budget.js';
import { Painter, type StepEvent } from '../../src/painter/painter.js';
import { workOf } from '../../src/painter/plan.js';
import { type OpenedPainter, openPainter } from '../../src/painter/setup.js';
import type { SharedParts } from '../../src/painter/shared-parts.js';
import { loadSnapshot } from '../../src/painter/snapshot.js';
import { parseRecipe } from '../../src/recipe/schema.js';
import { failureOf } from './failure.js';
import { FrameSource } from './frame-source.js';
import type { DrawTask, RunAnswer, RunCommand, RunEnding, StepLine } from './run-messages.js';

/** Milliseconds between reports of steps. */
const reportEvery = 50;
/** Part of a budget of seconds that measuring may take, and how many times its steps a recipe may be given. */
const measuringShare = 0.05;
const longestRun = 4;

type Opened = { readonly opened: OpenedPainter; readonly painter: Painter; readonly folder: RunFolder };

/** Draws a run. */
export class Drawing {
	private readonly pending: { call: number; command: RunCommand }[] = [];
	private readonly abort = new AbortController();
	private how: RunEnding = 'stopped';
	private painter: Painter | undefined;
	private folder: RunFolder | undefined;
	private source: FrameSource | undefined;
	private paused = false;
	private isWatched = false;
	private lines: StepLine[] = [];
	private reported = 0;

	constructor(
		private readonly task: DrawTask,
		private readonly shared: SharedParts,
		private readonly send: (answer: RunAnswer) => void,
	) {}

	set watched(watched: boolean) {
		this.isWatched = watched;
		if (this.source) this.source.watched = watched;
	}

	/** To the end; it is told in an answer, as is a failure. */
	async run(): Promise<void> {
		try {
			await this.draw(await this.open());
		} catch (error) {
			this.send({ answer: 'failed', failure: failureOf(error) });
		}
		for (const { call } of this.pending.splice(0)) this.send({ answer: 'obeyed', call });
	}

	/** Takes effect between two steps. */
	command(call: number, command: RunCommand): void {
		this.pending.push({ call, command });
		if (this.paused) this.obey();
	}

	/** End after the step, to go on another time. */
	interrupt(): void {
		this.end('interrupted');
	}

	private end(how: RunEnding): void {
		this.how = how;
		this.abort.abort();
	}

	private async open(): Promise<Opened> {
		return (await this.reopen()) ?? this.begin();
	}

	/** As an earlier start of the studio has left it; undefined when it is not there, or damaged. */
	private async reopen(): Promise<Opened | undefined> {
		const { path } = this.task;
		if (!existsSync(join(path, 'recipe.json')) || !existsSync(join(path, 'snapshot'))) return undefined;
		try {
			const folder = RunFolder.open(path);
			const recipe = parseRecipe(readRecipeJson(folder.file('recipe.json')));
			const opened = await openPainter(recipe, { shared: this.shared });
			const painter = loadSnapshot(folder.file('snapshot'), opened.setup);
			folder.rewindMetrics(painter.step);
			return { opened, painter, folder };
		} catch (error) {
			this.send({ answer: 'warning', warning: `begun anew: ${failureOf(error).message}` });
			return undefined;
		}
	}

	private async begin(): Promise<Opened> {
		const { recipe, budget, path } = this.task;
		const opened = await openPainter(recipe, { shared: this.shared });
		const steps = budget === undefined ? recipe.steps : await fittingSteps(opened, budget);
		const folder = RunFolder.begin({ ...opened.recipe, steps }, path);
		return { opened, painter: Painter.create({ ...opened.setup, steps }), folder };
	}

	private async draw({ opened, painter, folder }: Opened): Promise<void> {
		const { setup } = painter;
		const clock = new Clock();
		const firstWork = workOf(setup, setup.steps, painter.step);
		const allWork = workOf(setup, setup.steps);
		const number = 0;
		this.painter = painter;
		this.folder = folder;
		const source = new FrameSource(painter, (frames) => this.send({ answer: 'frames', frames, layout: number }));
		this.source = source;
		source.watched = this.isWatched;
		this.send({
			answer: 'opened',
			recipe: readRecipe(folder.file('recipe.json')),
			step: painter.step,
			layout: setup.renderer.vectors?.layout ?? null,
			warnings: opened.warnings,
		});
		source.offer(true);
		this.clock = clock;
		this.obey();
		this.send({ answer: 'state', state: this.paused ? 'paused' : 'running' });
		let before = performance.now();
		const report = (step: number) => {
			const done = workOf(setup, setup.steps, step) - firstWork;
			const left = allWork - firstWork - done;
			this.flush({
				candidates: painter.candidates.length,
				best: painter.best.index,
				seconds: this.task.seconds + clock.seconds,
				eta: done > 0 ? (clock.seconds * left) / done : null,
			});
		};
		const end = await runInFolder(painter, folder, opened, {
			signal: this.abort.signal,
			frames: this.task.frames,
			onTrouble: (error) => this.send({ answer: 'warning', warning: error.message }),
			onStep: ({ step, value, scores }: StepEvent) => {
				const now = performance.now();
				this.lines.push({ step, value, scores: [...scores], ms: Math.round(10 * (now - before)) / 10 });
				const wasPaused = this.paused;
				this.obey();
				if (this.paused && !wasPaused) report(step);
				if (now - this.reported >= reportEvery) report(step);
				source.offer(this.paused && !wasPaused);
				before = performance.now();
			},
		});
		report(end.step);
		const done = workOf(setup, setup.steps, end.step) - firstWork;
		const how = end.finished ? 'done' : this.how;
		const final = await source.final();
		if (this.how === 'skipped') rmSync(folder.path, { recursive: true, force: true });
		this.send({
			answer: 'ended',
			how: this.how === 'skipped' ? 'skipped' : how,
			step: end.step,
			seconds: this.task.seconds + clock.seconds,
			perStep: done >= 20 ? clock.seconds / done : undefined,
			final,
		});
	}

	private clock: Clock | undefined;

	private flush(standing: Extract<RunAnswer, { answer: 'steps' }>['standing']): void {
		this.reported = performance.now();
		if (this.lines.length === 0) return;
		this.send({ answer: 'steps', steps: this.lines, standing });
		this.lines = [];
	}

	/** What was asked for meanwhile, in order. */
	private obey(): void {
		const { painter, folder } = this;
		if (!painter || !folder) return;
		for (const { call, command } of this.pending.splice(0)) {
			try {
				this.carryOut(command, painter, folder);
				this.send({ answer: 'obeyed', call });
			} catch (error) {
				this.send({ answer: 'obeyed', call, failure: failureOf(error) });
			}
		}
	}

	private carryOut(command: RunCommand, painter: Painter, folder: RunFolder): void {
		switch (command.command) {
			case 'pause':
				if (this.paused) return;
				this.paused = true;
				painter.pause();
				this.clock?.pause();
				// Whatever happens meanwhile, nothing is lost.
				if (painter.step > 0) folder.saveSnapshot(painter);
				this.send({ answer: 'state', state: 'paused' });
				return;
			case 'resume':
				if (!this.paused) return;
				this.paused = false;
				this.clock?.resume();
				painter.resume();
				this.send({ answer: 'state', state: 'running' });
				return;
			case 'stop':
				this.end('stopped');
				return;
			case 'skip':
				this.end('skipped');
				return;
			case 'edit':
				throw new Error('not yet');
		}
	}
}

/** Seconds, pauses left out. */
class Clock {
	private readonly begun = performance.now();
	private pausedAt: number | undefined;
	private pauses = 0;

	get seconds(): number {
		return ((this.pausedAt ?? performance.now()) - this.begun - this.pauses) / 1000;
	}

	pause(): void {
		this.pausedAt ??= performance.now();
	}

	resume(): void {
		if (this.pausedAt !== undefined) this.pauses += performance.now() - this.pausedAt;
		this.pausedAt = undefined;
	}
}

async function fittingSteps(opened: OpenedPainter, seconds: number): Promise<number> {
	const perStep = await measureStep(opened.setup, seconds * measuringShare);
	return stepsWithin(opened.setup, perStep, seconds * (1 - measuringShare), opened.recipe.steps * longestRun);
}
