/** @file The layout of a recipe: what it looks for where, when several things stand apart from each other on one canvas. */

import { mostThings, type Things, thingsIn } from '../guidance/things.js';
import type { Recipe, RecipePrompt } from './schema.js';

/** A prompt, and its place among all that are scored. */
export interface Aim {
	readonly prompt: RecipePrompt;
	readonly index: number;
}

/**
 * What is looked for at each place of a canvas, in their order: each of several wanted prompts has one of its own, or each thing
 * of a single one; what is avoided is avoided at all of them. One place where the layout is 'one', or still 'auto'.
 */
export function aimsOf({ prompts, layout }: Pick<Recipe, 'prompts' | 'layout'>): readonly (readonly Aim[])[] {
	const aims = prompts.map((prompt, index): Aim => ({ prompt, index }));
	const wanted = aims.filter(({ prompt }) => prompt.weight > 0);
	const [only] = wanted;
	if (layout === 'one' || layout === 'auto' || !only) return [aims];
	const others = aims.filter(({ prompt }) => prompt.weight <= 0);
	const apart =
		wanted.length > 1
			? wanted
			: (thingsIn(only.prompt.text)?.parts ?? [only.prompt.text]).map((text) => ({
					prompt: { ...only.prompt, text },
					index: only.index,
				}));
	return apart.map((aim) => [aim, ...others]);
}

/** The things of a recipe that wants one prompt, which names as many as have room. */
export function namedThings({ prompts }: Pick<Recipe, 'prompts'>): (Things & { readonly text: string }) | undefined {
	const wanted = prompts.filter(({ weight }) => weight > 0);
	const [only] = wanted;
	if (!only || wanted.length > 1) return undefined;
	const things = thingsIn(only.text);
	return things && things.parts.length <= mostThings ? { ...things, text: only.text } : undefined;
}
