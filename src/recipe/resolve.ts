/** @file What a recipe leaves to chance, decided: its seed and its wildcards. A resolved recipe says all that its picture depends on. */

import { parseNegative, parsePrompt, printPrompt, type WeightedPrompt } from '../guidance/prompts.js';
import { readText } from '../guidance/readings.js';
import { isTemplate } from '../guidance/template-syntax.js';
import { expandTemplate, type WildcardLists } from '../guidance/templates.js';
import { wildcardsIn } from '../guidance/wildcards.js';
import { Random } from '../random.js';
import type { Recipe, RecipePrompt } from './schema.js';
import { newSeed, openSeed } from './seed.js';

/**
 * A recipe with a seed of its own and all wildcards filled in, from the seed; the templates are kept beside the texts.
 * What is resolved already stays as it is.
 *
 * @throws AtelierError E_ARGUMENT for a template that is not well formed or an unknown wildcard
 */
export function resolveRecipe(recipe: Recipe, lists: WildcardLists = wildcardsIn()): Recipe {
	const seed = recipe.seed === openSeed ? newSeed() : recipe.seed;
	const resolve = (kind: string, read: (written: string) => WeightedPrompt) => (prompt: RecipePrompt, i: number) => {
		if (prompt.template !== undefined || !isTemplate(prompt.text)) return prompt;
		const random = new Random(seed).split(`wildcards ${kind} ${i}`);
		const template = printPrompt(prompt);
		const filled = { ...read(expandTemplate(template, random, lists)), template };
		readText(filled.text);
		return filled;
	};
	return {
		...recipe,
		seed,
		prompts: recipe.prompts.map(resolve('prompts', parsePrompt)),
		negative: recipe.negative.map(resolve('negative', parseNegative)),
	};
}

/** The recipe before its wildcards were filled in, so that another seed fills them in anew. */
export function unresolved(recipe: Recipe): Recipe {
	const back = (read: (written: string) => WeightedPrompt) => (prompt: RecipePrompt) =>
		prompt.template === undefined ? prompt : read(prompt.template);
	return {
		...recipe,
		prompts: recipe.prompts.map(back(parsePrompt)),
		negative: recipe.negative.map(back(parseNegative)),
	};
}
