/** @file What a picture carries: the recipe, and what a replay needs to know to be compared with it. One JSON value, the same in every format. */

import { existsSync } from 'node:fs';
import { z } from 'zod';
import { fetchable } from '../../encoders/hub/manifest.js';
import { AtelierError } from '../../errors.js';
import { packageVersion } from '../../package-root.js';
import { validated } from '../../validation.js';
import { recipeHash } from '../hash.js';
import { encodersOf, parseRecipe, type Recipe, withEncoders } from '../schema.js';
import { boundedJson } from './bytes.js';

const line = z.string().max(200);
const hash = z.string().regex(/^[0-9a-f]{8,64}$/);
const step = z.int().min(0).max(1e6);

/** All but the recipe; what an older or newer atelier leaves out is simply not known. */
const factsSchema = z.object({
	recipe_hash: hash.optional().describe('recipeHash of the recipe; a link has its beginning.'),
	encoder_hash: z.string().optional().describe('sha256 of the weights that judged the drawing.'),
	engine: line.optional().describe('What the encoder ran on, with its version.'),
	platform: line.optional().describe('Operating system and processor family.'),
	atelier: line.optional().describe('Version of this package.'),
	steps_done: step.optional(),
	stopped_at: step.optional().describe('Steps done, when the run was ended before its last one.'),
	mid_step: z.literal(true).optional().describe('The run failed in the middle of a step: no replay ends there.'),
	score: z.array(z.number()).max(64).optional().describe('Cosine with each prompt.'),
	exported_as: line
		.optional()
		.describe('Kind of file, where it is not image.png or image.svg but made from the same run.'),
	picture_sha256: hash.optional().describe('hashPicture of image.png; a link has its beginning.'),
});
const carriedSchema = factsSchema.extend({ format: z.literal(1), recipe: z.unknown() });

/** What a picture carries. Keys are as they are written. */
export interface Carried extends z.infer<typeof factsSchema> {
	readonly format: 1;
	readonly recipe: Recipe;
}

/** How a run went. */
export interface RunFacts {
	/** Description of the engine. */
	readonly engine?: string | undefined;
	readonly step: number;
	readonly scores: readonly number[];
	/** hashPicture of the drawing. */
	readonly picture: string;
	/** The run failed in the middle of a step. */
	readonly midStep?: boolean;
}

/** What the pictures of a run carry. Paths are left out: see {@link portable}. */
export function carry(recipe: Recipe, facts: RunFacts): Carried {
	const plain = portable(recipe);
	return {
		format: 1,
		recipe: plain,
		recipe_hash: recipeHash(plain),
		...(plain.encoder.hash && { encoder_hash: plain.encoder.hash }),
		...(facts.engine !== undefined && { engine: facts.engine }),
		platform: thisPlatform(),
		atelier: packageVersion(),
		steps_done: facts.step,
		...(facts.step < recipe.steps && { stopped_at: facts.step }),
		...(facts.midStep && { mid_step: true as const }),
		...(facts.scores.length > 0 && { score: facts.scores.map((s) => Math.round(s * 1e6) / 1e6) }),
		picture_sha256: facts.picture,
	};
}

/** Operating system and processor family, on which the last bits of sums depend. */
export const thisPlatform = (): string => `${process.platform} ${process.arch}`;

/** The same recipe without the folders of this machine: pictures and encoders by the last part of their path; their hashes say which are meant. Names of models that can be fetched stay whole. */
export function portable(recipe: Recipe): Recipe {
	return {
		...withEncoders(
			recipe,
			encodersOf(recipe).map((encoder) => ({ ...encoder, name: portableName(encoder.name) })),
		),
		images: recipe.images.map((image) => ({ ...image, path: lastPart(image.path) || 'picture' })),
	};
}

/** Of an encoder, or of the two whose towers it is, TEXT+IMAGE. */
function portableName(name: string): string {
	const halves = existsSync(name) ? [name] : name.split('+');
	return halves
		.map((half) => (fetchable(half) !== undefined && !existsSync(half) ? half : lastPart(half) || 'encoder'))
		.join('+');
}

function lastPart(path: string): string {
	const parts = path.split(/[/\\]/).filter((p) => p !== '' && p !== '.' && p !== '..');
	return parts.at(-1) ?? '';
}

/**
 * Carried data from its JSON text. The recipe comes from strangers: its paths lose their folders, so that it opens nothing
 * but what lies beside it.
 *
 * @throws AtelierError E_RECIPE
 */
export function parseCarried(json: string, where: string): Carried {
	const value = boundedJson(json, where);
	const format = (value as { format?: unknown } | null)?.format;
	if (typeof format === 'number' && format > 1)
		throw new AtelierError(
			'E_RECIPE',
			`expected ${where} of format 1, got format ${format}; update atelier to read it`,
		);
	const carried = validated(carriedSchema, value, 'E_RECIPE', where);
	return { ...carried, recipe: portable(parseRecipe(carried.recipe)) };
}

/** Whether a recipe is still the one whose hash was written beside it; true where none was. */
export function isUnchanged({ recipe, recipe_hash }: Carried): boolean {
	return recipe_hash === undefined || recipeHash(recipe).startsWith(recipe_hash);
}
