/** @file A run of this session as the server knows it: what it is told by the thread that draws, and what it tells. */

import type { Recipe } from '../../src/recipe/schema.js';
import type { VectorLayout } from '../../src/renderers/vectors.js';
import type { Frame, Problem, RunInfo, RunState, StepNews, Watched } from '../protocol.js';
import { History } from './history.js';
import type { BranchChanges, FramePart, Standing, StepLine } from './run-messages.js';
import { titleOf } from './title.js';
import { shownRecipe } from './uploads.js';

/** What of a run survives the end of the studio. */
export interface StoredRun {
	readonly id: string;
	readonly state: RunState;
	readonly recipe: Recipe;
	readonly created: string;
	readonly finished?: string;
	readonly seconds: number;
	readonly step: number;
	readonly problem?: Problem;
	readonly budget?: number;
	readonly parent?: { readonly id: string; readonly step: number };
	/** What it is to do otherwise than its parent. */
	readonly changes?: BranchChanges;
}

/** States from which nothing happens by itself any more. */
const ended: ReadonlySet<RunState> = new Set(['done', 'stopped', 'failed', 'cancelled']);

/** Mutable; the queue and the runner write, everyone reads. */
export class LiveRun {
	state: RunState;
	recipe: Recipe;
	step: number;
	value: number | null = null;
	scores: readonly number[] = [];
	candidates: number;
	best = 0;
	finished: string | undefined;
	seconds: number;
	eta: number | null = null;
	problem: Problem | undefined;
	warnings: string[] = [];
	layout: VectorLayout | null = null;
	layoutNumber = 0;
	locked: readonly number[] = [];
	history = new History();
	private readonly frames = new Map<number, Frame[]>();

	constructor(
		stored: StoredRun,
		/** Whole path of its folder. */
		readonly path: string,
		readonly welcome = false,
	) {
		this.stored = stored;
		this.state = stored.state;
		this.recipe = stored.recipe;
		this.step = stored.step;
		this.seconds = stored.seconds;
		this.finished = stored.finished;
		this.problem = stored.problem;
		this.candidates = stored.recipe.candidates;
	}

	private readonly stored: StoredRun;

	get id(): string {
		return this.stored.id;
	}

	get created(): string {
		return this.stored.created;
	}

	get budget(): number | undefined {
		return this.stored.budget;
	}

	get changes(): BranchChanges | undefined {
		return this.stored.changes;
	}

	get parent(): StoredRun['parent'] {
		return this.stored.parent;
	}

	get hasEnded(): boolean {
		return ended.has(this.state);
	}

	/** As the journal keeps it. */
	get toStore(): StoredRun {
		const { state, recipe, step, seconds, finished, problem } = this;
		return { ...this.stored, state, recipe, step, seconds, ...(finished && { finished }), ...(problem && { problem }) };
	}

	/** As lists show it. */
	info(extra: { position?: number; eta?: number | null; starred?: boolean } = {}): RunInfo {
		const { id, state, recipe, step, value, scores, candidates, created, seconds, problem, warnings, parent } = this;
		return {
			id,
			state,
			title: titleOf(recipe),
			recipe: shownRecipe(recipe),
			step,
			steps: recipe.steps,
			value,
			scores,
			candidates,
			created,
			...(this.finished && { finished: this.finished }),
			seconds: Math.round(1000 * seconds) / 1000,
			eta: this.hasEnded ? null : extra.eta !== undefined ? extra.eta : this.eta,
			...(extra.position !== undefined && { position: extra.position }),
			...(problem && { problem }),
			warnings,
			starred: extra.starred ?? false,
			...(parent && { parent }),
			...(this.welcome && { welcome: true }),
			vector: recipe.renderer !== 'pixels',
			frames: !this.welcome && step > 0,
		};
	}

	/** The recipe is another now: resolved, or edited. */
	written(recipe: Recipe): void {
		this.recipe = recipe;
	}

	/** What has happened in steps; answers with the news of the last. */
	took(lines: readonly StepLine[], standing: Standing): StepNews {
		for (const line of lines) this.history.add(line);
		const { step, value, scores, ms } = lines.at(-1)!;
		const { candidates, best, seconds, eta, locked } = standing;
		Object.assign(this, { step, value, scores, candidates, best, seconds, eta, locked });
		return { run: this.id, step, value, scores, ms, eta, candidates, best, ...(locked.length > 0 && { locked }) };
	}

	/** New frames: what is needed to show the last of each candidate is kept. */
	drew(parts: readonly FramePart[]): Frame[] {
		const all = parts.map(({ key, ...part }) => {
			const frame: Frame = { run: this.id, layout: this.layoutNumber, ...part };
			const kept = this.frames.get(part.candidate);
			this.frames.set(part.candidate, key || !kept ? [frame] : [kept[0]!, frame]);
			return frame;
		});
		// Those that have left the race.
		if (parts.length > 1 || this.candidates === 1)
			for (const candidate of this.frames.keys())
				if (!parts.some((part) => part.candidate === candidate)) this.frames.delete(candidate);
		return all;
	}

	watch(info: RunInfo): Watched {
		const { layout, locked } = this;
		return { run: info, history: this.history.answer, layout, frames: [...this.frames.values()].flat(), locked };
	}
}
