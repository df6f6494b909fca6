/** @file What presets can be read from: files, folders, packs, recipes, styles of other programs; and written back as packs and styles. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
	packText,
	readPresets,
	recipePreset,
	stylesText,
	thumbnailOf,
	titleOf,
} from '../../src/export/preset-source.js';
import { carry, embedRecipe, writeLink } from '../../src/recipe/carry/index.js';
import { onPreset, parsePreset } from '../../src/recipe/preset.js';
import { parseRecipe } from '../../src/recipe/schema.js';

let root: string;
let picture: string;
/** As a run leaves it: everything resolved. */
const recipe = parseRecipe({
	prompts: 'a red heart',
	negative: 'fog',
	seed: 7,
	steps: 120,
	canvas: 48,
	views: 6,
	strokes: { paths: 5 },
	encoder: { name: 'builtin', hash: 'ab'.repeat(32) },
	preset: 'other',
});
/** The settings in it that are worth keeping. */
const settings = { steps: 120, strokes: { paths: 5 }, negative: [{ text: 'fog' }] };
const carried = carry(recipe, { engine: 'reference', step: 120, scores: [0.5], picture: 'cd'.repeat(32) });

const file = (name: string, text: string | Uint8Array): string => {
	const path = join(root, name);
	writeFileSync(path, text);
	return path;
};

beforeAll(async () => {
	root = mkdtempSync(join(tmpdir(), 'atelier-source-'));
	const png = await sharp({ create: { width: 300, height: 200, channels: 3, background: '#c33' } })
		.png()
		.toBuffer();
	picture = file('drawing.png', embedRecipe(png, 'png', carried));
	mkdirSync(join(root, 'run'));
	file('run/recipe.json', JSON.stringify(recipe));
	file('run/image.png', embedRecipe(png, 'png', carried));
	mkdirSync(join(root, 'folder'));
	file('folder/one.json', JSON.stringify({ title: 'One', recipe: { steps: 1 }, thumbnail: 'one.png' }));
	file('folder/one.png', png);
	file('folder/two.json', JSON.stringify({ title: 'Two', recipe: {}, thumbnail: 'missing.png' }));
	file('folder/notes.txt', 'no preset');
	mkdirSync(join(root, 'empty'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('recipes as presets', () => {
	it.each<[string, () => string, boolean]>([
		['a picture', () => picture, true],
		['a run folder', () => join(root, 'run'), true],
		['recipe.json', () => join(root, 'run', 'recipe.json'), true],
		['a share link', () => writeLink({ recipe }, 'https://example.org/'), false],
	])('keep how %s was drawn, and not what', async (_, given, pictured) => {
		const [made, ...more] = await readPresets(given());
		expect(more).toEqual([]);
		expect(made!.name).toBe('a-red-heart');
		expect(made!.preset).toMatchObject({ title: 'A red heart', sample: 'a red heart' });
		expect(made!.preset.recipe).toEqual(settings);
		if (!pictured) return expect(made!.thumbnail).toBeUndefined();
		const { width, height, format } = await sharp(made!.thumbnail).metadata();
		expect([width, height, format]).toEqual([160, 107, 'webp']);
	});

	it('take the name and labels that they are given', async () => {
		const labels = { title: 'Hearts', description: 'Red.', author: 'me', tags: ['red'] };
		expect(await recipePreset(picture, 'hearts', labels)).toMatchObject({ name: 'hearts', preset: labels });
	});

	it('keep another encoder by name, and the canvas of a recipe that no run has resolved', async () => {
		const other = parseRecipe({ ...recipe, encoder: { name: 'vit', hash: 'cd' } });
		const path = file('other.json', JSON.stringify(other));
		expect((await recipePreset(path)).preset.recipe).toEqual({ ...settings, encoder: { name: 'vit' } });
		const written = file('written.json', JSON.stringify({ prompts: 'x', canvas: 96 }));
		expect((await recipePreset(written)).preset.recipe).toEqual({ canvas: 96 });
	});

	it('draw the same again on the same words', async () => {
		const { preset } = await recipePreset(picture);
		const again = parseRecipe(onPreset(preset, 'x', { prompts: 'a red heart', seed: 7 }));
		const { canvas, views, encoder, preset: _, ...rest } = recipe;
		expect(again).toMatchObject(rest);
	});

	it('are refused when another program made the picture', async () => {
		const png = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#fff' } })
			.withMetadata()
			.png()
			.toBuffer();
		const text = Buffer.from('parameters\0a cat\nSteps: 20, Sampler: Euler, Seed: 3, Size: 64x64', 'latin1');
		const chunk = Buffer.alloc(12 + text.length);
		chunk.writeUInt32BE(text.length);
		chunk.write('tEXt', 4, 'latin1');
		text.copy(chunk, 8);
		const { crc32 } = await import('node:zlib');
		chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + text.length)), 8 + text.length);
		const path = file('a1111.png', Buffer.concat([png.subarray(0, 33), chunk, png.subarray(33)]));
		await expect(readPresets(path)).rejects.toThrow(/says nothing of how atelier should draw/);
	});
});

describe('preset files', () => {
	it('are read one by one or as a folder, with the pictures beside them', async () => {
		const folder = await readPresets(join(root, 'folder'));
		expect(folder.map(({ name, preset }) => [name, preset.title])).toEqual([
			['one', 'One'],
			['two', 'Two'],
		]);
		expect(folder[0]!.thumbnail).toBeDefined();
		expect(folder[1]!.thumbnail).toBeUndefined();
		expect(await readPresets(join(root, 'folder', 'one.json'))).toEqual([folder[0]]);
	});

	it('go into one file and come back', async () => {
		const presets = ['one', 'two'].map((name) => ({
			name,
			preset: parsePreset({ title: name, recipe: { steps: 3 } }),
		}));
		expect(await readPresets(file('pack.json', packText(presets)))).toEqual(presets);
	});

	it.each<[string, () => string, RegExp]>([
		['nothing', () => join(root, 'missing.json'), /readable file/],
		['an empty folder', () => join(root, 'empty'), /expected presets .* got none/],
		['no JSON', () => file('bad.json', '{'), /JSON in/],
		[
			'a wrong preset',
			() => file('wrong.json', '{"title":"x","recipe":{"stpes":1}}'),
			/wrong\.json'.*did you mean 'recipe\.steps'/,
		],
		['a pack of no presets', () => file('pack2.json', '{"presets":[{"name":"x"}]}'), /preset 1 of/],
		[
			'a pack without names',
			() => file('pack3.json', '{"presets":[3]}'),
			/expected an object with name and preset, got 3/,
		],
		['a path up', () => file('up.json', '{"title":"x","recipe":{},"thumbnail":"../x.png"}'), /thumbnail/],
		['code', () => file('code.json', '{"title":"x","recipe":{},"run":"rm -rf /"}'), /'run'/],
		[
			'a prototype',
			() => file('proto.json', '{"title":"x","recipe":{"__proto__":{"steps":1}}}'),
			/no key of this name/,
		],
	])('refuse %s', async (_, given, message) => {
		await expect(readPresets(given())).rejects.toThrow(message);
	});
});

describe('styles of other programs', () => {
	const csv =
		'\ufeffname,prompt,negative_prompt\r\nOil painting,"{prompt}, oil, ""thick""",photo\r\nFog,"misty, grey",\r\n--- section ---,,\r\nClean,,"text, frame"\r\n';

	it('of A1111 become presets: words in place of {prompt} or after a comma, and what to avoid', async () => {
		const presets = await readPresets(file('styles.csv', csv));
		expect(presets.map(({ name, preset }) => [name, preset.title, preset.prompt, preset.recipe])).toEqual([
			['oil-painting', 'Oil painting', '{prompt}, oil, "thick"', { negative: 'photo' }],
			['fog', 'Fog', 'misty, grey', {}],
			['clean', 'Clean', undefined, { negative: 'text, frame' }],
		]);
		const [oil, fog] = presets.map(({ preset, name }) => parseRecipe(onPreset(preset, name, { prompts: 'a cat' })));
		expect(oil!.prompts[0]!.text).toBe('a cat, oil, "thick"');
		expect(oil!.negative[0]).toMatchObject({ text: 'photo' });
		expect(fog!.prompts[0]!.text).toBe('a cat, misty, grey');
	});

	it('of A1111 can be written again', async () => {
		const presets = await readPresets(file('styles.csv', csv));
		const text = stylesText(presets);
		expect(text.startsWith('\ufeffname,prompt,negative_prompt\r\n')).toBe(true);
		expect(await readPresets(file('again.csv', text))).toEqual(presets);
	});

	it('of InvokeAI are read in both of its spellings', async () => {
		const path = file(
			'invoke.json',
			JSON.stringify([
				{ name: 'Ink', prompt: '{prompt} in ink', negative_prompt: 'colour' },
				{ name: 'Fog', positive_prompt: 'misty' },
			]),
		);
		expect((await readPresets(path)).map(({ preset }) => [preset.prompt, preset.recipe])).toEqual([
			['{prompt} in ink', { negative: 'colour' }],
			['misty', {}],
		]);
	});

	it.each([
		['empty.csv', '', /no rows/],
		['columns.csv', 'a,b\n1,2\n', /columns name, prompt and negative_prompt .* got a, b/],
		['quotes.csv', 'name,prompt\n"x,y\n', /expected CSV/],
		['long.csv', `name,prompt\nx,${'word '.repeat(400)}\n`, /row 1 of/],
		['list.json', '[3]', /style 1 of .*expected an object/],
		['nameless.json', '[{"prompt":"x"}]', /style 1 of .*expected a name/],
	])('are refused in %s', async (name, text, message) => {
		await expect(readPresets(file(name, text))).rejects.toThrow(message);
	});
});

it('keeps thumbnails small, whatever the picture', async () => {
	const noise = Uint8Array.from({ length: 400 * 400 * 3 }, (_, i) => (i * 7919 + (i >> 5) * 104729) % 251);
	const png = await sharp(noise, { raw: { width: 400, height: 400, channels: 3 } })
		.png()
		.toBuffer();
	expect((await thumbnailOf(png)).length).toBeLessThanOrEqual(15_000);
	await expect(thumbnailOf(Buffer.from('hello'))).rejects.toThrow(expect.objectContaining({ code: 'E_IMAGE' }));
});

it.each([
	['my-own_look', 'My own look'],
	['x', 'X'],
])('titles %s', (name, title) => {
	expect(titleOf(name)).toBe(title);
});
