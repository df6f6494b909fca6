/**
 * @file How what guides looks at a drawing: each encoder through random views of its own, with an objective of its own. Of several
 * encoders e with shares s_e (their weights over the sum of them) the value is sum_e s_e value_e, its gradient the sum of theirs; or
 * they take turns, as often as their shares say.
 */

import type { Objective } from '../guidance/objective.js';
import type { Moment } from '../guidance/readings.js';
import type { Picture } from '../image.js';
import type { Random } from '../random.js';
import { applyViews, sampleViews, type ViewOptions } from '../views/index.js';

/** One encoder's objective, and how it looks at the drawing. */
export interface Eye {
	readonly objective: Objective;
	readonly views: ViewOptions;
	readonly viewCount: number;
	readonly imageSize: number;
	/** Its part in what all say, in (0, 1]; those of all sum to 1. */
	readonly share: number;
}

/** What guides a drawing. */
export interface Guidance {
	/** All have the same prompts. */
	readonly eyes: readonly Eye[];
	/** Weight against the pixel loss. */
	readonly weight: number;
	/** Whose turn a step is, where the eyes look one after the other; without it all look at every step. */
	readonly turn?: (step: number) => number;
}

/** What was seen. */
export interface Look {
	readonly value: number;
	/** Mean cosine with each prompt, averaged by share. */
	readonly scores: number[];
	/** d value / d image. */
	pullback(): Float32Array;
}

/** The eyes that look at a step. */
export function eyesAt({ eyes, turn }: Guidance, { step }: Moment): readonly Eye[] {
	const one = turn && eyes[turn(step)];
	return one ? [{ ...one, share: 1 }] : eyes;
}

/** Look at a picture on a canvas through new views of each eye, in their order. */
export async function look(
	eyes: readonly Eye[],
	image: Picture,
	canvas: { readonly width: number; readonly height: number },
	random: Random,
	moment: Moment,
): Promise<Look> {
	let value = 0;
	const scores: number[] = [];
	const pullbacks: (() => Float32Array)[] = [];
	for (const { objective, views, viewCount, imageSize, share } of eyes) {
		const looked = applyViews(image, sampleViews(views, viewCount, canvas, imageSize, random), imageSize);
		const result = await objective.evaluate(looked.batch, moment);
		value += share * result.value;
		result.scores.forEach((score, i) => {
			scores[i] = (scores[i] ?? 0) + share * score;
		});
		pullbacks.push(() => looked.pullback(result.gradient).map((g) => share * g));
	}
	return {
		value,
		scores,
		pullback() {
			const [sum, ...others] = pullbacks.map((pullback) => pullback());
			for (const other of others) for (let i = 0; i < other.length; i++) sum![i]! += other[i]!;
			return sum!;
		},
	};
}

/**
 * Whose turn each step is: smooth weighted round robin. Everyone gains its weight a step; who has most looks, and pays the
 * sum of all. Equal weights alternate strictly, and after n steps nobody is a whole turn away from its share of them.
 */
export function takingTurns(weights: readonly number[]): (step: number) => number {
	const whole = weights.reduce((sum, weight) => sum + weight, 0);
	const credit = weights.map(() => 0);
	const turns: number[] = [];
	return (step) => {
		while (turns.length <= step) {
			for (const [i, weight] of weights.entries()) credit[i]! += weight;
			const next = credit.indexOf(Math.max(...credit));
			credit[next]! -= whole;
			turns.push(next);
		}
		return turns[step]!;
	};
}
