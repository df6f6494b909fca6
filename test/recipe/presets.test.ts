/** @file The presets that ship, what a preset does to a recipe, and where the user's own are kept. */

import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { configFolder } from '../../src/folders.js';
import { recipeHash } from '../../src/recipe/hash.js';
import { recipeVersion } from '../../src/recipe/migrate.js';
import { onPreset, parsePreset } from '../../src/recipe/preset.js';
import {
	findPreset,
	listPresets,
	type NewPreset,
	shippedPresets,
	storePresets,
	thumbnailPath,
	userPresets,
} from '../../src/recipe/presets.js';
import { checkRecipe, parseRecipe, recipeSchema } from '../../src/recipe/schema.js';
import { jsonSchema } from '../../src/validation.js';

const root = mkdtempSync(join(tmpdir(), 'atelier-presets-'));
let folder = '';
beforeEach(() => {
	folder = mkdtempSync(join(root, 'config-'));
	vi.stubEnv('ATELIER_CONFIG', folder);
});
afterAll(() => {
	vi.unstubAllEnvs();
	rmSync(root, { recursive: true, force: true });
});

const made = (name: string, title = name): NewPreset => ({
	name,
	preset: parsePreset({ title, recipe: { steps: 9 } }),
});

describe('the shipped presets', () => {
	const presets = listPresets().presets.filter(({ source }) => source === 'shipped');

	it('are of the present version, as the schema beside them asks', () => {
		for (const { name } of presets) {
			const { version } = JSON.parse(readFileSync(join(shippedPresets(), `${name}.json`), 'utf8'));
			expect(version, name).toBe(recipeVersion);
		}
	});

	it('are at least fourteen, each good, described, free, and told apart by name and title', () => {
		expect(presets.length).toBeGreaterThanOrEqual(14);
		expect(new Set(presets.map(({ preset }) => preset.title)).size).toBe(presets.length);
		for (const { name, preset } of presets) {
			expect(preset.author, name).toBe('Atelier');
			expect(preset.licence, name).toBe('CC0-1.0');
			expect(preset.description.length, name).toBeGreaterThan(10);
			expect(preset.tags.length, name).toBeGreaterThan(0);
			expect(preset.sample, name).toBeDefined();
		}
	});

	it.each(presets.map((preset) => [preset.name, preset] as const))(
		'%s has a small picture and figures of a run',
		(_, stored) => {
			const { preset } = stored;
			const picture = thumbnailPath(stored);
			expect(picture).toBeDefined();
			expect(statSync(picture!).size).toBeLessThanOrEqual(15_000);
			expect(preset.measured).toMatchObject({ score: expect.any(Number), seconds: expect.any(Number) });
			expect(preset.measured!.steps).toBeGreaterThan(0);
		},
	);

	it.each(presets.map((preset) => [preset.name, preset] as const))(
		'%s makes a recipe of words, and no other renderer than its own is set',
		(name, { preset }) => {
			const images = preset.recipe.pixels?.start === 'picture' ? [{ path: 'x.png' }] : [];
			const checked = checkRecipe(onPreset(preset, name, { prompts: ['a cat'], images }));
			expect(checked.issues).toEqual([]);
			const renderer = preset.recipe.renderer ?? 'strokes';
			for (const other of ['strokes', 'shapes', 'tiles', 'pixels'])
				if (other !== renderer) expect(preset.recipe).not.toHaveProperty(other);
		},
	);

	it('are described by the schema beside them', () => {
		const file = readFileSync(join(shippedPresets(), 'preset.schema.json'), 'utf8');
		const properties = (JSON.parse(file) as { properties: { recipe: { properties: object } } }).properties.recipe;
		expect(Object.keys(properties.properties)).toEqual(Object.keys(jsonSchema(recipeSchema).properties!));
	});
});

describe('onPreset', () => {
	const preset = parsePreset({
		title: 'x',
		prompt: '{prompt} in oil',
		sample: 'a dog',
		recipe: { steps: 50, strokes: { paths: 4, segments: 2 }, negative: 'text', size: [64, 64] },
	});

	it('lets the recipe go before the preset, key by key, and records the name', () => {
		const recipe = onPreset(preset, 'mine', { prompts: ['a cat:2', 'fog:-1'], strokes: { paths: 9 }, size: [32, 32] });
		expect(parseRecipe(recipe)).toMatchObject({
			preset: 'mine',
			steps: 50,
			strokes: { paths: 9, segments: 2 },
			size: [32, 32],
			prompts: [
				{ text: 'a cat in oil', weight: 2 },
				{ text: 'fog', weight: -1 },
			],
			negative: [{ text: 'text', weight: -0.3 }],
		});
	});

	it('draws the sample where no words and no pictures are given', () => {
		expect(onPreset(preset, 'mine', {}).prompts).toEqual([{ text: 'a dog in oil', weight: 1 }]);
		expect(onPreset(preset, 'mine', { images: [{ path: 'x.png' }] }).prompts).toBeUndefined();
	});

	it('puts words that wildcards have filled in, and what they were filled into', () => {
		const prompts = [{ text: 'a cat', template: 'a {cat|dog}' }];
		expect(onPreset(preset, 'mine', { prompts }).prompts).toEqual([
			{ text: 'a cat in oil', template: 'a {cat|dog} in oil' },
		]);
	});

	it('puts the words of a recipe that it made once only', () => {
		const once = onPreset(preset, 'mine', { prompts: 'a cat' });
		expect(onPreset(preset, 'mine', once)).toEqual(once);
	});

	it('avoids what either does', () => {
		const { negative } = parseRecipe(onPreset(preset, 'mine', { prompts: 'a cat', negative: ['fog:-2'] }));
		expect(negative.map(({ text, weight }) => [text, weight])).toEqual([
			['text', -0.3],
			['fog', -2],
		]);
	});

	it('leaves no trace of its name in the identity of the recipe', () => {
		const recipe = parseRecipe(onPreset(preset, 'mine', { prompts: 'a cat' }));
		expect(recipeHash({ ...recipe, preset: 'other' })).toBe(recipeHash(recipe));
		expect(recipeHash({ ...recipe, steps: 51 })).not.toBe(recipeHash(recipe));
	});
});

describe('storing', () => {
	it('keeps presets where the user keeps such things', () => {
		expect(userPresets()).toBe(join(folder, 'presets'));
		expect(configFolder({ ATELIER_CONFIG: '/a/b' })).toBe('/a/b');
		if (process.platform === 'win32') expect(configFolder({ APPDATA: 'C:\\x' })).toBe('C:\\x\\atelier');
		else {
			expect(configFolder({ XDG_CONFIG_HOME: '/c' })).toBe('/c/atelier');
			expect(configFolder({})).toBe(join(homedir(), '.config', 'atelier'));
		}
	});

	it('writes one file each, with its picture, and finds them again', () => {
		const thumbnail = Uint8Array.of(1, 2, 3);
		const [path] = storePresets([{ ...made('my-look'), thumbnail }, made('другой')], userPresets(), { force: false });
		expect(path).toBe(join(folder, 'presets', 'my-look.json'));
		expect(readdirSync(dirname(path!)).sort()).toEqual(['my-look.json', 'my-look.webp', 'другой.json']);
		expect(findPreset('my-look')).toMatchObject({ preset: { title: 'my-look', thumbnail: 'my-look.webp' } });
		expect(findPreset('другой').preset.recipe).toEqual({ steps: 9 });
		expect(findPreset(path!).name).toBe('my-look');
	});

	it('never replaces without being told to, and keeps what it replaces', () => {
		const store = (title: string, force: boolean) => storePresets([made('mine', title)], userPresets(), { force });
		const [path] = store('one', false);
		expect(() => store('two', false)).toThrow(
			/'.*mine\.json' exists already; --force replaces it and keeps the old one/,
		);
		expect(findPreset('mine').preset.title).toBe('one');
		store('two', true);
		expect(findPreset('mine').preset.title).toBe('two');
		expect(JSON.parse(readFileSync(`${path}.bak`, 'utf8'))).toMatchObject({ title: 'one' });
	});

	it.each([
		[[made('new-one'), made('mine')], /exists already/],
		[[made('new-one'), made('neon')], /'neon' comes with atelier/],
		[[made('new-one'), made('new-one')], /'new-one' twice/],
		[[made('new-one'), made('../up')], /name of a preset/],
		[[made('new-one'), made('.hidden')], /name of a preset/],
		[[made('new-one'), made('a/b')], /name of a preset/],
	])('stores all or none: %#', (presets, message) => {
		storePresets([made('mine')], userPresets(), { force: false });
		expect(() => storePresets(presets, userPresets(), { force: false })).toThrow(message);
		expect(readdirSync(userPresets())).toEqual(['mine.json']);
		expect(existsSync(join(folder, 'up.json'))).toBe(false);
	});

	it('says which of the user’s files are no presets', () => {
		mkdirSync(userPresets(), { recursive: true });
		writeFileSync(join(userPresets(), 'broken.json'), '{');
		writeFileSync(join(userPresets(), 'wrong.json'), '{"title":"x","recipe":{"stpes":3}}');
		expect(listPresets().broken).toMatchObject([
			{ name: 'broken', problem: expect.stringMatching(/JSON/) },
			{ name: 'wrong', problem: expect.stringMatching(/did you mean 'recipe\.steps'/) },
		]);
		expect(() => findPreset('broken')).toThrow(/expected a preset in/);
		expect(() => findPreset('noen')).toThrow(/unknown preset 'noen'; did you mean 'neon'\?/);
		expect(() => findPreset('zzzzzzzz')).toThrow(/unknown preset 'zzzzzzzz'/);
		expect(() => findPreset('./missing.json')).toThrow(expect.objectContaining({ code: 'E_IO' }));
	});
});
