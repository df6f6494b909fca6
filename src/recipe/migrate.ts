/** @file Recipes of earlier versions, brought to the present one step at a time. Each step is pure and changes no picture. */

import { escapePrompt } from '../guidance/prompts.js';
import { type Issue, issue, shortly } from '../validation.js';
import { isObject, plainDataIssues } from './plain-data.js';

/** The version that this program writes. */
export const recipeVersion = 5;

type Fields = Readonly<Record<string, unknown>>;

/** From version n to n + 1, of a whole recipe or a part of one, as presets have; what is malformed is passed on for the check that follows. */
const steps: Readonly<Record<number, (recipe: Fields, part: boolean) => Fields>> = {
	// Until then a prompt's text was plain words: brackets and the like now have to be escaped to mean themselves.
	// And strokes were bold ones, 18 of them, unless a recipe said otherwise.
	1: (recipe) => ({
		...recipe,
		strokes: { style: 'bold', paths: 18, ...(recipe.strokes as Fields | undefined) },
		...(Array.isArray(recipe.prompts) && { prompts: recipe.prompts.map(withEscapedText) }),
	}),
	// Until then six drawings started together, unless a recipe said otherwise.
	2: (recipe) => ({ candidates: 6, ...recipe }),
	// Until then all things of a prompt were looked for all over the canvas and strokes were 14.
	3: (recipe, part) => {
		const strokes = recipe.strokes === undefined && !part ? {} : recipe.strokes;
		return {
			...(!part && { layout: 'one' }),
			...recipe,
			...(isObject(strokes) && { strokes: { paths: 14, ...strokes } }),
		};
	},
	// Until then candidates were looked at through as many views as the drawing that is left, which were 64 at most.
	4: (recipe, part) => (part ? recipe : { candidateViews: 64, ...recipe }),
};

function withEscapedText(prompt: unknown): unknown {
	const text = (prompt as { text?: unknown } | null)?.text;
	return typeof text === 'string' ? { ...(prompt as Fields), text: escapePrompt(text) } : prompt;
}

/** A recipe of some version up to {@link recipeVersion} as one of the present version; without a version it is one already. @param part a preset's, which leaves open what it does not say */
export function migrate(recipe: Fields, from: number, part = false): Fields {
	let migrated = recipe;
	for (let version = from; version < recipeVersion; version++) migrated = steps[version]!(migrated, part);
	return 'version' in migrated ? { ...migrated, version: recipeVersion } : migrated;
}

/**
 * An object from outside, if it is plain data of a version that is known; without a version it is of the present one.
 *
 * @param what for the messages: 'a recipe'
 */
export function readVersioned(
	input: unknown,
	what: string,
): { readonly fields: Fields; readonly version: number } | { readonly issues: readonly Issue[] } {
	const issues = plainDataIssues(input);
	if (issues.length > 0) return { issues };
	if (!isObject(input)) return { issues: [issue('', `${what} as an object`, shortly(input))] };
	const { version = recipeVersion } = input;
	if (typeof version !== 'number' || !Number.isInteger(version) || version < 1)
		return { issues: [issue('version', `a whole number from 1 to ${recipeVersion}`, shortly(version))] };
	if (version > recipeVersion)
		return {
			issues: [
				issue('version', `${what} of version ${recipeVersion} or earlier`, `${version}`, 'update atelier to use it'),
			],
		};
	return { fields: input, version };
}
