/** @file More of the same: variations of a recipe with other seeds, and drawings on the way from one thing to another. */

import { startRuns } from './queue.js';

type Fields = Readonly<Record<string, unknown>>;

/** A recipe without what belongs to one run of it. */
export function bare(recipe: object): Record<string, unknown> {
	const { edits: _, ...rest } = recipe as Fields;
	return rest;
}

/** The same with new seeds. */
export const vary = (recipe: object, count: number) => startRuns({ recipe: { ...bare(recipe), seed: -1 }, count });

/** `a` for a part of the steps, then `b`, in a row of drawings from one to the other. */
export const morphPrompt = (a: string, b: string, share: number): string =>
	share <= 0 ? b : share >= 1 ? a : `[${a}:${b}:${Math.round(share * 100) / 100}]`;
