/** @file From what was asked for to runs that wait: checked, with a seed and an id each. */

import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { dayOf, nameOf } from '../../src/export/run-folder.js';
import { slugOf } from '../../src/export/slug.js';
import { resolveRecipe } from '../../src/recipe/resolve.js';
import type { Recipe } from '../../src/recipe/schema.js';
import { largestSeed, openSeed } from '../../src/recipe/seed.js';
import { summary } from '../../src/validation.js';
import type { newRuns } from '../protocol.js';
import { checkDraft } from './limits.js';
import { HttpProblem } from './problem.js';
import type { NewRun, RunQueue } from './queue.js';
import type { Uploads } from './uploads.js';

/** A recipe from outside. @throws HttpProblem E_RECIPE with every issue */
export function recipeOf(draft: unknown, uploads: Uploads): Recipe {
	const checked = checkDraft(draft, uploads);
	if ('recipe' in checked) return checked.recipe;
	throw new HttpProblem(400, 'E_RECIPE', `recipe: ${summary(checked.issues)}`, checked.issues);
}

/** A name for the folder of a new run that no other has. */
export function newRunId(recipe: Recipe, outputs: string, queue: RunQueue): string {
	const start = `${dayOf(new Date())}-${slugOf(nameOf(recipe))}`;
	for (;;) {
		const id = `${start}-${randomBytes(2).toString('hex')}`;
		if (!queue.get(id) && !existsSync(join(outputs, id))) return id;
	}
}

/** The runs that a request asks for. @throws HttpProblem E_RECIPE; AtelierError E_ARGUMENT for a template with unknown wildcards */
export function runsOf(
	{ recipe: draft, count, seconds, explore }: z.output<typeof newRuns>,
	{ outputs, queue, uploads }: { readonly outputs: string; readonly queue: RunQueue; readonly uploads: Uploads },
): NewRun[] {
	const asked = recipeOf(draft, uploads);
	const recipe: Recipe = { ...asked, ...(explore && { narrowAt: 1 }) };
	return Array.from({ length: count }, (_, i) => {
		const seed = recipe.seed === openSeed ? openSeed : (recipe.seed + i) % (largestSeed + 1);
		const resolved = resolveRecipe({ ...recipe, seed });
		const id = newRunId(resolved, outputs, queue);
		return { id, recipe: resolved, ...(seconds !== undefined && { budget: seconds }) };
	});
}
