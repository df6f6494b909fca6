/** @file The curves of a run as columns for a plot: steps, and one score a prompt; long ones thinned to every other point. */

import type { RunHistory, StepNews } from '../protocol.js';

/** Mutable columns of equal length. */
export interface Curves {
	step: number[];
	value: number[];
	scores: (number | null)[][];
}

export const emptyCurves = (): Curves => ({ step: [], value: [], scores: [] });

/** Curves from what the server kept. */
export const curvesOf = ({ step, value, scores }: RunHistory): Curves => ({
	step: [...step],
	value: [...value],
	scores: scores.map((column) => [...column]),
});

/** Take a step in; one that is already there (after a reconnect) is left out, a branch back cuts the tail off. */
export function addStep(curves: Curves, news: Pick<StepNews, 'step' | 'value' | 'scores'>, most = 1500): void {
	if (curves.step.at(-1) === news.step) return;
	while (curves.step.length > 0 && curves.step.at(-1)! >= news.step) {
		curves.step.pop();
		curves.value.pop();
		for (const column of curves.scores) column.pop();
	}
	while (curves.scores.length < news.scores.length) curves.scores.push(curves.step.map(() => null));
	curves.step.push(news.step);
	curves.value.push(news.value);
	for (const [i, column] of curves.scores.entries()) column.push(news.scores[i] ?? null);
	if (curves.step.length > most) thin(curves);
}

/** Every other point of the first half, so that what is recent stays exact. */
function thin(curves: Curves): void {
	const half = curves.step.length >> 1;
	const keep = <T>(column: readonly T[]): T[] => column.filter((_, i) => i >= half || i % 2 === 0);
	curves.step = keep(curves.step);
	curves.value = keep(curves.value);
	curves.scores = curves.scores.map(keep);
}
