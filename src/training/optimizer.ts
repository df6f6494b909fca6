/** @file What training asks of an optimiser, and the optimisers by name. */

import { AdamW } from './adamw.js';
import { Lamb } from './lamb.js';
import { decayMask, type Slot } from './shared-parameters.js';

/** Updates one flat vector of weights; its moments and step are all of its state. */
export interface Optimizer {
	readonly first: Float32Array;
	readonly second: Float32Array;
	step: number;
	/** One update of `weights` in place by `gradient` times `scale`. */
	update(weights: Float32Array, gradient: Float32Array, learningRate: number, scale?: number): void;
}

/** Hyper-parameters of all optimisers. */
export interface OptimizerOptions {
	readonly name: 'adamw' | 'lamb';
	readonly beta1: number;
	readonly beta2: number;
	readonly eps: number;
	/** Of matrices and kernels; vectors, scalars and what is exempt have none. */
	readonly weightDecay: number;
}

/** An optimiser of the weights in a layout, before its first step. */
export function createOptimizer(
	options: OptimizerOptions,
	layout: readonly Slot[],
	exempt: (name: string) => boolean,
): Optimizer {
	const decays = decayMask(layout, exempt);
	return options.name === 'lamb' ? new Lamb(options, decays, layout) : new AdamW(options, decays);
}
