/** @file What a recipe leaves to chance, decided once and for all. */

import { describe, expect, it } from 'vitest';
import { resolveRecipe, unresolved } from '../../src/recipe/resolve.js';
import { parseRecipe, type RecipeInput } from '../../src/recipe/schema.js';

const resolve = (recipe: RecipeInput) => resolveRecipe(parseRecipe(recipe));
const template = 'a __colour__ {cat|dog|{big|small} fish}';

describe('resolveRecipe', () => {
	it('fills wildcards in from the seed, and keeps the template beside the text', () => {
		const written: RecipeInput = { prompts: [`${template}:0.5`, 'a star'], negative: '{blur|noise}', seed: 3 };
		const recipe = resolve(written);
		expect(recipe).toEqual(resolve(written));
		expect(recipe.prompts).toEqual([
			{ text: expect.stringMatching(/^a \w+ (cat|dog|(big|small) fish)$/), weight: 0.5, template: `${template}:0.5` },
			{ text: 'a star', weight: 1 },
		]);
		expect(recipe.negative).toEqual([
			{ text: expect.stringMatching(/^(blur|noise)$/), weight: -0.3, template: '{blur|noise}:-0.3' },
		]);
		const texts = new Set(Array.from({ length: 30 }, (_, seed) => resolve({ ...written, seed }).prompts[0]!.text));
		expect(texts.size).toBeGreaterThan(10);
	});

	it('fills in the wildcards of edits too, and puts their templates back', () => {
		const written: RecipeInput = { prompts: 'a cat', seed: 3, edits: [{ at: 2, do: 'words', prompts: [template] }] };
		const recipe = resolve(written);
		expect(recipe.edits[0]).toMatchObject({
			prompts: [{ text: expect.stringMatching(/^a \w+ (cat|dog|(big|small) fish)$/), template }],
		});
		expect(resolveRecipe(recipe)).toEqual(recipe);
		expect(resolveRecipe(unresolved(recipe))).toEqual(recipe);
		expect(unresolved(recipe)).toEqual(parseRecipe(written));
	});

	it('changes nothing that is resolved already', () => {
		const recipe = resolve({ prompts: [template], seed: -1 });
		expect(resolveRecipe(recipe)).toEqual(recipe);
		expect(resolveRecipe(parseRecipe(JSON.parse(JSON.stringify(recipe))))).toEqual(recipe);
	});

	it('gives equal templates choices of their own', () => {
		const draws = Array.from(
			{ length: 20 },
			(_, seed) => resolve({ prompts: ['__animal__', '__animal__'], seed }).prompts,
		);
		expect(draws.some(([a, b]) => a!.text !== b!.text)).toBe(true);
	});

	it('draws a seed for -1, and fills the wildcards in from that one', () => {
		const { seed, prompts } = resolve({ prompts: [template], seed: -1 });
		expect(seed).toBeGreaterThanOrEqual(0);
		expect(resolve({ prompts: [template], seed }).prompts).toEqual(prompts);
	});

	it('takes weights out of what was filled in', () => {
		expect(resolve({ prompts: ['{a cat:2|a cat:2}'] }).prompts).toEqual([
			{ text: 'a cat', weight: 2, template: '{a cat:2|a cat:2}' },
		]);
	});

	it('refuses a template that comes to something malformed', () => {
		expect(() => resolve({ prompts: ['{(a|(b}'] })).toThrow(/'\)' for the '\('/);
		expect(() => resolve({ prompts: ['{!|?}'] })).toThrow(/expected words to draw/);
		expect(() => resolve({ prompts: ['__nosuchlist__'] })).toThrow(/unknown wildcard 'nosuchlist'/);
	});
});

describe('unresolved', () => {
	it('puts the templates back', () => {
		const written: RecipeInput = { prompts: [`${template}:0.5:0.4`, 'a star'], negative: ['__mood__:2', 'b'] };
		expect(unresolved(resolve(written))).toEqual(parseRecipe(written));
	});
});
