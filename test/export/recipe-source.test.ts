/** @file Where recipes come from, and the pictures that they redraw. */

import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../../src/encoders/model-folder.js';
import { openRecipeSource, withPictures } from '../../src/export/recipe-source.js';
import { type Carried, carry, embedRecipe, writeLink } from '../../src/recipe/carry/index.js';
import { parseRecipe, type Recipe } from '../../src/recipe/schema.js';

let root: string;
let recipe: Recipe;
let carried: Carried;
const file = (...names: string[]) => join(root, ...names);
const blank = () =>
	sharp({ create: { width: 4, height: 4, channels: 3, background: '#abc' } })
		.png()
		.toBuffer();

beforeAll(async () => {
	root = mkdtempSync(join(tmpdir(), 'atelier-source-'));
	mkdirSync(file('run'));
	mkdirSync(file('alone'));
	writeFileSync(file('run', 'photo.png'), await blank());
	recipe = parseRecipe({
		images: [{ path: file('run', 'photo.png'), sha256: await sha256(file('run', 'photo.png')) }],
		steps: 9,
	});
	carried = carry(recipe, { engine: 'e', step: 4, scores: [], picture: 'a'.repeat(64) });
	for (const folder of ['run', 'alone'])
		writeFileSync(file(folder, 'image.png'), embedRecipe(await blank(), 'png', carried));
	writeFileSync(
		file('run', 'recipe.json'),
		JSON.stringify({ ...recipe, images: [{ ...recipe.images[0], path: 'photo.png' }] }),
	);
	cpSync(file('run', 'recipe.json'), file('alone.json'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('openRecipeSource', () => {
	it.each([
		['a picture', () => file('run', 'image.png')],
		['a run folder', () => file('run')],
		['recipe.json', () => file('run', 'recipe.json')],
	])('%s: finds the recipe, what it says of its run, and the picture beside it', (_, path) => {
		const source = openRecipeSource(path());
		expect(parseRecipe(source.recipe)).toEqual(recipe);
		expect(source.carried).toEqual(carried);
		expect(source.picture).toBe(file('run', 'image.png'));
	});

	it.each([
		['nothing.png', /'[^']*nothing.png', but there is no such file/],
		['empty.png', /'[^']*empty.png', but it is empty/],
		['notes.md', /got '[^']*notes.md', which is none of them/],
		['cut.json', /expected JSON in/],
		['hollow', /got the folder '[^']*hollow' without/],
	])('%s: says what it is instead', (name, message) => {
		writeFileSync(file('empty.png'), '');
		writeFileSync(file('notes.md'), '# Notes');
		writeFileSync(file('cut.json'), '{ "prompts": [');
		mkdirSync(file('hollow'), { recursive: true });
		expect(() => openRecipeSource(file(name))).toThrow(message);
	});

	it('recipe.json alone, and a link', () => {
		expect(openRecipeSource(file('alone.json'))).toEqual({ recipe: expect.anything(), folder: root });
		const link = openRecipeSource(writeLink(carried));
		expect(link.carried).toMatchObject({ stopped_at: 4, engine: 'e' });
		expect(link.picture).toBeUndefined();
	});

	it('JSON with a byte order mark', () => {
		const path = join(root, 'marked.json');
		writeFileSync(path, `\ufeff${JSON.stringify({ prompts: 'a cat' })}`);
		expect(openRecipeSource(path).recipe).toEqual({ prompts: 'a cat' });
	});

	it('refuses what has none, and says what to do', async () => {
		writeFileSync(file('plain.png'), await blank());
		writeFileSync(file('text.txt'), 'hello');
		expect(() => openRecipeSource(file('plain.png'))).toThrow(
			/none in '.*plain\.png' \(PNG\): it was not made by atelier, or .*editors and messengers/,
		);
		expect(() => openRecipeSource(file('text.txt'))).toThrow(expect.objectContaining({ code: 'E_RECIPE' }));
		expect(() => openRecipeSource(file('none.png'))).toThrow(expect.objectContaining({ code: 'E_IO' }));
		expect(() => openRecipeSource('/dev/null')).toThrow(expect.objectContaining({ code: 'E_IO' }));
		expect(() => openRecipeSource('https://example.org/a.png')).toThrow('download pictures first');
	});
});

describe('withPictures', () => {
	const at = (path: string): Recipe => ({ ...recipe, images: [{ ...recipe.images[0]!, path }] });

	it('takes the picture that is given, else the one that the path names, else one beside, if it is the same', async () => {
		const photo = file('run', 'photo.png');
		expect(await withPictures(recipe, [], root)).toEqual(recipe);
		expect(await withPictures(at('gone.png'), [file('alone.json'), photo], root)).toEqual(recipe);
		expect(await withPictures(at('gone.png'), [], file('run'))).toEqual(recipe);
	});

	it('refuses one that is missing or another', async () => {
		await expect(withPictures(at('gone.png'), [], file('alone'))).rejects.toThrow(
			/^the picture 'gone\.png' \(sha256 [0-9a-f]{12}\.\.\.\) is missing; lay it beside/,
		);
		await expect(withPictures(at('gone.png'), [file('run', 'image.png')], file('alone'))).rejects.toThrow(
			'which is another picture',
		);
		await expect(withPictures(at(root), [], file('alone'))).rejects.toThrow('is missing');
	});
});
