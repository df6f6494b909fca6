/** @file The loop: look at the drawing through random views, ask the objective, pull its gradient back, step. */

import { AtelierError } from '../errors.js';
import { pixelLoss } from '../guidance/pixel-loss.js';
import type { Moment } from '../guidance/readings.js';
import type { Picture } from '../image.js';
import { Random } from '../random.js';
import type { Edit, EditRequest, Words } from '../recipe/edits.js';
import type { Parameters, Renderer } from '../renderers/renderer.js';
import { type AdamState, adamState, adamStep } from './adam.js';
import { narrowed, tidy } from './judging.js';
import { eyesAt, type Glance, type Guidance, look } from './looking.js';
import { isTidied, scheduleFactor, survivors, tidySteps } from './plan.js';
import { type Edited, Steering } from './steering.js';

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
	/** Share of the views through which each of several candidates is looked at, in (0, 1]; default 1. For estimates: the eyes have their counts. */
	readonly scouting?: number;
	/** Leave out parts of the drawing that do not help. */
	readonly tidy?: boolean;
	/** Words and embeddings; absent for a pure redraw of a picture. */
	readonly guidance?: Guidance;
	/** A picture of the canvas' size to redraw. */
	readonly target?: { readonly picture: Picture; readonly weight: number };
	/** What is changed on the way. */
	readonly edits?: readonly Edit[];
	/** What guides by other words, or (undefined) by the first; what guided until then may be gone afterwards. */
	readonly reword?: (words: Words | undefined) => Promise<Reworded>;
}

/** What other words come to. */
export interface Reworded {
	/** Absent where nothing but a picture is left to follow. */
	readonly guidance?: Guidance;
	/** For people. */
	readonly warnings: readonly string[];
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
	/** What the members of an ensemble saw whose turns were last, of this drawing by these words, the last first: value and scores are their means. */
	looks?: readonly { readonly value: number; readonly scores: number[] }[];
	pixelLoss?: number;
	/** Of each place, where drawings were joined: until which steps it was which candidate's, in their order. */
	readonly lineage?: Lineage;
}

/** `[before, index]` for each place: in frames of fewer steps than `before` its figures are those of the candidate `index`. */
export type Lineage = readonly (readonly (readonly [before: number, index: number])[])[];

/** Draws. Not re-entrant: one step at a time, and edits in between. */
export class Painter {
	step = 0;
	/** Called after each edit that was asked for, not for those of the recipe. */
	onEdit?: (edited: Edited) => void;
	private busy: Promise<unknown> = Promise.resolve();
	private paused: Promise<void> | undefined;
	private unpause: (() => void) | undefined;
	private stopped = false;

	private constructor(
		private readonly steering: Steering,
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
		return new Painter(new Steering(setup), candidates);
	}

	/** A painter that goes on from a snapshot's parts. */
	static restore(setup: PainterSetup, step: number, candidates: Candidate[], steering = new Steering(setup)): Painter {
		const painter = new Painter(steering, candidates);
		painter.step = step;
		return painter;
	}

	/** What it works with now: with edits the renderer may grow, and what guides may change. */
	get setup(): PainterSetup {
		return this.steering.setup;
	}

	/** All edits: those made so far, then those that the recipe has in store. */
	get edits(): readonly Edit[] {
		return this.steering.edits;
	}

	/** Strokes that stay as they are, ascending. */
	get locked(): readonly number[] {
		return [...this.steering.locked].sort((a, b) => a - b);
	}

	/** What a snapshot keeps of the edits: how many were made, and what strokes were like before those that may be taken back. */
	get past(): { readonly edits: number; readonly history: Steering['history'] } {
		return { edits: this.steering.made.length, history: this.steering.history };
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
	advance(): Promise<StepEvent> {
		return this.turn(async () => {
			await this.settle();
			await this.steering.ready();
			const { setup } = this;
			const factor = scheduleFactor(this.step, setup.steps) * setup.rate * this.steering.rate;
			for (const candidate of this.candidates) await this.stepCandidate(candidate, factor);
			this.step++;
			if (isTidied(setup) && tidySteps(setup.steps).includes(this.step))
				await tidy(setup, this.moment, this.candidates, this.steering.locked);
			const keep = survivors(setup, setup.steps, this.step);
			if (this.candidates.length > keep) this.candidates = await narrowed(setup, this.moment, this.candidates, keep);
			// At once, so that a run that ends here has them.
			await this.settle();
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
		});
	}

	/**
	 * Change something by hand, after the step in progress. Edits of strokes are about the best drawing, which goes on alone.
	 *
	 * @throws AtelierError E_RECIPE for what cannot be done; nothing is changed then
	 */
	edit(request: EditRequest): Promise<Edited> {
		return this.turn(async () => {
			if (this.done)
				throw new AtelierError(
					'E_RECIPE',
					`expected a drawing with steps to come, got one that has ended after ${this.step}; branch it at an earlier step`,
				);
			await this.settle();
			const edit = this.steering.read(request, this.step);
			const edited = { edit, warnings: await this.steering.make(edit, this) };
			this.onEdit?.(edited);
			return edited;
		});
	}

	/** Make the edits of the recipe whose time has come. */
	private async settle(): Promise<void> {
		if (this.step < this.setup.steps) await this.steering.settle(this.step, this);
	}

	/** Advance until done, stopped or aborted; waits while paused. */
	async run(onStep?: (event: StepEvent) => void | Promise<void>, signal?: AbortSignal): Promise<void> {
		// An abort ends the wait of a paused run too.
		const wake = () => this.resume();
		signal?.addEventListener('abort', wake);
		try {
			await this.turn(() => this.settle());
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
			const { moment } = this;
			const eyes = eyesAt(guidance, moment, this.candidates.length > 1);
			const seen = await look(eyes, rendering.image, renderer, candidate.random, moment);
			const up = seen.pullback();
			// The value is a mean over places, but each place has parameters and penalties of its own.
			const pull = guidance.weight * Math.max(1, seen.places.length);
			for (let i = 0; i < dImage.length; i++) dImage[i]! -= pull * up[i]!;
			const { value, scores } = amongLooks(candidate, seen, guidance);
			candidate.value += guidance.weight * value;
			candidate.scores = scores;
		}
		if (target) {
			const loss = pixelLoss(rendering.image, target.picture);
			for (let i = 0; i < dImage.length; i++) dImage[i]! += target.weight * loss.gradient[i]!;
			candidate.value -= target.weight * loss.value;
			candidate.pixelLoss = loss.value;
		}
		if (!Number.isFinite(candidate.value))
			throw guidance && this.step < guidance.eyes.length
				? new AtelierError(
						'E_CHECKPOINT',
						`expected a finite score at the first look of each encoder, got ${candidate.value}; the encoder's weights are damaged: fetch them again ('atelier models verify' compares what was pulled)`,
					)
				: new AtelierError(
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
		const release = this.steering.hold(candidate.params, gradients);
		adamStep(candidate.params, gradients, candidate.adam, renderer.learningRates, factor);
		renderer.project(candidate.params, (this.step + 1) / this.setup.steps);
		release();
	}

	/** One thing after the other: steps and edits. */
	private turn<T>(work: () => Promise<T>): Promise<T> {
		const result = this.busy.then(work);
		this.busy = result.catch(() => {});
		return result;
	}
}

/** A look, or the mean with those of the members before it: else all figures would go up and down with whose turn it is. */
function amongLooks(
	candidate: Candidate,
	{ value, scores }: Glance,
	{ turn, jury, members = 1 }: Guidance,
): Pick<Glance, 'value' | 'scores'> {
	// Where encoders take turns, a look is that of the one whose turn it is.
	if (members === 1 || turn !== jury) return { value, scores };
	const looks = [{ value, scores }, ...(candidate.looks ?? [])].slice(0, members);
	candidate.looks = looks;
	const mean = (of: (look: (typeof looks)[number]) => number) =>
		looks.reduce((sum, l) => sum + of(l), 0) / looks.length;
	return { value: mean((l) => l.value), scores: scores.map((_, i) => mean((l) => l.scores[i]!)) };
}
