/** @file Presets: recipes worth sharing, one JSON file each. A preset's recipe says only what it cares about. Data, never code. */

import { z } from 'zod';
import { AtelierError } from '../errors.js';
import { parsePrompt, putWords, splitPrompts } from '../guidance/prompts.js';
import { type Issue, jsonSchema, summary, validate } from '../validation.js';
import { merged } from './field.js';
import { migrate, readVersioned, recipeVersion } from './migrate.js';
import { type RecipeInput, recipeSchema } from './schema.js';

export const presetSchema = z.strictObject({
	$schema: z.string().max(1000).optional().describe('Where the schema of presets is, for editors.'),
	version: z.literal(recipeVersion).default(recipeVersion).describe('Of the format of recipes.'),
	title: z.string().trim().min(1).max(100).describe('Its name, for people.'),
	description: z.string().max(1000).default('').describe('What it is good for.'),
	author: z.string().max(200).default('').describe('Who made it.'),
	licence: z.string().max(100).optional().describe('SPDX name of the licence of the preset.'),
	tags: z.array(z.string().trim().min(1).max(50)).max(20).default([]).describe('Words to find it by.'),
	prompt: z
		.string()
		.trim()
		.min(1)
		.max(1000)
		.optional()
		.describe('How words are put: `{prompt}` stands for them; without it they come first, then a comma.'),
	sample: z.string().trim().min(1).max(1000).optional().describe('Words that show what it does.'),
	recipe: recipeSchema.describe('What it sets; everything else is left as it is.'),
	thumbnail: z
		.string()
		.max(200)
		.regex(/^[\p{L}\p{N}][\p{L}\p{N}._-]*\.(?:png|jpe?g|webp|svg)$/iu)
		.optional()
		.describe('Picture beside the preset, by file name.'),
	measured: z
		.strictObject({
			score: z.number().min(-1).max(1).describe("The encoder's cosine with the first prompt at the end."),
			seconds: z.number().positive().meta({ unit: 's' }).describe('How long it took.'),
			steps: z.int().positive().optional().describe('How many steps it took.'),
			machine: z.string().max(200).describe('What it was measured on.'),
		})
		.optional()
		.describe('What a run of it came to.'),
});

/** A preset; its recipe has what the file says, without defaults. */
export type Preset = Omit<z.output<typeof presetSchema>, 'recipe'> & { readonly recipe: RecipeInput };

/** Check a preset, or say everything that is wrong with it. Never throws. */
export function checkPreset(
	input: unknown,
): { readonly preset: Preset; readonly issues: readonly [] } | { readonly issues: readonly Issue[] } {
	const outer = readVersioned(input, 'a preset');
	if ('issues' in outer) return outer;
	const { recipe, version: _, ...rest } = outer.fields;
	// One number says of which version both are.
	const inner = readVersioned({ version: outer.version, ...Object(recipe) }, 'a recipe');
	if ('issues' in inner) return inner;
	const { version: __, ...partial } = migrate(inner.fields, inner.version, true);
	const checked = validate(presetSchema, { ...rest, recipe: recipe === undefined ? undefined : partial });
	if (!('value' in checked)) return checked;
	return { preset: { ...checked.value, recipe: partial as RecipeInput }, issues: [] };
}

/** Check a preset; E_RECIPE says the first thing that is wrong, and how many there are. */
export function parsePreset(input: unknown): Preset {
	const checked = checkPreset(input);
	if ('preset' in checked) return checked.preset;
	throw new AtelierError('E_RECIPE', `preset: ${summary(checked.issues)}`);
}

/**
 * A recipe on top of a preset: what the recipe says goes before what the preset says. Wanted prompts are put in the preset's
 * words; where there are none, its sample is drawn. What the preset avoids is avoided besides what the recipe does.
 *
 * @param name for the record; a recipe that was made with the preset of this name has its words already
 */
export function onPreset(preset: Preset, name: string, recipe: RecipeInput): RecipeInput {
	const settings = merged(preset.recipe, recipe) as RecipeInput;
	if (recipe.preset === name) return settings;
	const put = (words: string, { weight = 1 }: PromptObject) => (weight > 0 ? putWords(preset, words) : words);
	const given = promptObjects(recipe.prompts ?? preset.recipe.prompts);
	const prompts = given.length > 0 || recipe.images?.length ? given : promptObjects(preset.sample);
	const negative = [preset.recipe.negative ?? [], recipe.negative ?? []].flat();
	return {
		...settings,
		...(prompts.length > 0 && {
			prompts: prompts.map((prompt) => ({
				...prompt,
				text: put(prompt.text, prompt),
				...(prompt.template !== undefined && { template: put(prompt.template, prompt) }),
			})),
		}),
		...(negative.length > 0 && { negative }),
		preset: name,
	};
}

/** Prompts in any of the ways of a recipe, as objects. */
function promptObjects(written: RecipeInput['prompts']): PromptObject[] {
	return [written ?? []]
		.flat()
		.flatMap((prompt): PromptObject[] =>
			typeof prompt === 'string' ? splitPrompts(prompt).map(parsePrompt) : [prompt],
		);
}

type PromptObject = Exclude<Exclude<RecipeInput['prompts'], string | undefined>[number], string>;

/** presets/preset.schema.json: the JSON Schema of preset files, as text. */
export const presetSchemaFile = (): string =>
	`${JSON.stringify({ title: 'Atelier preset', ...jsonSchema(presetSchema) }, undefined, '\t')}\n`;
