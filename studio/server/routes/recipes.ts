/** @file /recipes: check, preview, read and share them. */

import { basename, extname } from 'node:path';
import express, { Router } from 'express';
import { isPlainPicture, openRecipeSource } from '../../../src/export/recipe-source.js';
import { countExpansions, expandTemplate } from '../../../src/guidance/templates.js';
import { wildcardsIn } from '../../../src/guidance/wildcards.js';
import { Random } from '../../../src/random.js';
import { writeLink } from '../../../src/recipe/carry/index.js';
import { recipeHash } from '../../../src/recipe/hash.js';
import { onPreset } from '../../../src/recipe/preset.js';
import { tryPreset } from '../../../src/recipe/presets.js';
import { parseRecipe } from '../../../src/recipe/schema.js';
import {
	type CheckedRecipe,
	checkRequest,
	linkRequest,
	type NoRecipe,
	type PromptPreview,
	promptPreview,
	type ReadRecipe,
	readRequest,
} from '../../protocol.js';
import { bodyOf, checked } from '../body.js';
import { checkDraft, limits } from '../limits.js';
import { recipeOf } from '../new-runs.js';
import { withReceived } from '../received-file.js';
import type { Studio } from '../studio.js';
import { shownRecipe } from '../uploads.js';

export function recipeRoutes({ uploads, speeds, looker }: Studio): Router {
	const router = Router();
	router.post(
		'/read',
		express.raw({ type: 'application/octet-stream', limit: limits.uploadBytes, inflate: false }),
		async (request, response) => {
			if (Buffer.isBuffer(request.body)) response.json(await withReceived(request, readRecipeFile));
			else response.json(readRecipe(withHash(checked(readRequest, request.body).link)));
		},
	);
	router.post('/check', async (request, response) => {
		const draft = checkDraft(bodyOf(checkRequest, request).recipe, uploads);
		const answer: CheckedRecipe =
			'recipe' in draft
				? {
						recipe: draft.recipe,
						hash: recipeHash(draft.recipe),
						issues: [],
						warnings: await looker.do('doubts', { recipe: draft.recipe }),
						seconds: speeds.estimate(draft.recipe),
					}
				: {
						issues: draft.issues.map(({ path, message, suggestion }) => ({
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

/** A link as it is given, or only what comes after its `#`. */
const withHash = (link: string): string => (link.trim().startsWith('r=') ? `#${link.trim()}` : link.trim());

const readRecipeFile = (path: string): ReadRecipe | NoRecipe =>
	isPlainPicture(path) ? { recipe: null } : readRecipe(path);

/** The recipe in a link or a file. @throws AtelierError E_RECIPE, E_IMAGE for what has none */
function readRecipe(given: string): ReadRecipe {
	const preset = extname(given) === '.json' ? tryPreset(given) : undefined;
	if (preset && 'preset' in preset) {
		const name = basename(given, '.json');
		const recipe = parseRecipe(onPreset(preset.preset, name, { prompts: preset.preset.sample ?? 'a heart' }));
		return { recipe, source: 'atelier', notes: [], preset: preset.preset.title };
	}
	const { recipe: written, foreign } = openRecipeSource(given);
	const recipe = parseRecipe(written);
	const missing = recipe.images.length > 0 ? ['its pictures have to be chosen again'] : [];
	return {
		recipe: shownRecipe(recipe),
		source: foreign?.program ?? 'atelier',
		notes: [...(foreign?.notes ?? []), ...missing],
	};
}
