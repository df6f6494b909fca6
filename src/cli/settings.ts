/** @file Keys of the recipe on the command line: `--set key=value` for any of them, and what the schema says of one. */

import { AtelierError } from '../errors.js';
import { type Draft, readValue, setField } from '../recipe/field.js';
import { recipeSchema } from '../recipe/schema.js';
import { type JsonNode, jsonSchema, nodeAt } from '../validation.js';

/** What the schema says of a key: `field('strokes', 'paths')`. */
export const field = (...path: readonly (string | number)[]): JsonNode => nodeAt(jsonSchema(recipeSchema), path)!;

/** Least and most of a number of the recipe. */
export function rangeOf(...path: readonly (string | number)[]): [number, number] {
	const { minimum, maximum } = field(...path);
	return [minimum!, maximum!];
}

/**
 * Put one setting `key=value` into a draft, in place.
 *
 * @param put in place of what is there, or `mergeField` over it
 * @throws AtelierError E_ARGUMENT for a key that recipes do not have, with the nearest that they do
 */
export function applySetting(draft: Draft, setting: string, put: typeof setField = setField): void {
	const at = setting.indexOf('=');
	if (at < 1) throw new AtelierError('E_ARGUMENT', `expected --set key=value, got '${setting}'`);
	try {
		put(draft, setting.slice(0, at).trim(), readValue(setting.slice(at + 1)));
	} catch (cause) {
		if (!(cause instanceof AtelierError)) throw cause;
		throw new AtelierError('E_ARGUMENT', cause.message, { cause });
	}
}

/** Whether settings `key=value` say something of a key of the recipe, or inside it. */
export const isSet = (settings: readonly string[], key: string): boolean =>
	settings.some((setting) => setting.slice(0, setting.indexOf('=')).trim().split('.')[0] === key);
