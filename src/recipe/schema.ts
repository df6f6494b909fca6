/** @file The recipe: everything that a run depends on, with defaults, ranges and units. The same recipe gives the same picture. */

import { z } from 'zod';
import { AtelierError } from '../errors.js';
import { defaultNegativeWeight } from '../guidance/prompts.js';
import { mostThings } from '../guidance/things.js';
import { type Issue, issue, summary, validate } from '../validation.js';
import { editSchema } from './edits.js';
import { aimsOf, canStandApart } from './layout.js';
import { paletteSchema, rgb, shapesSchema, symmetrySchema, tilesSchema } from './looks.js';
import { migrate, readVersioned, recipeVersion } from './migrate.js';
import { negativeList, promptList, stop } from './prompt-fields.js';

const fraction = z.number().min(0).max(1);
const side = z.int().min(16).max(4096).meta({ unit: 'px' });
const imageSchema = z.strictObject({
	path: z.string().min(1).max(4096).describe('Picture file, as given.'),
	sha256: z
		.string()
		.regex(/^[0-9a-f]{64}$/)
		.optional()
		.describe('Hash of the file in hex, filled in when it is read.'),
	use: z
		.enum(['redraw', 'prompt'])
		.default('redraw')
		.describe('Redraw it, pixel by pixel and in the eyes of the encoder; or draw something that means the same.'),
	weight: z.number().min(-10).max(10).default(1).describe('How much it counts; below 0 avoids it (prompts only).'),
	stop,
});

const strokesSchema = z.strictObject({
	paths: z.int().min(1).max(10_000).default(8).describe('Number of strokes; of each thing, where several stand apart.'),
	segments: z.int().min(1).max(100).default(1).describe('Cubic segments a stroke.'),
	curve: z
		.enum(['bezier', 'smooth'])
		.default('bezier')
		.describe('Segments that may meet at a corner, or one smooth line throughout, which takes two or more to bend.'),
	brush: z
		.enum(['plain', 'neon', 'watercolour'])
		.default('plain')
		.describe('An even stroke, one with a glow (for dark grounds), or translucent washes.'),
	length: z
		.tuple([z.number().min(0).max(50), z.number().min(0).max(50)])
		.optional()
		.meta({ unit: 'of the shorter side' })
		.describe(
			'Shortest and longest bold stroke at the start, as fractions of the shorter side; default a third to two.',
		),
	style: z
		.enum(['line', 'bold', 'clipdraw'])
		.default('line')
		.describe(
			'Lines of one colour, a few wide opaque strokes of related colours, both inside the canvas, or many thin random ones. Decides what is left out below.',
		),
	color: z.enum(['color', 'black']).default('color').describe('Strokes of any colour, or black ones.'),
	width: z
		.tuple([fraction, fraction])
		.optional()
		.meta({ unit: 'of the shorter side' })
		.describe('Thinnest and widest stroke, as fractions of the shorter side.'),
	margin: z
		.number()
		.min(0)
		.max(0.4)
		.optional()
		.meta({ unit: 'of the shorter side' })
		.describe('Strokes stay this far inside the canvas, as a fraction of the shorter side.'),
	background: rgb.default([1, 1, 1]).describe('Red, green and blue of the ground, 0 to 1.'),
	learnBackground: z.boolean().default(false).describe('Optimise the ground too.'),
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
	parameterisation: z
		.enum(['pyramid', 'fourier', 'rgb'])
		.default('pyramid')
		.describe('What is optimised: a Laplacian pyramid, a decorrelated spectrum, or the pixels themselves.'),
	color: z.boolean().default(true).describe('In colour, or in gray.'),
	tv: z.number().min(0).max(100).default(0.5).describe('Weight of the total variation in the loss.'),
	decay: z
		.number()
		.min(0)
		.max(4)
		.default(1)
		.describe('Of the spectrum: how fast amplitudes fall with frequency; more is smoother.'),
	start: z
		.enum(['gray', 'picture'])
		.default('gray')
		.describe('Begin with an even gray, or with the picture that is redrawn.'),
});

const encoderName = z.string().min(1).max(4096);
const encoderHash = z
	.string()
	.max(128)
	.optional()
	.describe('sha256 of its weights in hex, filled in when they are read.');
const encoderWeight = z
	.number()
	.min(0.01)
	.max(10)
	.default(1)
	.describe('Of several encoders: its weight against the others.');
/** Encoders that judge one drawing. */
export const mostEncoders = 4;

const encoderSchema = z.strictObject({
	name: encoderName.default('builtin').describe('Encoder that judges the drawing: a name, a folder or a file.'),
	hash: encoderHash,
	weight: encoderWeight,
	others: z
		.array(
			z.strictObject({
				name: encoderName.default('builtin').describe('A name, a folder or a file.'),
				hash: encoderHash,
				weight: encoderWeight,
			}),
		)
		.max(mostEncoders - 1)
		.default([])
		.describe('Further encoders that judge it.'),
	together: z
		.enum(['summed', 'alternating'])
		.default('summed')
		.describe('Several encoders all look at every step, or take turns.'),
});

const engineSchema = z.strictObject({
	name: z.enum(['onnxruntime', 'tensorflow', 'reference']).default('onnxruntime').describe('What the encoder runs on.'),
	providers: z
		.array(z.string().min(1).max(64))
		.max(8)
		.optional()
		.describe("onnxruntime's execution providers, most wanted first: 'cuda', 'coreml', 'dml', 'cpu'."),
	threads: z.int().min(1).max(256).default(2).describe('CPU threads; part of the recipe because sums depend on it.'),
});

/** Views a step at most. */
export const mostViews = 64;

/** What drawings may be made of. */
export const renderers = ['strokes', 'shapes', 'tiles', 'pixels'] as const;

export const recipeSchema = z.strictObject({
	version: z.literal(recipeVersion).default(recipeVersion).describe('Of the format of recipes.'),
	prompts: promptList
		.prefault([])
		.describe('What to draw: `words`, `words:weight`, `words:weight:stop`, or objects; several are summed.'),
	negative: negativeList
		.prefault([])
		.describe(`What to avoid: prompts of negative weight, ${defaultNegativeWeight} unless they say otherwise.`),
	images: z.array(imageSchema).max(8).default([]).describe('A picture to redraw, and pictures as prompts.'),
	renderer: z.enum(renderers).default('strokes').describe('What the drawing is made of.'),
	layout: z
		.enum(['auto', 'one', 'beside', 'above'])
		.default('auto')
		.describe(
			"Of strokes: all that is wanted in one drawing, or each prompt, or each thing of a single one ('a cat and a ball'), in a drawing of its own beside or above the next; 'auto' does so where the encoder knows single things alone.",
		),
	arrangement: z
		.enum(['beside', 'above'])
		.optional()
		.describe("How things stand apart where the layout 'auto' came to that, filled in when it is drawn."),
	strokes: strokesSchema.prefault({}).describe('Of the renderer strokes.'),
	shapes: shapesSchema.prefault({}).describe('Of the renderer shapes.'),
	tiles: tilesSchema.prefault({}).describe('Of the renderer tiles.'),
	pixels: pixelsSchema.prefault({}).describe('Of the renderer pixels.'),
	palette: paletteSchema
		.optional()
		.describe('Exactly these colours, and no others beside the ground; any if left out.'),
	symmetry: symmetrySchema.prefault({}).describe('Of strokes and shapes: under which motions each is repeated.'),
	encoder: encoderSchema.prefault({}).describe('Who judges the drawing.'),
	engine: engineSchema.prefault({}).describe('Where the encoder runs.'),
	size: z
		.tuple([side, side])
		.default([224, 224])
		.meta({ unit: 'px' })
		.describe('Width and height of image.png in pixels.'),
	canvas: z
		.int()
		.min(16)
		.max(1024)
		.optional()
		.meta({ unit: 'px' })
		.describe(
			'Shorter side of the canvas while optimising, for each thing where several stand apart; default from the encoder.',
		),
	steps: z.int().min(1).max(100_000).default(300).describe('Steps to take.'),
	seed: z
		.int()
		.min(-1)
		.max(2 ** 32 - 1)
		.default(0)
		.describe('Of all randomness; -1 asks for a new one, which is recorded.'),
	candidates: z.int().min(1).max(16).default(14).describe('Drawings that start together; the best goes on.'),
	narrowAt: fraction
		.default(0.4)
		.describe('Part of the steps after which only the best candidate goes on; 1 to pick by hand until the end.'),
	tidy: z
		.boolean()
		.default(true)
		.describe('Leave out strokes that do not help, at three fifths of the steps and at the end.'),
	views: z.int().min(1).max(mostViews).optional().describe('Views a step; default from the encoder.'),
	candidateViews: z
		.int()
		.min(1)
		.max(mostViews)
		.optional()
		.describe('Views of each candidate a step while there are several, at most `views`; default from the encoder.'),
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
	edits: z
		.array(editSchema)
		.max(1000)
		.default([])
		.describe('What was changed by hand while it was drawn, in the order of steps.'),
	preset: z
		.string()
		.max(200)
		.optional()
		.describe('Name of the preset that it was made with, for people; its settings are in the recipe.'),
});

/** A complete recipe. */
export type Recipe = z.output<typeof recipeSchema>;
/** A recipe as people write it: what is missing has its default. */
export type RecipeInput = z.input<typeof recipeSchema>;
/** A prompt of a recipe, wanted or not. */
export type RecipePrompt = Recipe['prompts'][number];

/** Whether an encoder judges a recipe: words and pictures as prompts need one; a picture to redraw does only when its pixels do not count. */
export function needsEncoder({ semantics, prompts, negative, images, pixelLoss }: Recipe): boolean {
	const asked =
		prompts.length + negative.length > 0 || images.some((image) => image.use === 'prompt' || pixelLoss === 0);
	return semantics > 0 && asked;
}

/** Check a recipe of any version and fill in the defaults, or say everything that is wrong with it. Never throws. */
export function checkRecipe(
	input: unknown,
): { readonly recipe: Recipe; readonly issues: readonly [] } | { readonly issues: readonly Issue[] } {
	const read = readVersioned(input, 'a recipe');
	if ('issues' in read) return read;
	const checked = validate(recipeSchema, migrate(read.fields, read.version));
	if (!('value' in checked)) return checked;
	const recipe = checked.value;
	const issues = [...imageIssues(recipe), ...lookIssues(recipe)];
	if (recipe.prompts.length === 0 && recipe.images.length === 0)
		issues.push(issue('', 'at least one prompt or picture', 'none', 'say what to draw'));
	return issues.length > 0 ? { issues } : { recipe, issues: [] };
}

/** Check a recipe of any version and fill in the defaults; E_RECIPE says the first thing that is wrong, and how many there are. */
export function parseRecipe(input: unknown): Recipe {
	const checked = checkRecipe(input);
	if ('recipe' in checked) return checked.recipe;
	throw new AtelierError('E_RECIPE', `recipe: ${summary(checked.issues)}`);
}

/** A recipe, complete or not, as people write it at the present version; E_RECIPE when it is no plain data or of a newer one. */
export function atPresentVersion(input: unknown): Readonly<Record<string, unknown>> {
	const read = readVersioned(input, 'a recipe');
	if ('issues' in read) throw new AtelierError('E_RECIPE', summary(read.issues));
	return migrate(read.fields, read.version);
}

/** All encoders that judge a recipe, the first first. */
export const encodersOf = ({
	encoder: { others, together: _, ...first },
}: Pick<Recipe, 'encoder'>): Recipe['encoder']['others'] => [first, ...others];

/** A recipe's encoders with others in their place, one for each. */
export function withEncoders(recipe: Recipe, encoders: Recipe['encoder']['others']): Recipe {
	const [first, ...others] = encoders;
	return { ...recipe, encoder: { ...recipe.encoder, ...first, others } };
}

/** The picture that is redrawn, if any. */
export const redrawn = ({ images }: Pick<Recipe, 'images'>): Recipe['images'][number] | undefined =>
	images.find((image) => image.use === 'redraw');

function lookIssues(recipe: Recipe): Issue[] {
	const { renderer, palette, symmetry, pixels, images, layout } = recipe;
	const places = layout === 'auto' ? 1 : aimsOf(recipe).length;
	const drawn = renderer === 'strokes' || renderer === 'shapes';
	return [
		...(layout !== 'auto' && layout !== 'one' && !canStandApart(recipe)
			? [
					issue(
						'layout',
						"'auto' or 'one' where strokes do not draw, are repeated by symmetry or redraw a picture",
						`'${layout}'`,
					),
				]
			: []),
		...(places > mostThings
			? [issue('layout', `at most ${mostThings} things apart`, `${places}`, "use 'one' or fewer prompts")]
			: []),
		...(palette && palette.colors.length + palette.learned === 0
			? [issue('palette', 'colours, or a number of learned ones', 'none', 'leave it out for any colours')]
			: []),
		...(palette && renderer === 'pixels' && !pixels.color
			? [issue('pixels.color', 'colour pixels with a palette', 'gray ones')]
			: []),
		...(symmetry.kind !== 'none' && !drawn
			? [issue('symmetry.kind', "'none' for this renderer", `'${symmetry.kind}'`, 'use strokes or shapes')]
			: []),
		...(symmetry.kind === 'tile' && (symmetry.order ?? 1) > 8
			? [issue('symmetry.order', 'at most 8 repeats', `${symmetry.order}`)]
			: []),
		...(renderer === 'pixels' && pixels.start === 'picture' && !redrawn({ images })
			? [issue('pixels.start', 'a picture to start from', 'none', 'give one to redraw (--image)')]
			: []),
	];
}

function imageIssues({ images }: Recipe): Issue[] {
	const redraws = images.flatMap(({ use }, i) => (use === 'redraw' ? [i] : []));
	return [
		...redraws
			.slice(1)
			.map((i) => issue(`images.${i}.use`, 'one picture to redraw', 'another', "make it a 'prompt' or leave it out")),
		...redraws
			.filter((i) => images[i]!.weight < 0)
			.map((i) => issue(`images.${i}.weight`, 'a number from 0 to 10 for a picture to redraw', `${images[i]!.weight}`)),
	];
}
