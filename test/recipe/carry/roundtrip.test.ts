/** @file Any recipe survives being written and read: as JSON, in every kind of picture, in a link, as flags. */

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readArguments } from '../../../src/cli/arguments.js';
import draw from '../../../src/cli/draw.js';
import { recipeFromFlags } from '../../../src/cli/recipe-flags.js';
import { readRecipe } from '../../../src/export/recipe-file.js';
import { RunFolder } from '../../../src/export/run-folder.js';
import {
	carry,
	embedRecipe,
	extractRecipe,
	isUnchanged,
	portable,
	readLink,
	writeLink,
} from '../../../src/recipe/carry/index.js';
import { recipes } from '../arbitrary.js';
import { samples } from './samples.js';

let root: string;
beforeAll(() => {
	root = mkdtempSync(join(tmpdir(), 'atelier-roundtrip-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const facts = { engine: 'reference', step: 1, scores: [0.25], picture: '0'.repeat(64) };

it('pictures of every kind', async () => {
	const pictures = await samples();
	fc.assert(
		fc.property(recipes, (recipe) => {
			const carried = carry(recipe, facts);
			expect(carried.recipe).toEqual(portable(recipe));
			for (const [name, kind, bytes] of pictures) {
				const read = extractRecipe(embedRecipe(bytes, kind, carried))!;
				expect(read, name).toEqual(carried);
				expect(isUnchanged(read)).toBe(true);
			}
		}),
		{ numRuns: 100, seed: 1 },
	);
});

it('share link', () => {
	fc.assert(
		fc.property(recipes, (recipe) => {
			const read = readLink(writeLink({ recipe }));
			expect(read.recipe).toEqual(portable(recipe));
			expect(isUnchanged(read)).toBe(true);
		}),
		{ numRuns: 100, seed: 2 },
	);
});

it('recipe.json, in a folder inside the outputs', () => {
	fc.assert(
		fc.property(recipes, (recipe) => {
			const folder = RunFolder.create(recipe, join(root, 'outputs'));
			expect(readRecipe(folder.file('recipe.json'))).toEqual(recipe);
		}),
		{ numRuns: 100, seed: 3 },
	);
	expect(readdirSync(root)).toEqual(['outputs']);
});

describe('flags', () => {
	/** Every value with its dotted path; arrays are values. */
	function leaves(value: object, path = ''): [string, unknown][] {
		return Object.entries(value).flatMap(([key, inner]): [string, unknown][] =>
			typeof inner === 'object' && inner !== null && !Array.isArray(inner)
				? leaves(inner, `${path}${key}.`)
				: [[path + key, inner]],
		);
	}
	const flagsOf = (recipe: object) =>
		leaves(recipe).flatMap(([key, value]) => ['--set', `${key}=${JSON.stringify(value)}`]);

	it('--set says all of any recipe', () => {
		fc.assert(
			fc.property(recipes, (recipe) => {
				const flags = readArguments(flagsOf(recipe), draw.args as never, true);
				expect(recipeFromFlags(flags)).toEqual(recipe);
			}),
			{ numRuns: 200, seed: 4 },
		);
	});
});
