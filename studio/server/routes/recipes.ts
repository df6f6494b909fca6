/** @file /recipes: check, preview, read and share them. */

import { Router } from 'express';
import { countExpansions, expandTemplate } from '../../../src/guidance/templates.js';
import { wildcardsIn } from '../../../src/guidance/wildcards.js';
import { Random } from '../../../src/random.js';
import { writeLink } from '../../../src/recipe/carry/index.js';
import { recipeHash } from '../../../src/recipe/hash.js';
import { type CheckedRecipe, checkRequest, linkRequest, type PromptPreview, promptPreview } from '../../protocol.js';
import { bodyOf } from '../body.js';
import { checkDraft } from '../limits.js';
import { recipeOf } from '../new-runs.js';
import type { Studio } from '../studio.js';

export function recipeRoutes({ uploads }: Studio): Router {
	const router = Router();
	router.post('/check', (request, response) => {
		const checked = checkDraft(bodyOf(checkRequest, request).recipe, uploads);
		const answer: CheckedRecipe =
			'recipe' in checked
				? { recipe: checked.recipe, hash: recipeHash(checked.recipe), issues: [], warnings: [], seconds: null }
				: {
						issues: checked.issues.map(({ path, message, suggestion }) => ({
							path,
							message,
							...(suggestion && { suggestion }),
						})),
						warnings: [],
						seconds: null,
					};
		response.json(answer);
	});
	router.post('/prompts', (request, response) => {
		const { prompts, seed, count } = bodyOf(promptPreview, request);
		const lists = wildcardsIn();
		const answer: PromptPreview = {
			// As a run with this seed, and those after it, would fill them in.
			prompts: Array.from({ length: count }, (_, n) =>
				prompts.map((text, i) => expandTemplate(text, new Random(seed + n).split(`wildcards prompts ${i}`), lists)),
			),
			counts: prompts.map((text) => {
				const ways = countExpansions(text, lists);
				return Number.isFinite(ways) ? ways : null;
			}),
		};
		response.json(answer);
	});
	router.post('/link', (request, response) => {
		const recipe = recipeOf(bodyOf(linkRequest, request).recipe, uploads);
		response.json({ fragment: writeLink({ recipe }).slice(1) });
	});
	return router;
}
