/** @file Drawing one run: what the thread that draws is asked, and what its answers make of the run. */

import { rmSync } from 'node:fs';
import type { Recipe } from '../../src/recipe/schema.js';
import type { Frame, StepNews } from '../protocol.js';
import { attempt } from './failure.js';
import { History } from './history.js';
import type { LiveRun } from './live-run.js';
import { problemOf } from './problem.js';
import { type RunEnd, type RunNews, Runner } from './runner.js';

/** What is told of a run while it is drawn. */
export interface DrawEvents {
	/** Its state, recipe or warnings are others. */
	run: [run: LiveRun];
	steps: [run: LiveRun, news: StepNews];
	frames: [run: LiveRun, frames: readonly Frame[]];
	final: [run: LiveRun, frame: Frame];
	/** Ended, and its folder is kept. */
	finished: [run: LiveRun];
	/** How long steps took: seconds of one of one candidate. */
	measured: [recipe: Recipe, perStep: number];
}

export interface DrawOptions {
	/** Whole path. */
	readonly outputs: string;
	/** The recipe with the files of its pictures. */
	locate(recipe: Recipe): Recipe;
	log(message: string): void;
	tell<E extends keyof DrawEvents>(event: E, ...news: DrawEvents[E]): void;
}

export class Draughtsman {
	readonly runner = new Runner();

	constructor(private readonly options: DrawOptions) {}

	/** To its end, whichever that is; never rejects. `parentPath` is the folder of the run that it was branched from. */
	async draw(run: LiveRun, parentPath: () => string | undefined): Promise<void> {
		const { recipe, budget, parent } = run;
		try {
			const path = parent && parentPath();
			const end = await this.runner.draw(
				{
					id: run.id,
					recipe: this.options.locate(recipe),
					path: run.path,
					budget,
					seconds: run.seconds,
					frames: !run.welcome,
					...(parent && path && { branch: { path, step: parent.step, changes: run.changes ?? {} } }),
				},
				(news) => this.hear(run, news),
			);
			this.ended(run, end);
		} catch (error) {
			run.problem = problemOf(error, this.options.outputs);
			if (run.problem.code === 'E_INTERNAL')
				this.options.log(`run ${run.id}: ${error instanceof Error ? error.stack : String(error)}`);
			this.settle(run, 'failed');
		} finally {
			if (run.welcome) rmSync(run.path, { recursive: true, force: true });
		}
	}

	settle(run: LiveRun, state: 'done' | 'stopped' | 'cancelled' | 'interrupted' | 'failed'): void {
		run.state = state;
		run.eta = null;
		if (state !== 'interrupted') run.finished = new Date().toISOString();
		this.options.tell('run', run);
	}

	private ended(run: LiveRun, { how, step, seconds, perStep, final }: RunEnd): void {
		const { log, tell } = this.options;
		run.seconds = seconds;
		if (perStep !== undefined) attempt(log, 'remembering a speed', () => tell('measured', run.recipe, perStep));
		run.step = Math.max(run.step, step);
		// Who joins later is shown it too.
		if (final) for (const frame of run.drew([final])) tell('final', run, frame);
		if (how === 'skipped') this.settle(run, 'cancelled');
		else if (how === 'interrupted') this.settle(run, 'interrupted');
		else {
			this.settle(run, how);
			if (!run.welcome) attempt(log, 'remembering a parent', () => tell('finished', run));
		}
	}

	private hear(run: LiveRun, news: RunNews): void {
		const { tell } = this.options;
		switch (news.answer) {
			case 'opened':
				if (news.step > 0) run.history = History.in(run.path);
				run.written(news.recipe);
				run.step = news.step;
				run.layout = news.layout;
				run.locked = news.locked;
				run.warnings = [...news.warnings];
				tell('run', run);
				return;
			case 'recipe':
				run.written(news.recipe);
				tell('run', run);
				return;
			case 'state':
				run.state = news.state;
				tell('run', run);
				return;
			case 'layout':
				run.layout = news.layout;
				run.layoutNumber = news.number;
				return;
			case 'warning':
				run.warnings.push(news.warning);
				tell('run', run);
				return;
			case 'steps':
				tell('steps', run, run.took(news.steps, news.standing));
				return;
			case 'frames':
				tell('frames', run, run.drew(news.frames));
				return;
		}
	}
}
