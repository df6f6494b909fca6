/** @file How long a recipe will take, from what others took. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { workOf } from '../../../src/painter/plan.js';
import { openPainter } from '../../../src/painter/setup.js';
import { parseRecipe, type RecipeInput } from '../../../src/recipe/schema.js';
import { Speeds } from '../../../studio/server/estimate.js';

const root = mkdtempSync(join(tmpdir(), 'atelier-speeds-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const recipe = (more: RecipeInput = {}) => parseRecipe({ prompts: 'a heart', engine: { threads: 1 }, ...more });
/** Seconds of a step. */
const perStep = 0.01;
/** What a recipe takes at that pace, once it is opened, and what it is resolved to. */
async function truth(more: RecipeInput) {
	const opened = await openPainter(recipe(more));
	await opened.close();
	return { seconds: 1 + perStep * workOf(opened.setup, opened.setup.steps), resolved: opened.recipe };
}

describe('Speeds', () => {
	it('know nothing before anything like it was drawn', () => {
		expect(new Speeds(join(root, 'none.json')).estimate(recipe())).toBeNull();
	});

	it.each<[string, RecipeInput]>([
		['the default', {}],
		['one drawing alone', { candidates: 1 }],
		['a recipe of version 4', { version: 4 } as object],
		['few views of candidates', { views: 6, candidateViews: 1 }],
	])('foresee %s, whatever was drawn before', async (name, more) => {
		const { seconds } = await truth(more);
		for (const [i, before] of [{}, { candidates: 1 }, { version: 4 } as object].entries()) {
			const speeds = new Speeds(join(root, `${name} ${i}.json`));
			speeds.learn((await truth(before)).resolved, perStep);
			const foreseen = speeds.estimate(recipe(more))!;
			expect(Math.abs(foreseen - seconds), JSON.stringify(before)).toBeLessThan(0.1);
		}
	});

	it('read what was remembered before candidates had fewer views', async () => {
		const path = join(root, 'old.json');
		const old = { renderer: 'strokes', encoder: 'builtin', engine: 'onnxruntime', threads: 1, canvas: 48, views: 6 };
		writeFileSync(path, JSON.stringify([{ ...old, marks: 8, perStep }]));
		const { seconds } = await truth({});
		expect(Math.abs(new Speeds(path).estimate(recipe())! - seconds)).toBeLessThan(0.1);
	});
});
