/** @file The loop: look at the drawing through random views, ask the objective, pull its gradient back, step. */

import { AtelierError } from '../errors.js';
import type { Objective } from '../guidance/objective.js';
import { pixelLoss } from '../guidance/pixel-loss.js';
import type { Moment } from '../guidance/readings.js';
import type { Picture } from '../image.js';
import { Random } from '../random.js';
import type { Parameters, Renderer } from '../renderers/renderer.js';
import { applyViews, sampleViews, type ViewOptions } from '../views/index.js';
import { type AdamState, adamState, adamStep } from './adam.js';
import { isTidied, judgeRounds, scheduleFactor, survivors, tidySteps, tidyTolerance } from './plan.js';

/** What a painter works with. */
export interface PainterSetup {
	readonly renderer: Renderer;
	readonly seed: number;
	readonly steps: number;
	/** Factor on the renderer's learning rates. */
	readonly rate: number;
	/** Drawings that start together, and the part of the steps after which the best alone goes on. */
	readonly candidates: number;
	readonly narrowAt: number;
	/** Leave out parts of the drawing that do not help. */
	readonly tidy?: boolean;
	/** Words and embeddings; absent for a pure redraw of a picture. */
	readonly guidance?: {
		readonly objective: Objective;
		readonly views: ViewOptions;
		readonly viewCount: number;
		readonly imageSize: number;
		/** Weight against the pixel loss. */
		readonly weight: number;
	};
	/** A picture of the canvas' size to redraw. */
	readonly target?: { readonly picture: Picture; readonly weight: number };
}

/** What happened in a step. */
export interface StepEvent {
	/** Steps done. */
	readonly step: number;
	readonly steps: number;
	/** The objective of the best candidate at its last look; larger is better. */
	readonly value: number;
	/** Mean cosine with each prompt: those of `prompts`, of `negative`, then the pictures. */
	readonly scores: readonly number[];
	readonly pixelLoss?: number;
	/** Candidates still in the race. */
	readonly candidates: number;
	/** Draws the best candidate as it is now, at the canvas size. */
	frame(): Picture;
}

/** One drawing under way. */
export interface Candidate {
	/** Its place among the candidates at the start: stays when others leave. */
	readonly index: number;
	readonly params: Parameters;
	readonly adam: AdamState;
	/** Stream of its views. */
	random: Random;
	value: number;
	scores: number[];
	pixelLoss?: number;
}

/** Draws. Not re-entrant: one step at a time. */
export class Painter {
	step = 0;
	private paused: Promise<void> | undefined;
	private unpause: (() => void) | undefined;
	private stopped = false;

	private constructor(
		readonly setup: PainterSetup,
		/** In order of their seeds until the field is narrowed; then the best alone. */
		public candidates: Candidate[],
	) {}

	/** A painter before its first step. */
	static create(setup: PainterSetup): Painter {
		const root = new Random(setup.seed);
		const candidates = Array.from({ length: setup.candidates }, (_, i): Candidate => {
			const params = setup.renderer.init(root.split(`init ${i}`));
			return {
				index: i,
				params,
				adam: adamState(params),
				random: root.split(`views ${i}`),
				value: Number.NEGATIVE_INFINITY,
				scores: [],
			};
		});
		return new Painter(setup, candidates);
	}

	/** A painter that goes on from a snapshot's parts. */
	static restore(setup: PainterSetup, step: number, candidates: Candidate[]): Painter {
		const painter = new Painter(setup, candidates);
		painter.step = step;
		return painter;
	}

	get best(): Candidate {
		return this.candidates.reduce((a, b) => (b.value > a.value ? b : a));
	}

	get done(): boolean {
		return this.stopped || this.step >= this.setup.steps;
	}

	/** Of the step to come; at the end, of the last. */
	private get moment(): Moment {
		const { steps } = this.setup;
		return { step: Math.min(this.step, steps - 1), steps };
	}

	/** One step of every candidate. */
	async advance(): Promise<StepEvent> {
		const { setup } = this;
		const factor = scheduleFactor(this.step, setup.steps) * setup.rate;
		for (const candidate of this.candidates) await this.stepCandidate(candidate, factor);
		this.step++;
		if (isTidied(setup) && tidySteps(setup.steps).includes(this.step)) await this.tidy();
		const keep = survivors(setup, setup.steps, this.step);
		if (this.candidates.length > keep) await this.narrow(keep);
		const { best } = this;
		return {
			step: this.step,
			steps: setup.steps,
			value: best.value,
			scores: best.scores,
			...(best.pixelLoss !== undefined && { pixelLoss: best.pixelLoss }),
			candidates: this.candidates.length,
			frame: () => this.picture(),
		};
	}

	/** Advance until done, stopped or aborted; waits while paused. */
	async run(onStep?: (event: StepEvent) => void | Promise<void>, signal?: AbortSignal): Promise<void> {
		// An abort ends the wait of a paused run too.
		const wake = () => this.resume();
		signal?.addEventListener('abort', wake);
		try {
			while (!this.done && !signal?.aborted) {
				if (this.paused) {
					await this.paused;
					continue;
				}
				// Apart from the call: without a listener its argument would not be evaluated.
				const event = await this.advance();
				await onStep?.(event);
			}
		} finally {
			signal?.removeEventListener('abort', wake);
		}
	}

	pause(): void {
		this.paused ??= new Promise((resolve) => {
			this.unpause = resolve;
		});
	}

	resume(): void {
		this.unpause?.();
		this.paused = undefined;
		this.unpause = undefined;
	}

	/** End after the step in progress. */
	stop(): void {
		this.stopped = true;
		this.resume();
	}

	/** The best drawing at a multiple of the canvas size; may be asked for while a step is under way. */
	picture(scale = 1): Picture {
		const { renderer } = this.setup;
		// Never the step's own renderer where there is another: its pullback is good only until it draws again.
		return (renderer.scaled?.(scale) ?? renderer).render(this.best.params).image;
	}

	private async stepCandidate(candidate: Candidate, factor: number): Promise<void> {
		const { renderer, guidance, target } = this.setup;
		const rendering = renderer.render(candidate.params);
		const dImage = new Float32Array(rendering.image.data.length);
		candidate.value = 0;
		if (guidance) {
			const views = sampleViews(guidance.views, guidance.viewCount, renderer, guidance.imageSize, candidate.random);
			const looked = applyViews(rendering.image, views, guidance.imageSize);
			const result = await guidance.objective.evaluate(looked.batch, this.moment);
			const up = looked.pullback(result.gradient);
			for (let i = 0; i < dImage.length; i++) dImage[i]! -= guidance.weight * up[i]!;
			candidate.value += guidance.weight * result.value;
			candidate.scores = [...result.scores];
		}
		if (target) {
			const loss = pixelLoss(rendering.image, target.picture);
			for (let i = 0; i < dImage.length; i++) dImage[i]! += target.weight * loss.gradient[i]!;
			candidate.value -= target.weight * loss.value;
			candidate.pixelLoss = loss.value;
		}
		if (!Number.isFinite(candidate.value))
			throw new AtelierError(
				'E_ENGINE',
				`expected a finite score at step ${this.step}, got ${candidate.value}; lower --set rate=…`,
			);
		const gradients = { ...rendering.pullback(dImage) };
		const penalty = renderer.penalty?.(candidate.params);
		if (penalty)
			for (const [name, g] of Object.entries(penalty.gradient)) {
				const sum = Float32Array.from(gradients[name] ?? new Float32Array(g.length));
				for (let i = 0; i < g.length; i++) sum[i]! += g[i]!;
				gradients[name] = sum;
			}
		adamStep(candidate.params, gradients, candidate.adam, renderer.learningRates, factor);
		renderer.project(candidate.params, (this.step + 1) / this.setup.steps);
	}

	/** Keep the candidates that fare best under fresh views, the same for all. */
	private async narrow(keep: number): Promise<void> {
		for (const candidate of this.candidates) candidate.value = (await this.judge(candidate.params, judgeRounds)).value;
		const best = [...this.candidates].sort((a, b) => b.value - a.value).slice(0, keep);
		this.candidates = this.candidates.filter((c) => best.includes(c));
	}

	/** Try to do without each part, the least useful first; what does not help becomes invisible. */
	private async tidy(): Promise<void> {
		const { renderer } = this.setup;
		if (!renderer.hide || !renderer.elements) return;
		const without = (params: Parameters, element: number) => {
			const copy = Object.fromEntries(Object.entries(params).map(([name, p]) => [name, p.slice()]));
			renderer.hide?.(copy, element);
			return copy;
		};
		for (const candidate of this.candidates) {
			const losses: { element: number; value: number }[] = [];
			for (let element = 0; element < renderer.elements; element++)
				losses.push({ element, value: (await this.judge(without(candidate.params, element), 1)).value });
			losses.sort((a, b) => b.value - a.value || a.element - b.element);
			let now = await this.judge(candidate.params, 2);
			// Against the best so far, so that many small losses do not add up.
			let best = now.value;
			for (const { element } of losses) {
				const next = await this.judge(without(candidate.params, element), 2);
				if (next.value < best - tidyTolerance) continue;
				renderer.hide(candidate.params, element);
				now = next;
				best = Math.max(best, next.value);
			}
			Object.assign(candidate, now);
		}
	}

	/** The objective of parameters under views that are the same for every call. */
	private async judge(params: Parameters, rounds: number): Promise<Judgement> {
		const { renderer, guidance, target, seed } = this.setup;
		const { image } = renderer.render(params);
		const loss = target && pixelLoss(image, target.picture).value;
		const judgement = {
			value: target ? -target.weight * (loss ?? 0) : 0,
			scores: [] as number[],
			...(loss !== undefined && { pixelLoss: loss }),
		};
		if (guidance) {
			const random = new Random(seed).split('judge');
			for (let r = 0; r < rounds; r++) {
				const views = sampleViews(guidance.views, guidance.viewCount, renderer, guidance.imageSize, random);
				const result = await guidance.objective.evaluate(
					applyViews(image, views, guidance.imageSize).batch,
					this.moment,
				);
				judgement.value += (guidance.weight * result.value) / rounds;
				result.scores.forEach((score, i) => {
					judgement.scores[i] = (judgement.scores[i] ?? 0) + score / rounds;
				});
			}
		}
		return judgement;
	}
}

/** How a drawing fares: the candidate's fields of the same names. */
type Judgement = Pick<Candidate, 'value' | 'scores' | 'pixelLoss'>;
