/** @file Any recipe that the schema allows, for property tests: an arbitrary derived from the schema itself, so that new keys are tried too. */

import fc from 'fast-check';
import { z } from 'zod';
import { parseRecipe, type Recipe, type RecipeInput, recipeSchema } from '../../src/recipe/schema.js';

/** The parts of JSON Schema that zod writes for recipes. */
interface JsonSchema {
	readonly type?: string;
	readonly const?: unknown;
	readonly enum?: readonly unknown[];
	readonly anyOf?: readonly JsonSchema[];
	readonly oneOf?: readonly JsonSchema[];
	readonly properties?: Readonly<Record<string, JsonSchema>>;
	readonly required?: readonly string[];
	readonly additionalProperties?: boolean | JsonSchema;
	readonly items?: false | JsonSchema;
	readonly prefixItems?: readonly JsonSchema[];
	readonly minItems?: number;
	readonly maxItems?: number;
	readonly minLength?: number;
	readonly maxLength?: number;
	readonly pattern?: string;
	readonly minimum?: number;
	readonly maximum?: number;
	readonly exclusiveMinimum?: number;
	readonly exclusiveMaximum?: number;
}

/** Strings of everything: words, markup, control characters, other planes, halves of surrogate pairs. */
const unit = fc.oneof(
	{ weight: 6, arbitrary: fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 1 }) },
	{ weight: 2, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }) },
	{
		weight: 2,
		arbitrary: fc.constantFrom('"', '\\', '<', '&', ']]>', '\n', '\0', '\u001b[31m', ':', ',', '/', '..', ' '),
	},
	{ weight: 1, arbitrary: fc.integer({ min: 0, max: 0xffff }).map((c) => String.fromCharCode(c)) },
);

function arbitraryOf(schema: JsonSchema): fc.Arbitrary<unknown> {
	if ('const' in schema) return fc.constant(schema.const);
	if (schema.enum) return fc.constantFrom(...schema.enum);
	const options = schema.anyOf ?? schema.oneOf;
	if (options) return fc.oneof(...options.map(arbitraryOf));
	const { minimum, exclusiveMinimum, maximum, exclusiveMaximum } = schema;
	switch (schema.type) {
		case 'null':
			return fc.constant(null);
		case 'boolean':
			return fc.boolean();
		case 'integer':
			return fc.integer({
				min: minimum ?? (exclusiveMinimum ?? -(2 ** 31)) + 1,
				max: maximum ?? (exclusiveMaximum ?? 2 ** 31) - 1,
			});
		case 'number':
			return fc
				.double({
					noNaN: true,
					min: minimum ?? exclusiveMinimum ?? -1e9,
					minExcluded: exclusiveMinimum !== undefined,
					max: maximum ?? exclusiveMaximum ?? 1e9,
					maxExcluded: exclusiveMaximum !== undefined,
				})
				.map((x) => x + 0); // JSON has no negative zero.
		case 'string':
			return schema.pattern
				? fc.stringMatching(new RegExp(schema.pattern))
				: fc.string({
						unit,
						minLength: schema.minLength ?? 0,
						maxLength: Math.min(schema.maxLength ?? 30, Math.max(30, schema.minLength ?? 0)),
					});
		case 'array':
			return schema.prefixItems
				? fc.tuple(...schema.prefixItems.map(arbitraryOf))
				: fc.array(arbitraryOf(schema.items as JsonSchema), {
						minLength: schema.minItems ?? 0,
						maxLength: Math.min(schema.maxItems ?? 4, 4),
					});
		case 'object': {
			const known = Object.entries(schema.properties ?? {}).map(([key, s]) => [key, arbitraryOf(s)] as const);
			if (known.length === 0 && typeof schema.additionalProperties === 'object')
				return fc.dictionary(fc.string({ unit, maxLength: 8 }), arbitraryOf(schema.additionalProperties), {
					maxKeys: 3,
				});
			return fc.record(Object.fromEntries(known), {
				requiredKeys: [...(schema.required ?? [])],
				noNullPrototype: true,
			});
		}
		default:
			throw new Error(`expected a kind of schema that arbitraries are known for, got ${JSON.stringify(schema)}`);
	}
}

function accepted(input: unknown): boolean {
	try {
		parseRecipe(input);
		return true;
	} catch {
		return false;
	}
}

/** A recipe as people write it, with any keys left out. */
export const recipeInputs: fc.Arbitrary<RecipeInput> = arbitraryOf(
	z.toJSONSchema(recipeSchema, { io: 'input' }) as JsonSchema,
).filter(accepted) as fc.Arbitrary<RecipeInput>;

/** A complete recipe. */
export const recipes: fc.Arbitrary<Recipe> = recipeInputs.map((input) => parseRecipe(input));
