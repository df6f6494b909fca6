/** @file The layout of a recipe: what it looks for where, when several things stand apart from each other on one canvas. */

import { type Arrangement, surelyThings, type Things, thingsIn } from '../guidance/things.js';
import type { Recipe, RecipePrompt } from './schema.js';

/** A prompt, and its place among all that are scored. */
export interface Aim {
	readonly prompt: RecipePrompt;
	readonly index: number;
}

/** How things stand apart in a recipe; undefined where the canvas is one. */
export function arrangementOf({
	layout,
	arrangement,
}: Pick<Recipe, 'layout' | 'arrangement'>): Arrangement | undefined {
	if (layout === 'auto') return arrangement;
	return layout === 'one' ? undefined : layout;
}

/**
 * What is looked for at each place of a canvas, in their order: each of several wanted prompts has one of its own, or each thing
 * of a single one; what is avoided is avoided at all of them.
 */
export function aimsOf(recipe: Pick<Recipe, 'prompts' | 'layout' | 'arrangement'>): readonly (readonly Aim[])[] {
	const aims = recipe.prompts.map((prompt, index): Aim => ({ prompt, index }));
	const wanted = aims.filter(isWanted);
	const [only] = wanted;
	if (!arrangementOf(recipe) || !only) return [aims];
	const apart =
		wanted.length > 1
			? wanted
			: (thingsIn(only.prompt.text)?.parts ?? [only.prompt.text]).map((text) => ({
					...only,
					prompt: { ...only.prompt, text },
				}));
	return apart.map((aim) =>
		aims.flatMap((other) => (other.index === aim.index ? [aim] : isWanted(other) ? [] : [other])),
	);
}

/** The things of a recipe that wants one prompt, which surely names several. @param names of single things that sound like several */
export function namedThings(
	{ prompts }: Pick<Recipe, 'prompts'>,
	names: ReadonlySet<string> = new Set(),
): Things | undefined {
	const wanted = prompts.filter((prompt) => isWanted({ prompt }));
	const [only] = wanted;
	return only && wanted.length === 1 ? surelyThings(only.text, names) : undefined;
}

/** For people: what is drawn apart. @param when a condition, ' where …' */
export function apartInWords(parts: readonly string[], arrangement: Arrangement, when = ''): string {
	const things = parts.map((part) => `'${part}'`).join(` ${arrangement} `);
	return `${things}: each is drawn for itself${when}; layout 'one' draws them as one`;
}

/** Places that a recipe has, or may have where that is decided when it is drawn. */
export function mostPlaces(recipe: Recipe): number {
	if (!canStandApart(recipe)) return 1;
	return recipe.layout === 'auto' ? (namedThings(recipe)?.parts.length ?? 1) : aimsOf(recipe).length;
}

/** Whether things can stand apart in what a recipe draws. */
export const canStandApart = ({
	renderer,
	symmetry,
	images,
}: Pick<Recipe, 'renderer' | 'symmetry' | 'images'>): boolean =>
	renderer === 'strokes' && symmetry.kind === 'none' && images.every(({ use }) => use !== 'redraw');

const isWanted = ({ prompt }: Pick<Aim, 'prompt'>): boolean => prompt.weight > 0;
