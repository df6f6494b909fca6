/** @file How many views a step looks through: of a drawing that is alone, and of each of several candidates. */

import type { ViewCounts } from '../encoders/encoder.js';
import { mostViews, type Recipe } from '../recipe/schema.js';

/** What a recipe says of views; what it leaves open, its encoders decide. */
type Said = Pick<Recipe, 'views' | 'candidateViews'>;

/** Views a step of a drawing that is alone, and of each of several. */
export function viewCountsOf(
	{ views, candidateViews }: Said,
	encoder: ViewCounts,
): { readonly viewCount: number; readonly scoutCount: number } {
	const viewCount = views ?? encoder.viewCount;
	return { viewCount, scoutCount: Math.min(viewCount, candidateViews ?? encoder.candidateViewCount ?? viewCount) };
}

/** Share of the views through which several encoders together look at each of several candidates. */
export function scoutingOf(recipe: Said, encoders: readonly ViewCounts[]): number {
	const counts = encoders.map((encoder) => viewCountsOf(recipe, encoder));
	const sum = (of: (counts: ReturnType<typeof viewCountsOf>) => number) => counts.reduce((n, c) => n + of(c), 0);
	return sum(({ scoutCount }) => scoutCount) / sum(({ viewCount }) => viewCount);
}

/** The views that a run keeps in its recipe. Where encoders have unlike numbers of them, they stay open. */
export function resolvedViews(recipe: Said & Pick<Recipe, 'candidates'>, encoders: readonly ViewCounts[]): Said {
	const common = (counts: readonly number[]) => (new Set(counts).size === 1 ? counts[0] : undefined);
	const counts = encoders.map((encoder) => viewCountsOf(recipe, encoder));
	const views = common(counts.map(({ viewCount }) => viewCount));
	const isAll = counts.every(({ scoutCount, viewCount }) => scoutCount === viewCount);
	const candidateViews =
		recipe.candidateViews ?? (isAll ? mostViews : common(counts.map(({ scoutCount }) => scoutCount)));
	return {
		...(views !== undefined && { views }),
		...(candidateViews !== undefined && recipe.candidates > 1 && { candidateViews }),
	};
}
