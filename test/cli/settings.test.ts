/** @file `--set`, the nearest names, the recipe that flags make. */

import { describe, expect, it } from 'vitest';
import { readArguments } from '../../src/cli/arguments.js';
import draw, { parseSize, recipeFromFlags } from '../../src/cli/draw.js';
import { duration } from '../../src/cli/progress.js';
import { applySetting, type Draft } from '../../src/cli/settings.js';
import { nearest } from '../../src/nearest.js';

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

	it.each([
		['stpes=3', /did you mean 'steps'/],
		['pixels.tvv=3', /did you mean 'pixels.tv'/],
		['zzzzzz=1', /unknown recipe key 'zzzzzz'/],
		['steps.x=1', /no keys inside/],
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
		expect(recipe(['--encoder', 'other'], base).encoder).toEqual({ name: 'other' });
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
