/** @file What a run does when: learning-rate schedule, narrowing of the candidates, tidying, and the work that all this amounts to. */

import type { PainterSetup } from './painter.js';

/** Share of the learning rate at a step: linear warm-up over 8 steps, then a cosine down to 8 %. */
export function scheduleFactor(step: number, steps: number): number {
	const warm = Math.min(1, (step + 1) / 8);
	const floor = 0.08;
	return warm * (floor + (1 - floor) * 0.5 * (1 + Math.cos((Math.PI * step) / Math.max(1, steps))));
}

/** Looks at each candidate, in batches of views, when the field is narrowed. */
export const judgeRounds = 4;

/** Candidates left after `done` of `steps` steps: a third from half-way to narrowAt on (of four or more), then one. */
export function survivors(setup: Pick<PainterSetup, 'candidates' | 'narrowAt'>, steps: number, done: number): number {
	const { candidates } = setup;
	const last = Math.max(1, Math.round(setup.narrowAt * steps));
	if (done >= last) return 1;
	return candidates > 3 && done >= Math.max(1, Math.round(last / 2)) ? Math.ceil(candidates / 3) : candidates;
}

/** After which steps superfluous parts are left out: with time to settle afterwards, and once more at the end. */
export const tidySteps = (steps: number): readonly number[] => [Math.round(0.6 * steps), steps];

/** A part may go when the objective falls by no more than this without it (cosines are of the order of 1). */
export const tidyTolerance = 0.003;

/** Drawings of more parts are left as they are: trying each would take longer than drawing. */
const mostTidied = 64;

/** Whether a run tidies at all. */
export function isTidied({ tidy, renderer }: Pick<PainterSetup, 'tidy' | 'renderer'>): boolean {
	return tidy === true && renderer.hide !== undefined && (renderer.elements ?? 0) <= mostTidied;
}

/** Steps of one candidate that the first `done` of `steps` steps amount to, looks for judging included. */
export function workOf(
	setup: Pick<PainterSetup, 'candidates' | 'narrowAt' | 'tidy' | 'renderer' | 'guidance'>,
	steps: number,
	done = steps,
): number {
	let work = 0;
	let field = setup.candidates;
	for (let step = 1; step <= done; step++) {
		work += field;
		// Each part costs three looks, and the whole two.
		if (isTidied(setup) && tidySteps(steps).includes(step)) work += field * (3 * (setup.renderer.elements ?? 0) + 2);
		const keep = survivors(setup, steps, step);
		if (keep < field && setup.guidance) work += judgeRounds * field;
		field = Math.min(field, keep);
	}
	return work;
}
