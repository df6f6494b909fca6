/** @file What a recipe looks for at which place of its canvas. */

import { describe, expect, it } from 'vitest';
import { isUnchanged } from '../../src/recipe/carry/index.js';
import { recipeHash } from '../../src/recipe/hash.js';
import { aimsOf, mostPlaces, namedThings } from '../../src/recipe/layout.js';
import { resolveRecipe } from '../../src/recipe/resolve.js';
import { checkRecipe, parseRecipe, type RecipeInput } from '../../src/recipe/schema.js';

const aims = (recipe: RecipeInput) =>
	aimsOf(parseRecipe(recipe)).map((here) => here.map(({ prompt, index }) => `${index} ${prompt.text}`));

describe('aimsOf', () => {
	it('is one place for all, unless a layout was decided', () => {
		for (const layout of ['auto', 'one'] as const)
			expect(aims({ prompts: 'a cat and a ball | a dog', layout })).toEqual([['0 a cat and a ball', '1 a dog']]);
	});

	it('is a place for each thing of a prompt, with what is avoided at all', () => {
		expect(aims({ prompts: 'a cat and a ball | rain:-0.5', layout: 'beside' })).toEqual([
			['0 a cat', '1 rain'],
			['0 a ball', '1 rain'],
		]);
		expect(aims({ prompts: 'a fish under a boat', layout: 'beside' })).toEqual([['0 a boat'], ['0 a fish']]);
		expect(aims({ prompts: 'a cat', layout: 'beside' })).toEqual([['0 a cat']]);
	});

	it('is a place for each of several prompts', () => {
		expect(aims({ prompts: 'a cat and a ball | fog:-1 | a dog', layout: 'above' })).toEqual([
			['0 a cat and a ball', '1 fog'],
			['1 fog', '2 a dog'],
		]);
	});

	it("follows what 'auto' came to", () => {
		expect(aims({ prompts: 'a cat and a ball', arrangement: 'beside' })).toEqual([['0 a cat'], ['0 a ball']]);
		expect(aims({ prompts: 'a cat and a ball', arrangement: 'beside', layout: 'one' })).toHaveLength(1);
	});
});

describe('namedThings', () => {
	const named = (prompts: string) => namedThings(parseRecipe({ prompts }))?.parts;

	it('are those of a single wanted prompt, as many as have room', () => {
		expect(named('a cat and a ball | rain:-0.5')).toEqual(['a cat', 'a ball']);
		expect(named('a cat and a ball | a dog')).toBeUndefined();
		expect(named('a cat and a ball and a dog and a fish')).toHaveLength(4);
		expect(named('a cat and a ball and a dog and a fish and a bird')).toBeUndefined();
	});
});

describe('a layout', () => {
	const issues = (recipe: RecipeInput) => checkRecipe({ prompts: 'a cat and a dog', ...recipe }).issues;

	it('is for strokes on a plain canvas, and for at most four', () => {
		expect(issues({ layout: 'beside' })).toEqual([]);
		const others: RecipeInput[] = [
			{ renderer: 'shapes' },
			{ symmetry: { kind: 'mirror' } },
			{ images: [{ path: 'a.png' }] },
		];
		for (const other of others) {
			expect(issues({ layout: 'auto', ...other })).toEqual([]);
			expect(issues({ layout: 'above', ...other })).toMatchObject([{ path: 'layout' }]);
		}
		expect(issues({ layout: 'beside', prompts: 'a | b | c | d | e' })).toMatchObject([{ path: 'layout', got: '5' }]);
	});
});

describe('a template', () => {
	it('that comes to more things than there is room for is refused before anything is drawn', () => {
		const recipe = parseRecipe({ prompts: 'a {cat|cat}, a dog, an owl, a fox and a hen', layout: 'beside', seed: 1 });
		expect(() => resolveRecipe(recipe)).toThrow(expect.objectContaining({ code: 'E_RECIPE' }));
	});
});

describe('what names a picture', () => {
	const hash = (recipe: RecipeInput) => recipeHash({ seed: 1, ...recipe });
	const two = { prompts: 'a cat and a ball' };

	it('is the layout that was asked for, of strokes', () => {
		expect(hash({ ...two, layout: 'one' })).not.toBe(hash(two));
		expect(hash({ ...two, arrangement: 'beside' })).toBe(hash(two));
		expect(hash({ ...two, renderer: 'pixels', layout: 'one' })).toBe(hash({ ...two, renderer: 'pixels' }));
	});

	it('is known of pictures of version 3', () => {
		// As the program of that version gave it.
		const recipe_hash = '5e14aa624c04a0ec547e7747ddd8f7b5fa604f3ff048ab429ed1b5471ce72c8a';
		const recipe = parseRecipe({ version: 3, prompts: 'a cat', seed: 7 });
		expect(recipeHash(recipe)).toBe(recipe_hash);
		expect(isUnchanged({ format: 1, recipe, recipe_hash })).toBe(true);
		expect(isUnchanged({ format: 1, recipe: { ...recipe, seed: 8 }, recipe_hash })).toBe(false);
	});
});

describe('mostPlaces', () => {
	it('are those that a layout has, or may come to', () => {
		const places = (recipe: RecipeInput) => mostPlaces(parseRecipe(recipe));
		expect(places({ prompts: 'a cat and a ball' })).toBe(2);
		expect(places({ prompts: 'a cat and a ball', layout: 'one' })).toBe(1);
		expect(places({ prompts: 'a | b | c', layout: 'above' })).toBe(3);
		expect(places({ prompts: 'a cat and a ball', renderer: 'shapes' })).toBe(1);
	});
});
