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

/** What a look without a gradient takes of a step; measured, see bench/RESULTS.md. */
const judgingShare = 0.5;

type Field = Pick<PainterSetup, 'candidates' | 'narrowAt'>;

/** When the field is narrowed, and to how many: of four or more a third goes on from half-way to narrowAt, then one; with a narrowAt of 1 all stay to the end. */
function narrowings(
	{ candidates, narrowAt }: Field,
	steps: number,
): { readonly after: number; readonly keep: number }[] {
	const last = Math.max(1, Math.round(narrowAt * steps));
	const half = Math.round(last / 2);
	return [
		...(candidates > 3 && narrowAt < 1 && half >= 1 && half < last
			? [{ after: half, keep: Math.ceil(candidates / 3) }]
			: []),
		{ after: last, keep: 1 },
	];
}

/** Candidates left after `done` of `steps` steps. */
export function survivors(setup: Field, steps: number, done: number): number {
	return narrowings(setup, steps).reduce((field, { after, keep }) => (done >= after ? keep : field), setup.candidates);
}

/** After which steps superfluous parts are left out: with time to settle afterwards, and once more at the end. */
export const tidySteps = (steps: number): readonly number[] => [Math.round(0.6 * steps), steps];

/** A part may go when the objective falls by no more than this without it (cosines are of the order of 1). */
export const tidyTolerance = 0.01;

/** Drawings of more parts, at one place, are left as they are: trying each would take longer than drawing. */
const mostTidied = 64;

/** Whether a run tidies at all. */
export function isTidied({ tidy, renderer }: Pick<PainterSetup, 'tidy' | 'renderer'>): boolean {
	const { hide, elements = 0, places } = renderer;
	return tidy === true && hide !== undefined && elements <= mostTidied * Math.max(1, places?.length ?? 0);
}

/** Steps of the last candidate that the first `done` of `steps` steps amount to, looks for judging included. */
export function workOf(
	setup: Field & Pick<PainterSetup, 'tidy' | 'renderer' | 'guidance' | 'scouting'>,
	steps: number,
	done = steps,
): number {
	let work = 0;
	let field = setup.candidates;
	let from = 0;
	for (const { after, keep } of [...narrowings(setup, steps), { after: steps, keep: 1 }]) {
		const to = Math.min(done, after);
		work += (to - from) * (field > 1 ? field * (setup.scouting ?? 1) : 1);
		if (done >= after && keep < field && setup.guidance) work += judgingShare * judgeRounds * field;
		field = keep;
		from = to;
	}
	// Each part costs three looks, and the whole two, for each candidate of the moment.
	if (isTidied(setup))
		for (const step of tidySteps(steps))
			if (done >= step)
				work += judgingShare * survivors(setup, steps, step - 1) * (3 * (setup.renderer.elements ?? 0) + 2);
	return work;
}
