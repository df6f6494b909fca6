/** @file The pace of an animation: how much of it is over after a part of the time, and the way back. Powers and smoothstep-like pieces of t^2. */

/** A pace, both ways between [0, 1] and [0, 1]. */
export interface Pace {
	/** Share of the whole that is shown after a share of the time. */
	readonly progress: (time: number) => number;
	/** Share of the time after which a share of the whole is shown. */
	readonly time: (progress: number) => number;
}

/** By CSS' names. */
export const easings = {
	linear: { progress: (t) => t, time: (p) => p },
	/** Slow start. */
	'ease-in': { progress: (t) => t * t, time: (p) => Math.sqrt(p) },
	/** Slow end. */
	'ease-out': { progress: (t) => 1 - (1 - t) ** 2, time: (p) => 1 - Math.sqrt(1 - p) },
	'ease-in-out': {
		progress: (t) => (t < 0.5 ? 2 * t * t : 1 - 2 * (1 - t) ** 2),
		time: (p) => (p < 0.5 ? Math.sqrt(p / 2) : 1 - Math.sqrt((1 - p) / 2)),
	},
} satisfies Readonly<Record<string, Pace>>;

export type Easing = keyof typeof easings;
