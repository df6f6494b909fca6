/** @file AdamW (Loshchilov & Hutter 2019) over one flat vector, and the learning-rate schedule that goes with it. */

/** Hyper-parameters of AdamW. */
export interface AdamWOptions {
	readonly beta1: number;
	readonly beta2: number;
	readonly eps: number;
	readonly weightDecay: number;
}

/** m and v by exponential averages with bias correction; decay is decoupled: w -= lr (mhat / (sqrt(vhat) + eps) + wd w). */
export class AdamW {
	readonly first: Float32Array;
	readonly second: Float32Array;
	step = 0;

	/** @param decays 1 where weight decay applies (matrices), 0 where it does not (gains, biases, scales). */
	constructor(
		readonly options: AdamWOptions,
		private readonly decays: Uint8Array,
	) {
		this.first = new Float32Array(decays.length);
		this.second = new Float32Array(decays.length);
	}

	/** One update of `weights` in place by `gradient` times `scale`. */
	update(weights: Float32Array, gradient: Float32Array, learningRate: number, scale = 1): void {
		const { beta1, beta2, eps, weightDecay } = this.options;
		this.step++;
		const c1 = 1 / (1 - beta1 ** this.step);
		const c2 = 1 / (1 - beta2 ** this.step);
		const { first, second, decays } = this;
		for (let i = 0; i < weights.length; i++) {
			const g = (gradient[i] as number) * scale;
			const m = beta1 * (first[i] as number) + (1 - beta1) * g;
			const v = beta2 * (second[i] as number) + (1 - beta2) * g * g;
			first[i] = m;
			second[i] = v;
			const w = weights[i] as number;
			const decay = decays[i] === 1 ? weightDecay * w : 0;
			weights[i] = w - learningRate * ((m * c1) / (Math.sqrt(v * c2) + eps) + decay);
		}
	}
}

/** Linear warm-up over the first `warmup` fraction, then a cosine down to `floor` times the peak; `progress` in [0, 1]. */
export function warmupCosine(progress: number, peak: number, warmup: number, floor: number): number {
	if (progress < warmup) return (peak * progress) / warmup;
	const p = Math.min(1, (progress - warmup) / (1 - warmup));
	return peak * (floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * p)));
}
