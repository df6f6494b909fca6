/** @file One run in the thread that draws: opened or gone on with, told what to do between its steps, ended well. */

import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { branch } from '../../src/export/branch.js';
import { readRecipe } from '../../src/export/recipe-file.js';
import { runInFolder } from '../../src/export/run.js';
import { RunFolder } from '../../src/export/run-folder.js';
import { measurePace, stepsWithin } from '../../src/painter/budget.js';
import { Painter } from '../../src/painter/painter.js';
import { type OpenedPainter, openPainter } from '../../src/painter/setup.js';
import type { SharedParts } from '../../src/painter/shared-parts.js';
import { loadSnapshot } from '../../src/painter/snapshot.js';
import { failureOf } from './failure.js';
import { Going } from './going.js';
import type { DrawTask, RunAnswer, RunCommand, RunEnding } from './run-messages.js';

/** Part of a budget of seconds that measuring may take, and how many times its steps a recipe may be given. */
const measuringShare = 0.05;
const longestRun = 4;
/** Snapshots of a run that are kept, to branch from. */
const keptMoments = 20;

type Opened = { readonly opened: OpenedPainter; readonly painter: Painter; readonly folder: RunFolder };

/** Draws a run. */
export class Drawing {
	private readonly pending: { call: number; command: RunCommand }[] = [];
	private readonly abort = new AbortController();
	private how: RunEnding = 'stopped';
	private going: Going | undefined;
	private isWatched = false;

	constructor(
		private readonly task: DrawTask,
		private readonly shared: SharedParts,
		private readonly send: (answer: RunAnswer) => void,
	) {}

	set watched(watched: boolean) {
		this.isWatched = watched;
		if (this.going) this.going.source.watched = watched;
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
		if (this.going?.paused) this.obey();
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
			const opened = await openPainter(readRecipe(folder.file('recipe.json')), { shared: this.shared });
			const painter = loadSnapshot(folder.file('snapshot'), opened.setup);
			folder.rewindMetrics(painter.step);
			return { opened, painter, folder };
		} catch (error) {
			this.send({ answer: 'warning', warning: `begun anew: ${failureOf(error).message}` });
			return undefined;
		}
	}

	private async begin(): Promise<Opened> {
		const { recipe, budget, path, branch: from } = this.task;
		if (from) {
			const { opened, painter, begin } = await branch(from.path, from.step, from.changes, { shared: this.shared });
			return { opened, painter, folder: begin(path) };
		}
		const opened = await openPainter(recipe, { shared: this.shared });
		const steps = budget === undefined ? recipe.steps : await fittingSteps(opened, budget);
		const folder = RunFolder.begin({ ...opened.recipe, steps }, path);
		return { opened, painter: Painter.create({ ...opened.setup, steps }), folder };
	}

	private async draw({ opened, painter, folder }: Opened): Promise<void> {
		this.going = new Going(painter, folder, this.task, this.send);
		const { going } = this;
		going.source.watched = this.isWatched;
		this.send({
			answer: 'opened',
			recipe: readRecipe(folder.file('recipe.json')),
			step: painter.step,
			layout: painter.setup.renderer.vectors?.layout ?? null,
			locked: painter.locked,
			warnings: opened.warnings,
		});
		going.source.offer(true);
		this.obey();
		this.send({ answer: 'state', state: going.paused ? 'paused' : 'running' });
		const end = await runInFolder(painter, folder, opened, {
			signal: this.abort.signal,
			frames: this.task.frames,
			keepSnapshots: this.task.frames ? keptMoments : 0,
			onTrouble: (error) => this.send({ answer: 'warning', warning: error.message }),
			onStep: (event) => {
				going.step(event);
				this.obey();
			},
		});
		const ended = { ...(await going.end()), step: end.step };
		const how = this.how === 'skipped' ? 'skipped' : end.finished ? 'done' : this.how;
		if (how === 'skipped') rmSync(folder.path, { recursive: true, force: true });
		this.send({ answer: 'ended', how, ...ended });
	}

	/** What was asked for meanwhile, in order. */
	private obey(): void {
		if (!this.going) return;
		for (const { call, command } of this.pending.splice(0))
			this.carryOut(command, this.going).then(
				() => this.send({ answer: 'obeyed', call }),
				(error: unknown) => this.send({ answer: 'obeyed', call, failure: failureOf(error) }),
			);
	}

	private async carryOut(command: RunCommand, going: Going): Promise<void> {
		switch (command.command) {
			case 'pause':
			case 'resume':
				return going.pause(command.command === 'pause');
			case 'stop':
				return this.end('stopped');
			case 'skip':
				return this.end('skipped');
			case 'edit':
				return going.edit(command.edit);
		}
	}
}

async function fittingSteps(opened: OpenedPainter, seconds: number): Promise<number> {
	const pace = await measurePace(opened.setup, seconds * measuringShare);
	return stepsWithin(opened.setup, pace, seconds * (1 - measuringShare), opened.recipe.steps * longestRun);
}
