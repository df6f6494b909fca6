/**
 * @file The identity of a recipe: a hash over what determines its picture, and nothing else. Left out are
 * - what equals its default of version 3, so that it makes no difference whether it is written, and hashes stay when defaults change,
 * - the settings of other renderers than the recipe's,
 * - the path of a picture and the name of an encoder whose hash is known, and the weight of one that judges alone,
 * - the views of candidates where they are those of the last one, or there is one candidate,
 * - how things stand apart where words and encoder decide it,
 * - the template that a prompt was made from, also in edits, the name of the preset, and the version of the format.
 * The rest is hashed as JSON with sorted keys and numbers in their shortest form (RFC 8785).
 * It names the picture once the recipe is resolved, as those in run folders are: seed, wildcards, canvas and hashes filled in.
 */

import { createHash } from 'node:crypto';
import type { Words } from './edits.js';
import { isObject } from './plain-data.js';
import { encodersOf, mostViews, needsEncoder, parseRecipe, type Recipe, type RecipeInput } from './schema.js';
import { inOrder } from './words-after.js';

/** Which parts of a recipe each renderer reads. */
const sections: Readonly<Record<Recipe['renderer'], readonly (keyof Recipe)[]>> = {
	strokes: ['strokes', 'symmetry', 'layout'],
	shapes: ['shapes', 'symmetry'],
	tiles: ['tiles'],
	pixels: ['pixels'],
};

/** sha256 in hex. @throws AtelierError E_RECIPE when it is not a recipe */
export function recipeHash(input: RecipeInput): string {
	return createHash('sha256')
		.update(canonicalJson(identityOf(parseRecipe(input))))
		.digest('hex');
}

/** The parts of a recipe that its picture depends on, without those that are as usual. */
function identityOf(recipe: Recipe): unknown {
	const { version: _, preset: __, arrangement: _decided, prompts, negative, images, encoder, edits, ...rest } = recipe;
	const used = sections[recipe.renderer];
	const others = Object.values(sections)
		.flat()
		.filter((key) => !used.includes(key));
	const kept = Object.fromEntries(Object.entries(rest).filter(([key]) => !others.includes(key as keyof Recipe)));
	const seen = { ...kept, candidateViews: candidateViewsOf(recipe) };
	const usual = parseRecipe({ version: 3, prompts: [{ text: 'x' }], images: [{ path: 'x' }] });
	const usualPrompt = { weight: usual.prompts[0]!.weight };
	const { path: unusedPath, ...usualImage } = usual.images[0]!;
	// A weight is one against others.
	const { others: more, together, weight: _weight, ...only } = encoder;
	const idOf = ({ hash, name, ...weight }: Partial<Recipe['encoder']>) =>
		hash ? { ...weight, hash } : { ...weight, ...without({ name }, usual.encoder) };
	// A negative prompt is a prompt of negative weight.
	const wordsOf = (words: Words) =>
		[...words.prompts, ...words.negative].map(({ template: ___, ...prompt }) => without(prompt, usualPrompt));
	return {
		...without(seen, usual),
		...(edits.length > 0 && {
			edits: inOrder(edits).map((edit) =>
				edit.do === 'words' ? { at: edit.at, do: edit.do, prompts: wordsOf(edit) } : edit,
			),
		}),
		prompts: wordsOf({ prompts, negative }),
		images: images.map(({ path, ...image }) => without(image.sha256 ? image : { ...image, path }, usualImage)),
		encoder: more.length === 0 ? idOf(only) : { together, all: encodersOf(recipe).map(idOf) },
	};
}

/** Views of each of several candidates where they are fewer than those of the last; undefined where they are as many, as up to version 4. */
function candidateViewsOf(recipe: Recipe): number | 'open' | undefined {
	const { candidates, views = mostViews, candidateViews } = recipe;
	if (candidates === 1 || !needsEncoder(recipe) || (candidateViews ?? 0) >= views) return undefined;
	return candidateViews ?? 'open';
}

/** A value without the keys that equal their default, at every level. */
function without(
	value: Readonly<Record<string, unknown>>,
	defaults: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
	const left: Record<string, unknown> = {};
	for (const [key, own] of Object.entries(value)) {
		const usual = defaults[key];
		if (own === undefined || canonicalJson(own) === canonicalJson(usual)) continue;
		left[key] = isObject(own) && isObject(usual) ? without(own, usual) : own;
	}
	return left;
}

/** JSON with sorted keys; undefined keys are left out, -0 is 0. */
export function canonicalJson(value: unknown): string {
	if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
	if (!isObject(value)) return JSON.stringify(value === undefined ? null : value);
	const entries = Object.entries(value).filter(([, v]) => v !== undefined);
	entries.sort(([a], [b]) => (a < b ? -1 : 1));
	return `{${entries.map(([key, v]) => `${JSON.stringify(key)}:${canonicalJson(v)}`).join(',')}}`;
}
