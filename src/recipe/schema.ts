/** @file The recipe: everything that a run depends on, with defaults, ranges and units. The same recipe gives the same picture. */

import { z } from 'zod';
import { AtelierError } from '../errors.js';

const fraction = z.number().min(0).max(1);
const side = z.int().min(16).max(4096);

const promptSchema = z.strictObject({
	text: z.string().trim().min(1).max(1000).describe('What to draw, in words.'),
	weight: z.number().min(-10).max(10).default(1).describe('Above 0 to approach, below 0 to avoid.'),
});

const pictureSchema = z.strictObject({
	path: z.string().min(1).describe('Picture file, as given.'),
	sha256: z.string().length(64).optional().describe('Hash of the file, filled in when it is read.'),
	weight: z.number().min(0).max(10).default(1),
});

const strokesSchema = z.strictObject({
	paths: z.int().min(1).max(10_000).default(18).describe('Number of strokes.'),
	segments: z.int().min(1).max(20).default(1).describe('Cubic segments a stroke.'),
	style: z
		.enum(['bold', 'clipdraw'])
		.default('bold')
		.describe(
			'A few wide opaque strokes of related colours inside the canvas, or many thin random ones. Decides what is left out below.',
		),
	color: z.enum(['color', 'black']).default('color'),
	width: z
		.tuple([z.number().min(0).max(1), z.number().min(0).max(1)])
		.optional()
		.describe('Thinnest and widest stroke, as fractions of the shorter side.'),
	margin: z
		.number()
		.min(0)
		.max(0.4)
		.optional()
		.describe('Strokes stay this far inside the canvas, as a fraction of the shorter side.'),
	background: z.tuple([fraction, fraction, fraction]).default([1, 1, 1]),
	learnBackground: z.boolean().default(false),
	opacityPenalty: z.number().min(0).max(10).optional().describe('Weight of the mean opacity in the loss.'),
	spreadPenalty: z
		.number()
		.min(0)
		.max(10)
		.optional()
		.describe("Weight of how far colours lie from the drawing's mean colour."),
	minOpacity: fraction.optional().describe('Opacity of a visible stroke at least.'),
});

const pixelsSchema = z.strictObject({
	parameterisation: z.enum(['pyramid', 'fourier', 'rgb']).default('pyramid'),
	color: z.boolean().default(true),
	tv: z.number().min(0).max(100).default(0.5).describe('Weight of the total variation in the loss.'),
});

export const recipeSchema = z.strictObject({
	version: z.literal(1).default(1),
	prompts: z.array(promptSchema).max(32).default([]),
	images: z.array(pictureSchema).max(1).default([]).describe('A picture to redraw, alone or together with words.'),
	renderer: z.enum(['strokes', 'pixels']).default('strokes'),
	strokes: strokesSchema.prefault({}),
	pixels: pixelsSchema.prefault({}),
	encoder: z.strictObject({ name: z.string().default('builtin'), hash: z.string().optional() }).prefault({}),
	engine: z
		.strictObject({
			name: z.enum(['onnxruntime', 'tensorflow', 'reference']).default('onnxruntime'),
			providers: z
				.array(z.string())
				.max(8)
				.optional()
				.describe("onnxruntime's execution providers, most wanted first: 'cuda', 'coreml', 'dml', 'cpu'."),
			threads: z
				.int()
				.min(1)
				.max(256)
				.default(2)
				.describe('CPU threads; part of the recipe because sums depend on it.'),
		})
		.prefault({}),
	size: z.tuple([side, side]).default([224, 224]).describe('Width and height of image.png in pixels.'),
	canvas: z
		.int()
		.min(16)
		.max(1024)
		.optional()
		.describe('Shorter side of the canvas while optimising; default from the encoder.'),
	steps: z.int().min(1).max(100_000).default(300),
	seed: z
		.int()
		.min(0)
		.max(2 ** 31 - 1)
		.default(0),
	candidates: z.int().min(1).max(16).default(6).describe('Drawings that start together; the best goes on.'),
	narrowAt: fraction.default(0.4).describe('Part of the steps after which only the best candidate goes on.'),
	tidy: z
		.boolean()
		.default(true)
		.describe('Leave out strokes that do not help, at three fifths of the steps and at the end.'),
	views: z.int().min(1).max(64).optional().describe('Views a step; default from the encoder.'),
	cosine: z.number().min(0).max(100).default(1).describe('Weight of the cosine with each prompt.'),
	contrast: z.number().min(0).max(100).default(1).describe('Weight of telling the prompt apart from other captions.'),
	semantics: z
		.number()
		.min(0)
		.max(100)
		.default(1)
		.describe('Weight of the encoder (words and picture) against the pixel loss.'),
	pixelLoss: z.number().min(0).max(1000).default(10).describe('Weight of the pixel loss against the picture.'),
	rate: z.number().positive().max(100).default(1).describe('Factor on all learning rates.'),
});

/** A complete recipe. */
export type Recipe = z.infer<typeof recipeSchema>;
/** A recipe as people write it: what is missing has its default. */
export type RecipeInput = z.input<typeof recipeSchema>;

/** Check a recipe and fill in the defaults; E_RECIPE names the path, what was expected and what was got. */
export function parseRecipe(input: unknown): Recipe {
	if (
		input !== null &&
		typeof input === 'object' &&
		'version' in input &&
		typeof input.version === 'number' &&
		input.version > 1
	)
		throw new AtelierError(
			'E_RECIPE',
			`expected a recipe of version 1, got version ${input.version}; update atelier to use it`,
		);
	const result = recipeSchema.safeParse(input);
	if (!result.success) {
		const issue = result.error.issues[0]!;
		throw new AtelierError('E_RECIPE', `recipe: ${issue.path.join('.') || 'top level'}: ${issue.message}`);
	}
	const recipe = result.data;
	if (recipe.prompts.length === 0 && recipe.images.length === 0)
		throw new AtelierError('E_RECIPE', 'expected at least one prompt or picture, got none; say what to draw');
	return recipe;
}
