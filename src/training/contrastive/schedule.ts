/** @file Learning rates over the steps of a run: linear warm-up, then a cosine, a line, or nothing more. Source: open_clip's scheduler. */

/** A schedule. */
export interface ScheduleConfig {
	readonly schedule: 'cosine' | 'linear' | 'constant';
	readonly peak: number;
	/** Steps of the warm-up. */
	readonly warmup: number;
	/** What the rate falls to, as a share of the peak. */
	readonly floor: number;
}

/** The rate of step 0, 1, ... of `steps`: peak (s + 1) / warmup at first, then from the peak down to the floor. */
export function learningRate({ schedule, peak, warmup, floor }: ScheduleConfig, step: number, steps: number): number {
	if (step < warmup) return (peak * (step + 1)) / warmup;
	const progress = Math.min(1, (step - warmup) / Math.max(1, steps - warmup));
	const left = { cosine: 0.5 * (1 + Math.cos(Math.PI * progress)), linear: 1 - progress, constant: 1 }[schedule];
	return peak * (floor + (1 - floor) * left);
}
