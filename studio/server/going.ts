/** @file A run while it goes on: its steps and frames told, paused and edited between steps. */

import type { RunFolder } from '../../src/export/run-folder.js';
import type { Painter, StepEvent } from '../../src/painter/painter.js';
import { workOf } from '../../src/painter/plan.js';
import type { EditRequest } from '../../src/recipe/edits.js';
import { FrameSource } from './frame-source.js';
import type { DrawTask, FramePart, RunAnswer, StepLine } from './run-messages.js';

/** Milliseconds between reports of steps. */
const reportEvery = 50;
/** Steps of one candidate that tell how long one takes. */
const measured = 20;

export class Going {
	paused = false;
	readonly source: FrameSource;
	private readonly clock = new Clock();
	private readonly begunAt: number;
	private lines: StepLine[] = [];
	private last: StepLine | undefined;
	private reported = 0;
	private before = performance.now();
	private layout: number;
	private layouts = 0;

	constructor(
		private readonly painter: Painter,
		private readonly folder: RunFolder,
		private readonly task: DrawTask,
		private readonly send: (answer: RunAnswer) => void,
	) {
		this.begunAt = this.work(painter.step);
		this.layout = this.figures;
		this.source = new FrameSource(painter, (frames) => send({ answer: 'frames', frames, layout: this.layouts }));
	}

	/** A step was done. */
	step({ step, value, scores }: StepEvent): void {
		const now = performance.now();
		this.last = { step, value, scores: [...scores], ms: Math.round(10 * (now - this.before)) / 10 };
		this.lines.push(this.last);
		this.showLayout();
		if (now - this.reported >= reportEvery) this.report();
		this.source.offer();
		this.before = performance.now();
	}

	pause(paused: boolean): void {
		if (paused === this.paused) return;
		this.paused = paused;
		if (paused) {
			this.painter.pause();
			this.clock.pause();
			// Whatever happens meanwhile, nothing is lost.
			if (this.painter.step > 0) this.folder.saveSnapshot(this.painter);
			this.report();
			this.source.offer(true);
		} else {
			this.clock.resume();
			this.before = performance.now();
			this.painter.resume();
		}
		this.send({ answer: 'state', state: paused ? 'paused' : 'running' });
	}

	/** @throws AtelierError E_RECIPE for what cannot be done */
	async edit(edit: unknown): Promise<void> {
		const { warnings } = await this.painter.edit(edit as EditRequest);
		for (const warning of warnings) this.send({ answer: 'warning', warning });
		this.send({ answer: 'recipe', recipe: this.folder.recipe() });
		this.showLayout();
		// What is locked, and how it looks, is to be seen while it is paused too.
		if (this.last && this.lines.length === 0) this.lines.push(this.last);
		this.report();
		this.source.offer(true);
	}

	/** What is left to tell. */
	async end(): Promise<{ seconds: number; perStep: number | undefined; final: FramePart }> {
		this.report();
		this.showLayout();
		const final = await this.source.final();
		const { seconds } = this.clock;
		const done = this.work(this.painter.step) - this.begunAt;
		return { seconds: this.task.seconds + seconds, perStep: done >= measured ? seconds / done : undefined, final };
	}

	private work(step?: number): number {
		const { setup } = this.painter;
		return workOf(setup, setup.steps, step);
	}

	private get figures(): number {
		return this.painter.setup.renderer.vectors?.layout.segments.length ?? 0;
	}

	private showLayout(): void {
		const { vectors } = this.painter.setup.renderer;
		if (!vectors || this.figures === this.layout) return;
		this.layout = this.figures;
		this.send({ answer: 'layout', layout: vectors.layout, number: ++this.layouts });
	}

	private report(): void {
		this.reported = performance.now();
		if (this.lines.length === 0) return;
		const { painter } = this;
		const done = this.work(painter.step) - this.begunAt;
		const left = this.work() - this.work(painter.step);
		this.send({
			answer: 'steps',
			steps: this.lines,
			standing: {
				candidates: painter.candidates.length,
				best: painter.best.index,
				seconds: this.task.seconds + this.clock.seconds,
				eta: done > 0 ? (this.clock.seconds * left) / done : null,
				locked: painter.locked,
			},
		});
		this.lines = [];
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
