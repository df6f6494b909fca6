/** @file Adam (Kingma & Ba 2015) over named parameter groups, each with its own learning rate; steps uphill or downhill alike. */

import type { LearningRates, Parameters } from '../renderers/renderer.js';

/** beta1 and beta2 of BUILTIN drawing runs; eps as in the paper. */
const beta1 = 0.9;
const beta2 = 0.98;
const eps = 1e-8;

/** Moments of every group and the number of steps taken. */
export interface AdamState {
	step: number;
	readonly first: Record<string, Float32Array>;
	readonly second: Record<string, Float32Array>;
}

export function adamState(params: Parameters): AdamState {
	const zeros = () => Object.fromEntries(Object.entries(params).map(([name, p]) => [name, new Float32Array(p.length)]));
	return { step: 0, first: zeros(), second: zeros() };
}

/** One descent step on `gradients`, in place; `factor` scales every learning rate (the schedule). */
export function adamStep(
	params: Parameters,
	gradients: Parameters,
	state: AdamState,
	rates: LearningRates,
	factor: number,
): void {
	state.step++;
	const c1 = 1 / (1 - beta1 ** state.step);
	const c2 = 1 / (1 - beta2 ** state.step);
	for (const [name, p] of Object.entries(params)) {
		const rate = (rates[name] ?? 0) * factor;
		const g = gradients[name];
		if (rate === 0 || !g) continue;
		const m = state.first[name]!;
		const v = state.second[name]!;
		for (let i = 0; i < p.length; i++) {
			const gi = g[i]!;
			m[i] = beta1 * m[i]! + (1 - beta1) * gi;
			v[i] = beta2 * v[i]! + (1 - beta2) * gi * gi;
			p[i] = p[i]! - (rate * m[i]! * c1) / (Math.sqrt(v[i]! * c2) + eps);
		}
	}
}
