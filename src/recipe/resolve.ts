/** @file What a recipe leaves to chance, decided: its seed and its wildcards. A resolved recipe says all that its picture depends on. */

import { AtelierError } from '../errors.js';
import { parseNegative, parsePrompt, printPrompt, type WeightedPrompt } from '../guidance/prompts.js';
import { readText } from '../guidance/readings.js';
import { isTemplate } from '../guidance/template-syntax.js';
import { expandTemplate, type WildcardLists } from '../guidance/templates.js';
import { wildcardsIn } from '../guidance/wildcards.js';
import { Random } from '../random.js';
import { summary } from '../validation.js';
import type { Edit, Words } from './edits.js';
import { checkRecipe, type Recipe, type RecipePrompt } from './schema.js';
import { newSeed, openSeed } from './seed.js';

/**
 * A recipe with a seed of its own and all wildcards filled in, from the seed; the templates are kept beside the texts.
 * What is resolved already stays as it is.
 *
 * @throws AtelierError E_ARGUMENT for a template that is not well formed or an unknown wildcard, E_RECIPE for more things apart
 * than a canvas has room for, which templates may come to
 */
export function resolveRecipe(recipe: Recipe, lists: WildcardLists = wildcardsIn()): Recipe {
	const seed = recipe.seed === openSeed ? newSeed() : recipe.seed;
	const resolved = {
		...recipe,
		...resolveWords(recipe, seed, '', lists),
		seed,
		edits: recipe.edits.map((edit, i) => resolveEdit(edit, i, seed, lists)),
	};
	// Read once already, unless templates have become something else.
	const isFilled = resolved.prompts.some((prompt, i) => prompt !== recipe.prompts[i]);
	const issues = isFilled ? checkRecipe(resolved).issues : [];
	if (issues.length > 0) throw new AtelierError('E_RECIPE', `recipe: ${summary(issues)}`);
	return resolved;
}

/** An edit with all wildcards filled in; `i` is its place among those of the recipe. @throws as {@link resolveRecipe} */
export function resolveEdit(edit: Edit, i: number, seed: number, lists: WildcardLists = wildcardsIn()): Edit {
	return edit.do === 'words' ? { ...edit, ...resolveWords(edit, seed, `edit ${i} `, lists) } : edit;
}

function resolveWords({ prompts, negative }: Words, seed: number, where: string, lists: WildcardLists): Words {
	const resolve = (kind: string, read: (written: string) => WeightedPrompt) => (prompt: RecipePrompt, i: number) => {
		if (prompt.template !== undefined || !isTemplate(prompt.text)) return prompt;
		const random = new Random(seed).split(`wildcards ${where}${kind} ${i}`);
		const template = printPrompt(prompt);
		const filled = { ...read(expandTemplate(template, random, lists)), template };
		readText(filled.text);
		return filled;
	};
	return {
		prompts: prompts.map(resolve('prompts', parsePrompt)),
		negative: negative.map(resolve('negative', parseNegative)),
	};
}

/** The recipe before its wildcards were filled in, so that another seed fills them in anew. */
export function unresolved(recipe: Recipe): Recipe {
	const back = (read: (written: string) => WeightedPrompt) => (prompt: RecipePrompt) =>
		prompt.template === undefined ? prompt : read(prompt.template);
	const words = ({ prompts, negative }: Words): Words => ({
		prompts: prompts.map(back(parsePrompt)),
		negative: negative.map(back(parseNegative)),
	});
	return {
		...recipe,
		...words(recipe),
		edits: recipe.edits.map((edit) => (edit.do === 'words' ? { ...edit, ...words(edit) } : edit)),
	};
}
