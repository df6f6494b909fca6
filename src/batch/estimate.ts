/** @file How long a batch will take: a few steps of a few kinds of cells, measured on this machine. */

import { AtelierError } from '../errors.js';
import { measurePace } from '../painter/budget.js';
import type { PainterSetup } from '../painter/painter.js';
import { workOf } from '../painter/plan.js';
import { openPainter } from '../painter/setup.js';
import { SharedParts } from '../painter/shared-parts.js';
import { canonicalJson } from '../recipe/hash.js';
import { mostPlaces } from '../recipe/layout.js';
import type { Recipe } from '../recipe/schema.js';
import { groupBy } from './group-by.js';

/** Kinds of cells that are measured; the others are taken for their mean. */
const mostMeasured = 3;
/** Seconds that measuring one kind takes, about, besides loading. */
const measuring = 0.6;

/** A length of time, by its parts. */
export interface Estimate {
	/** Of all drawings, as many at once as `jobs`. */
	readonly seconds: number;
	/** Of one step of one candidate, the mean of what was measured. */
	readonly secondsPerStep: number;
}

/** What makes steps of one kind take the same time. */
function kindOf(recipe: Recipe): string {
	const { prompts, negative, images, seed, steps, candidates, narrowAt, tidy, rate, size, ...rest } = recipe;
	const counts = [prompts.length + negative.length, images.length, mostPlaces(recipe)];
	return canonicalJson([rest, ...counts, rest.canvas ?? Math.min(...size)]);
}

/**
 * Seconds that drawings will take; undefined when none of those that were tried can be drawn.
 *
 * @param jobs drawings at once
 * @param cores of the machine: more threads than those do not make it faster
 */
export async function estimateTime(
	recipes: readonly Recipe[],
	jobs: number,
	cores: number,
): Promise<Estimate | undefined> {
	const kinds = groupBy(recipes, kindOf);
	const every = Math.max(1, Math.ceil(kinds.size / mostMeasured));
	const shared = new SharedParts();
	const measured = new Map<string, Measured>();
	try {
		for (const [i, [kind, alike]] of [...kinds].entries())
			if (i % every === 0) {
				const found = await measure(mostCandidates(alike), shared);
				if (found) measured.set(kind, found);
			}
	} finally {
		await shared.close();
	}
	if (measured.size === 0) return undefined;
	const mean = average([...measured.values()]);
	let seconds = 0;
	for (const [kind, alike] of kinds) {
		const { perStep, opening, setup } = measured.get(kind) ?? mean;
		for (const { steps, candidates, narrowAt, tidy } of alike)
			seconds += opening + perStep * workOf({ ...setup, candidates, narrowAt, tidy }, steps);
	}
	const threads = Math.max(...recipes.map(({ engine }) => engine.threads));
	const atOnce = Math.min(jobs, recipes.length, Math.max(1, cores / threads));
	return { seconds: seconds / atOnce, secondsPerStep: mean.perStep };
}

interface Measured {
	/** Seconds. */
	readonly perStep: number;
	readonly opening: number;
	readonly setup: PainterSetup;
}

/** Where there is one candidate, several cannot be measured. */
const mostCandidates = (alike: readonly Recipe[]): Recipe =>
	alike.reduce((most, recipe) => (recipe.candidates > most.candidates ? recipe : most));

/** Undefined for a cell that fails: that is said when its turn comes. */
async function measure(recipe: Recipe, shared: SharedParts): Promise<Measured | undefined> {
	try {
		const before = performance.now();
		const { setup } = await openPainter(recipe, { shared });
		const opening = (performance.now() - before) / 1000;
		const { perStep, scouting } = await measurePace(setup, measuring);
		return { opening, perStep, setup: { ...setup, scouting } };
	} catch (error) {
		if (error instanceof AtelierError) return undefined;
		throw error;
	}
}

const average = (all: readonly Measured[]): Measured => ({
	perStep: all.reduce((sum, { perStep }) => sum + perStep, 0) / all.length,
	opening: all.reduce((sum, { opening }) => sum + opening, 0) / all.length,
	setup: {
		...all[0]!.setup,
		scouting: all.reduce((sum, { setup }) => sum + (setup.scouting ?? 1), 0) / all.length,
	},
});
