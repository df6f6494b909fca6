/** @file How many steps fit into a time: measured on a throw-away painter, rounded down to a coarse ladder so that the same command mostly gives the same recipe. */

import { readyToJudge } from './judging.js';
import { Painter, type PainterSetup } from './painter.js';
import { isTidied, workOf } from './plan.js';

/** Part of the time that is planned with: other programs come and go. */
const share = 0.9;

/** The largest of 1, 2, 3, 5, 10, 20, 30, 50, 75, 100, 150, 200, 250, 300, 400, 500, 750, 1000, ... that is at most n; at least 1. */
export function roundDownSteps(n: number): number {
	let best = 1;
	for (let decade = 100; decade <= 1e5; decade *= 10)
		for (const rung of [0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 4, 5, 7.5].map(
			(r) => r * decade,
		))
			if (rung <= n && Number.isInteger(rung) && (decade === 100 || rung >= decade / 2)) best = Math.max(best, rung);
	return best;
}

/** How long steps take. */
export interface Pace {
	/** Median seconds of a step of the last candidate. */
	readonly perStep: number;
	/** What a step of one of several takes of that, in (0, 1]: less where each is looked at through fewer views. */
	readonly scouting: number;
}

/** The most steps up to `cap`, on the ladder, whose work takes at most `seconds`. */
export function stepsWithin(setup: PainterSetup, { perStep, scouting }: Pace, seconds: number, cap: number): number {
	let low = 1;
	let high = Math.max(1, cap);
	while (low < high) {
		const middle = Math.ceil((low + high) / 2);
		if (workOf({ ...setup, scouting }, middle) * perStep <= seconds * share) low = middle;
		else high = middle - 1;
	}
	return roundDownSteps(low);
}

/** The pace of a run, over a few steps that leave no trace in it; takes at most about `seconds`. */
export async function measurePace(setup: PainterSetup, seconds: number): Promise<Pace> {
	const { scouting = 1 } = setup;
	// Takes its time now, which the steps are then fitted around.
	if (setup.candidates > 1 || isTidied(setup)) await readyToJudge(setup);
	const differ = setup.candidates > 1 && scouting < 1;
	const perStep = await secondsPerStep({ ...setup, candidates: 1 }, differ ? seconds / 2 : seconds);
	if (!differ) return { perStep, scouting };
	// Views are not all that a step takes.
	const ofTwo = await secondsPerStep({ ...setup, candidates: 2, narrowAt: 1 }, seconds / 2);
	return { perStep, scouting: Math.min(1, ofTwo / 2 / perStep) };
}

async function secondsPerStep(setup: PainterSetup, seconds: number): Promise<number> {
	const scratch = Painter.create({ ...setup, steps: 1000, edits: [] });
	const start = performance.now();
	const times: number[] = [];
	// The first step pays for compilation and caches.
	for (let i = 0; i < 12; i++) {
		const before = performance.now();
		await scratch.advance();
		if (i > 0) times.push((performance.now() - before) / 1000);
		if (i >= 1 && (performance.now() - start) / 1000 > seconds) break;
	}
	return times.sort((a, b) => a - b)[times.length >> 1]!;
}
