/**
 * @file LAMB over one flat vector: Adam's step, scaled for each tensor by ||w|| / ||step||, so that large batches may take large steps.
 * Source: You et al. 2020; the details are timm's, which also trained ALIGN's kind of models.
 */

import type { AdamWOptions } from './adamw.js';
import type { Slot } from './shared-parameters.js';

/**
 * u = mhat / (sqrt(vhat) + eps) + wd w; w -= lr r u, where r = ||w|| / ||u|| of the tensor (1 if either is 0).
 * Tensors without weight decay are not scaled: r = 1.
 */
export class Lamb {
	readonly first: Float32Array;
	readonly second: Float32Array;
	step = 0;
	private readonly move: Float32Array;

	/** @param decays 1 where weight decay applies, all of a tensor alike; @param layout the tensors */
	constructor(
		readonly options: AdamWOptions,
		private readonly decays: Uint8Array,
		private readonly layout: readonly Pick<Slot, 'offset' | 'size'>[],
	) {
		this.first = new Float32Array(decays.length);
		this.second = new Float32Array(decays.length);
		this.move = new Float32Array(layout.reduce((most, { size }) => Math.max(most, size), 0));
	}

	/** One update of `weights` in place by `gradient` times `scale`. */
	update(weights: Float32Array, gradient: Float32Array, learningRate: number, scale = 1): void {
		const { beta1, beta2, eps, weightDecay } = this.options;
		this.step++;
		const c1 = 1 / (1 - beta1 ** this.step);
		const c2 = 1 / (1 - beta2 ** this.step);
		const { first, second, move } = this;
		for (const { offset, size } of this.layout) {
			const decay = this.decays[offset] === 1 ? weightDecay : 0;
			let weightSquare = 0;
			let moveSquare = 0;
			for (let k = 0; k < size; k++) {
				const i = offset + k;
				const g = (gradient[i] as number) * scale;
				const m = beta1 * (first[i] as number) + (1 - beta1) * g;
				const v = beta2 * (second[i] as number) + (1 - beta2) * g * g;
				first[i] = m;
				second[i] = v;
				const w = weights[i] as number;
				const u = (m * c1) / (Math.sqrt(v * c2) + eps) + decay * w;
				move[k] = u;
				weightSquare += w * w;
				moveSquare += u * u;
			}
			const trust = decay !== 0 && weightSquare > 0 && moveSquare > 0 ? Math.sqrt(weightSquare / moveSquare) : 1;
			for (let k = 0; k < size; k++) weights[offset + k]! -= learningRate * trust * (move[k] as number);
		}
	}
}
