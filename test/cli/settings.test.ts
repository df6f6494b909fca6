/** @file `--set`, the nearest names, the recipe that flags make. */

import { describe, expect, it } from 'vitest';
import { readArguments } from '../../src/cli/arguments.js';
import draw from '../../src/cli/draw.js';
import { duration } from '../../src/cli/progress.js';
import { parseSize, recipeFromFlags } from '../../src/cli/recipe-flags.js';
import { applySetting } from '../../src/cli/settings.js';
import { nearest } from '../../src/nearest.js';
import type { Draft } from '../../src/recipe/field.js';
import { parsePreset } from '../../src/recipe/preset.js';

const recipe = (args: string[], base?: unknown) => recipeFromFlags(readArguments(args, draw.args as never, true), base);

describe('applySetting', () => {
	it('puts JSON and bare words where the path says, beside what is there', () => {
		const draft: Draft = { strokes: { paths: 3 } };
		for (const s of [
			'strokes.segments=2',
			'strokes.style=clipdraw',
			'size=[64,32]',
			'engine.threads=1',
			'encoder.name=a=b',
		])
			applySetting(draft, s);
		expect(draft).toEqual({
			strokes: { paths: 3, segments: 2, style: 'clipdraw' },
			size: [64, 32],
			engine: { threads: 1 },
			encoder: { name: 'a=b' },
		});
	});

	it('replaces objects whole, and reaches into lists', () => {
		const draft: Draft = { palette: { colors: [], learned: 4 }, prompts: 'a cat | a dog' };
		for (const s of ['palette={"learned":2}', 'prompts.1.weight=0.5', 'strokes.background.2=0']) applySetting(draft, s);
		expect(draft).toEqual({
			palette: { learned: 2 },
			prompts: [
				{ text: 'a cat', weight: 1 },
				{ text: 'a dog', weight: 0.5 },
			],
			strokes: { background: [undefined, undefined, 0] },
		});
	});

	it.each([
		['stpes=3', /did you mean 'steps'/],
		['pixels.tvv=3', /did you mean 'pixels.tv'/],
		['zzzzzz=1', /unknown recipe key 'zzzzzz'/],
		['steps.x=1', /no keys inside/],
		['size.2=1', /'size' is a list, its entries are numbered from 0 to 1/],
		['prompts.first=a', /'prompts' is a list, its entries are numbered from 0$/],
		['__proto__.x=1', /unknown recipe key/],
		['constructor=1', /unknown recipe key/],
		['=3', /key=value/],
	])('refuses %j', (setting, message) => {
		expect(() => applySetting({}, setting)).toThrow(message);
	});
});

describe('nearest', () => {
	const names = ['strokes', 'steps', 'seconds', 'seed', 'size', 'set'];
	it.each([
		['stroke', 'strokes'],
		['storkes', 'strokes'],
		['STEPS', 'steps'],
		['sed', 'seed'],
		['sec', 'seconds'],
		['quality', undefined],
	])('%s: %s', (name, expected) => {
		expect(nearest(name, names)).toBe(expected);
	});
});

describe('recipeFromFlags', () => {
	it('reads prompts with weights, and flags over --set over the file', () => {
		const made = recipe(
			['a cat:2', 'text:-1', '--steps', '9', '--set', 'steps=8', '--set', 'seed=4', '--strokes', '5'],
			{
				prompts: [{ text: 'old' }],
				steps: 7,
				seed: 3,
				strokes: { segments: 3 },
			},
		);
		expect(made.prompts).toEqual([
			{ text: 'a cat', weight: 2 },
			{ text: 'text', weight: -1 },
		]);
		expect(made).toMatchObject({ steps: 9, seed: 4, strokes: { paths: 5, segments: 3 } });
	});

	it("keeps the file's seed, and forgets hashes of what was replaced", () => {
		const base = { prompts: [{ text: 'old' }], seed: 3, encoder: { name: 'builtin', hash: 'x' } };
		expect(recipe([], base)).toMatchObject({ seed: 3, encoder: { name: 'builtin', hash: 'x' } });
		expect(recipe(['--encoder', 'other'], base).encoder).toEqual({
			name: 'other',
			weight: 1,
			others: [],
			together: 'summed',
		});
		const several = recipe(['--encoder', 'first:0.5', '--encoder', 'C:\\b:2', '--encoder', 'd', '--alternate'], base);
		expect(several.encoder).toEqual({
			name: 'first',
			weight: 0.5,
			others: [
				{ name: 'C:\\b', weight: 2 },
				{ name: 'd', weight: 1 },
			],
			together: 'alternating',
		});
	});

	it('goes over a preset: flags, --set, then the file, then the preset', () => {
		const preset = parsePreset({
			title: 'x',
			prompt: '{prompt} in oil',
			recipe: { renderer: 'shapes', steps: 5, rate: 2, canvas: 96, shapes: { count: 4, kind: 'ellipse' }, tidy: false },
		});
		const made = recipeFromFlags(
			readArguments(['a cat', '--steps', '9', '--set', 'shapes.count=7', '--seed', '1'], draw.args as never, true),
			{ rate: 3, steps: 8 },
			{ name: 'mine', preset },
		);
		expect(made).toMatchObject({
			preset: 'mine',
			renderer: 'shapes',
			steps: 9,
			rate: 3,
			canvas: 96,
			tidy: false,
			shapes: { count: 7, kind: 'ellipse' },
			prompts: [{ text: 'a cat in oil' }],
		});
		const strokes = readArguments(['a cat', '--strokes', '5'], draw.args as never, true);
		expect(() => recipeFromFlags(strokes, undefined, { name: 'mine', preset })).toThrow(/got shapes; drop one/);
	});

	it('splits prompts at |, and has what to avoid apart', () => {
		const made = recipe(['a cat | a dog:0.5', '--negative', 'text | blur:2', '--negative', 'noise']);
		expect(made.prompts).toEqual([
			{ text: 'a cat', weight: 1 },
			{ text: 'a dog', weight: 0.5 },
		]);
		expect(made.negative).toEqual([
			{ text: 'text', weight: -0.3 },
			{ text: 'blur', weight: -2 },
			{ text: 'noise', weight: -0.3 },
		]);
	});

	it('takes seeds as numbers and as words; without one a new one is asked for', () => {
		expect(recipe(['a', '--seed', '4294967295']).seed).toBe(4294967295);
		expect(recipe(['a', '--seed', 'fernferret29524']).seed).toBe(1);
		expect(recipe(['a', '--seed', '-1']).seed).toBe(-1);
		expect(recipe(['a']).seed).toBe(-1);
	});

	it('has pictures to redraw and pictures as prompts; flags replace those of their kind', () => {
		const base = { images: [{ path: 'old.png' }, { path: 'like.png', use: 'prompt', weight: 0.5 }] };
		const images = (...args: string[]) => recipe(args, base).images.map((i) => [i.path, i.use, i.weight]);
		expect(images('--image', 'new.png:0.2')).toEqual([
			['new.png', 'redraw', 0.2],
			['like.png', 'prompt', 0.5],
		]);
		expect(images('--image-prompt', 'a.png:-1', '--image-prompt', 'b.png')).toEqual([
			['old.png', 'redraw', 1],
			['a.png', 'prompt', -1],
			['b.png', 'prompt', 1],
		]);
	});

	it('brings a recipe of version 1 up to date before flags change it', () => {
		const base = { version: 1, prompts: [{ text: 'a (cat)' }], seed: 3 };
		expect(recipe([], base).prompts).toEqual([{ text: 'a \\(cat\\)', weight: 1 }]);
		expect(recipe(['a (cat)'], base).prompts).toEqual([{ text: 'a (cat)', weight: 1 }]);
	});

	it('fills wildcards in anew for another seed, and keeps them for the same', () => {
		const base = { prompts: [{ text: 'a cat', template: 'a {cat|dog}' }], seed: 3 };
		expect(recipe([], base).prompts).toEqual([{ ...base.prompts[0], weight: 1 }]);
		expect(recipe(['--seed', '3'], base).prompts).toEqual([{ ...base.prompts[0], weight: 1 }]);
		expect(recipe(['--seed', '4'], base).prompts).toEqual([{ text: 'a {cat|dog}', weight: 1 }]);
		expect(recipe(['--set', 'seed=4'], base).prompts).toEqual([{ text: 'a {cat|dog}', weight: 1 }]);
	});

	it('takes words after -- as they are', () => {
		expect(recipe(['--', '--steps']).prompts).toEqual([{ text: '--steps', weight: 1 }]);
	});
});

describe('parseSize', () => {
	it.each([
		['224', [224, 224]],
		['640x480', [640, 480]],
		['640X480', [640, 480]],
	])('%s', (text, size) => {
		expect(parseSize(text)).toEqual(size);
	});
	it.each(['', '15', '4097', '1e2', '-64', '64x0', '64x64x64'])('refuses %j', (text) => {
		expect(() => parseSize(text)).toThrow(/--size/);
	});
});

describe('duration', () => {
	it.each([
		[0.4, '0 s'],
		[59.6, '1:00'],
		[125, '2:05'],
		[7325, '2:02:05'],
		[Number.POSITIVE_INFINITY, '?'],
	])('%d is %s', (seconds, text) => {
		expect(duration(seconds)).toBe(text);
	});
});
