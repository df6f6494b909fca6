/** @file Drawings of an evaluation: made once, gone on with, never mixed with those of another encoder. */

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { picture } from '../../../src/image.js';
import { parsePreset } from '../../../src/recipe/preset.js';
import type { Recipe } from '../../../src/recipe/schema.js';
import { type DrawingPlan, drawPrompts } from '../../../src/training/evaluation/drawings.js';

let out: string;
beforeEach(() => {
	out = mkdtempSync(join(tmpdir(), 'drawings-'));
});
afterEach(() => rmSync(out, { recursive: true }));

const prompts = [
	{ text: 'a cat', group: 'animals' },
	{ text: 'ein Baum', group: 'plants' },
];

/** Draws a gray that depends on prompt and seed; remembers what it was asked for. */
function drawer() {
	const asked: string[] = [];
	const draw = async ({ prompts: [prompt], seed }: Recipe) => {
		asked.push(`${prompt!.text} ${seed}`);
		return picture(8, 8, (seed * 10 + prompt!.text.length) / 255);
	};
	return { asked, draw };
}
const plan = (changes: Partial<DrawingPlan> = {}): DrawingPlan => ({
	prompts,
	seeds: [1, 2],
	encoder: 'builtin',
	hash: 'abc',
	steps: 7,
	out,
	...changes,
});

describe('drawPrompts', () => {
	it('draws every prompt with every seed, by the recipe of atelier draw', async () => {
		const recipes: Recipe[] = [];
		const drawings = await drawPrompts(
			plan({
				draw: async (recipe) => {
					recipes.push(recipe);
					return picture(8, 8, recipe.seed / 4);
				},
			}),
		);
		expect(drawings.map(({ text, group, seed }) => [text, group, seed])).toEqual([
			['a cat', 'animals', 1],
			['a cat', 'animals', 2],
			['ein Baum', 'plants', 1],
			['ein Baum', 'plants', 2],
		]);
		expect(recipes[1]).toMatchObject({
			prompts: [{ text: 'a cat', weight: 1 }],
			seed: 2,
			steps: 7,
			renderer: 'strokes',
			candidates: 14,
			encoder: { name: 'builtin', hash: 'abc' },
		});
		expect(drawings[1]!.picture.data[0]).toBeCloseTo(0.5, 2);
		for (const { file } of drawings) expect(existsSync(join(out, file)), file).toBe(true);
	});

	it('draws in the look of a preset and of settings, which go first', async () => {
		const recipes: Recipe[] = [];
		const preset = parsePreset({
			title: 'Ink',
			prompt: 'ink of {prompt}',
			recipe: {
				renderer: 'pixels',
				pixels: { tv: 2, color: false },
				seed: 9,
				encoder: { name: 'other', others: [{ name: 'third' }], together: 'alternating' },
			},
		});
		await drawPrompts(
			plan({
				prompts: prompts.slice(0, 1),
				look: { preset: { name: 'ink', preset }, settings: { pixels: { tv: 1 } } },
				draw: async (recipe) => {
					recipes.push(recipe);
					return picture(8, 8, 0.5);
				},
			}),
		);
		expect(recipes).toMatchObject([
			{
				renderer: 'pixels',
				pixels: { tv: 1, color: false },
				prompts: [{ text: 'ink of a cat' }],
				seed: 1,
				preset: 'ink',
			},
			{ seed: 2, encoder: { name: 'builtin', others: [], together: 'summed' } },
		]);
	});

	it('makes only what is missing, and reads the rest', async () => {
		const first = drawer();
		await drawPrompts(plan({ seeds: [1], draw: first.draw }));
		const second = drawer();
		const events: boolean[] = [];
		const drawings = await drawPrompts(plan({ draw: second.draw, onDrawing: (_d, _t, made) => events.push(made) }));
		expect(first.asked).toEqual(['a cat 1', 'ein Baum 1']);
		expect(second.asked).toEqual(['a cat 2', 'ein Baum 2']);
		expect(events).toEqual([false, true, false, true]);
		expect(drawings.map(({ picture: p }) => Math.round(p.data[0]! * 255))).toEqual([15, 25, 18, 28]);
	});

	it('goes on after an interruption, without the drawing that was under way', async () => {
		const abort = new AbortController();
		const { asked, draw } = drawer();
		const stopping = async (recipe: Recipe) => {
			if (asked.length < 2) return draw(recipe);
			abort.abort();
			return undefined;
		};
		expect(await drawPrompts(plan({ draw: stopping, signal: abort.signal }))).toHaveLength(2);
		const next = drawer();
		expect(await drawPrompts(plan({ draw: next.draw }))).toHaveLength(4);
		expect(next.asked).toEqual(['ein Baum 1', 'ein Baum 2']);
	});

	it('draws again what is not whole', async () => {
		const [cat] = await drawPrompts(plan({ seeds: [1], draw: drawer().draw }));
		const recipe = join(out, cat!.file.replace('.png', '.json'));
		for (const damage of [() => rmSync(recipe), () => writeFileSync(recipe, '{'), () => rmSync(join(out, cat!.file))]) {
			damage();
			const { asked, draw } = drawer();
			await drawPrompts(plan({ seeds: [1], draw }));
			expect(asked).toEqual(['a cat 1']);
		}
	});

	it.each<[string, Partial<DrawingPlan>]>([
		['another encoder', { hash: 'def' }],
		['other steps', { steps: 8 }],
		['another look', { look: { settings: { renderer: 'pixels' } } }],
	])('refuses a folder of drawings by %s, and draws nothing', async (_, changes) => {
		await drawPrompts(plan({ prompts: prompts.slice(1), draw: drawer().draw }));
		const { asked, draw } = drawer();
		await expect(drawPrompts(plan({ ...changes, draw }))).rejects.toMatchObject({
			code: 'E_ARGUMENT',
			message: expect.stringContaining('another --out'),
		});
		expect(asked).toEqual([]);
	});

	it('knows the same weights under another path', async () => {
		await drawPrompts(plan({ draw: drawer().draw }));
		const { asked, draw } = drawer();
		const drawings = await drawPrompts(plan({ encoder: './models/builtin', draw }));
		expect(asked).toEqual([]);
		expect(JSON.parse(readFileSync(join(out, drawings[0]!.file.replace('.png', '.json')), 'utf8'))).toMatchObject({
			encoder: { name: 'builtin' },
		});
	});
});
