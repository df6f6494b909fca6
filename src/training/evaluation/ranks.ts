/** @file Ranks of the right answer among others, and what shares of them are good. */

import { dot } from '../../encoders/vectors.js';

/**
 * How many of the others score as high as the right one: a tie is a miss, and so is NaN.
 *
 * @param asked which entries count; default all
 */
export function rankOf(scores: ArrayLike<number>, right: number, asked?: readonly boolean[]): number {
	const own = scores[right]!;
	let rank = 0;
	for (let k = 0; k < scores.length; k++) if (k !== right && (asked?.[k] ?? true) && !(scores[k]! < own)) rank++;
	return rank;
}

/** Share of the ranks that are below k; 0 of none. */
export const shareWithin = (ranks: readonly number[], k: number): number =>
	ranks.filter((rank) => rank < k).length / Math.max(1, ranks.length);

/** Cosines of one embedding with each row. */
export const cosines = (embedding: ArrayLike<number>, rows: readonly Float32Array[]): number[] =>
	rows.map((row) => dot(embedding, row));

/** Index of the largest number; NaN is smaller than all. */
export function largest(scores: ArrayLike<number>): number {
	let best = 0;
	for (let k = 1; k < scores.length; k++) if (scores[k]! > scores[best]! || Number.isNaN(scores[best])) best = k;
	return best;
}

/** 12.3 % */
export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
