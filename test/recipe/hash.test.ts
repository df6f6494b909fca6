/** @file The identity of a recipe: what changes it and what does not. */

import { describe, expect, it } from 'vitest';
import { canonicalJson, recipeHash } from '../../src/recipe/hash.js';
import { parseRecipe, type RecipeInput } from '../../src/recipe/schema.js';

const frozen = 'c0c4248da60331d278d2762b4990043f0f71fb25082093cf2275a6089af7039e';
const sha = 'c0'.repeat(32);
const base: RecipeInput = { prompts: [{ text: 'a cat', weight: 2 }], steps: 50, strokes: { paths: 9, segments: 2 } };

describe('recipeHash', () => {
	it('is a sha256, the same for good', () => {
		expect(recipeHash({ prompts: 'a cat' })).toMatch(/^[0-9a-f]{64}$/);
		// Written down, so that a new field or a change of the hash cannot silently give every recipe another identity.
		expect(recipeHash(parseRecipe({ ...base, version: 3 }))).toBe(frozen);
	});

	it.each<[string, RecipeInput]>([
		['the order of keys', { strokes: { segments: 2, paths: 9 }, steps: 50, prompts: [{ weight: 2, text: 'a cat' }] }],
		['the spelling of numbers', JSON.parse('{"prompts":"a cat:2.0","steps":5e1,"strokes":{"paths":9.0,"segments":2}}')],
		['defaults that are written', parseRecipe(base)],
		['settings of another renderer', { ...base, pixels: { tv: 3 } }],
		['a template', { ...base, prompts: [{ text: 'a cat', weight: 2, template: 'a {cat|dog}:2' }] }],
		['edits, where there are none', { ...base, edits: [] }],
		['-0', { ...base, strokes: { ...base.strokes, background: [1, 1, 1] }, narrowAt: 0.4 }],
	])('does not depend on %s', (_, recipe) => {
		expect(recipeHash(recipe)).toBe(recipeHash(base));
	});

	it.each<[string, RecipeInput]>([
		['words', { ...base, prompts: [{ text: 'a dog', weight: 2 }] }],
		['a weight', { ...base, prompts: [{ text: 'a cat', weight: 1 }] }],
		['a stop', { ...base, prompts: [{ text: 'a cat', weight: 2, stop: 0.5 }] }],
		['the seed', { ...base, seed: 1 }],
		['the threads', { ...base, engine: { threads: 1 } }],
		['the views of candidates', { ...base, candidateViews: 2 }],
		['a stroke', { ...base, strokes: { ...base.strokes, paths: 10 } }],
		['the renderer', { ...base, renderer: 'pixels' }],
		['a negative prompt', { ...base, negative: 'blur' }],
		['an edit', { ...base, edits: [{ at: 3, do: 'erase', strokes: [1] }] }],
	])('depends on %s', (_, recipe) => {
		expect(recipeHash(recipe)).not.toBe(recipeHash(base));
	});

	it('is for a recipe of version 4 what it was', () => {
		const of = (version: number) => parseRecipe({ ...base, version, layout: 'auto' });
		expect(recipeHash(of(4))).toBe('7982ea27141cc4bc402b5208581329650a679a3c4e2117a78b6cf634d221803b');
	});

	it('tells fewer views of candidates from as many as the last one has', () => {
		const hash = (more: RecipeInput) => recipeHash({ ...base, ...more });
		const all = recipeHash(parseRecipe({ ...base, version: 4, layout: 'auto', strokes: { ...base.strokes } }));
		expect(hash({})).not.toBe(all);
		expect(hash({ candidateViews: 64 })).toBe(all);
		expect(hash({ views: 6, candidateViews: 6 })).toBe(hash({ views: 6, candidateViews: 64 }));
		expect(hash({ views: 6, candidateViews: 3 })).not.toBe(hash({ views: 6, candidateViews: 6 }));
		expect(hash({ views: 6 })).not.toBe(hash({ views: 6, candidateViews: 6 }));
		const redrawn: RecipeInput = { images: [{ path: 'a.png' }] };
		expect(recipeHash(redrawn)).toBe(recipeHash({ ...redrawn, candidateViews: 64 }));
		expect(hash({ candidates: 1, candidateViews: 2 })).toBe(hash({ candidates: 1 }));
	});

	it('takes edits in the order of their steps, and their words without templates', () => {
		type Edit = NonNullable<RecipeInput['edits']>[number];
		const words = (more: object): Edit => ({ at: 5, do: 'words', prompts: [{ text: 'a dog', weight: 1, ...more }] });
		const lock: Edit = { at: 2, do: 'lock', strokes: [0] };
		const hash = recipeHash({ ...base, edits: [lock, words({})] });
		expect(recipeHash({ ...base, edits: [words({ template: 'a {dog|cat}' }), lock] })).toBe(hash);
		expect(recipeHash({ ...base, edits: [lock, words({ weight: 2 })] })).not.toBe(hash);
		expect(recipeHash({ ...base, edits: [lock, { ...words({}), at: 6 }] })).not.toBe(hash);
	});

	it('takes a picture by its hash where that is known, else by its path; an encoder likewise', () => {
		const images = (path: string, sha256?: string) => recipeHash({ images: [{ path, ...(sha256 && { sha256 }) }] });
		expect(images('a.png', sha)).toBe(images('b.png', sha));
		expect(images('a.png')).not.toBe(images('b.png'));
		expect(images('a.png', sha)).not.toBe(images('a.png', 'c1'.repeat(32)));
		const encoder = (name: string, hash?: string) => recipeHash({ ...base, encoder: { name, ...(hash && { hash }) } });
		expect(encoder('x', sha)).toBe(encoder('y', sha));
		expect(encoder('x')).not.toBe(encoder('y'));
	});

	it('takes several encoders with their weights, and the weight of a single one for nothing', () => {
		const by = (encoder: RecipeInput['encoder']) => recipeHash({ ...base, encoder });
		expect(by({ name: 'x', weight: 3, together: 'alternating' })).toBe(by({ name: 'x' }));
		const others = [{ name: 'y', hash: sha }];
		expect(by({ name: 'x', others })).not.toBe(by({ name: 'x' }));
		expect(by({ name: 'x', others: [{ name: 'z', hash: sha }] })).toBe(by({ name: 'x', others }));
		expect(by({ name: 'x', weight: 2, others })).not.toBe(by({ name: 'x', others }));
		expect(by({ name: 'x', others, together: 'alternating' })).not.toBe(by({ name: 'x', others }));
	});

	it('takes a negative prompt for what it is: a prompt of negative weight', () => {
		expect(recipeHash({ prompts: 'a cat', negative: 'blur:0.5' })).toBe(recipeHash({ prompts: 'a cat|blur:-0.5' }));
	});
});

describe('canonicalJson', () => {
	it('sorts keys by code unit and writes numbers in the shortest form', () => {
		expect(canonicalJson({ b: [1.0, -0, 1e21, undefined], a: { é: null, Z: 'x"', skip: undefined } })).toBe(
			'{"a":{"Z":"x\\"","é":null},"b":[1,0,1e+21,null]}',
		);
	});
});
