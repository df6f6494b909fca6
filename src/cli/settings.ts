/** @file Keys of the recipe on the command line: `--set key=value` for any of them, and what the schema says of one. */

import { AtelierError } from '../errors.js';
import { suggestion } from '../nearest.js';
import { recipeSchema } from '../recipe/schema.js';
import { type JsonNode, jsonSchema, nodeAt } from '../validation.js';

/** A recipe under construction, as plain JSON. */
export type Draft = Record<string, unknown>;

/** What the schema says of a key: `field('strokes', 'paths')`. */
export const field = (...path: readonly (string | number)[]): JsonNode => nodeAt(jsonSchema(recipeSchema), path)!;

/** Least and most of a number of the recipe. */
export function rangeOf(...path: readonly (string | number)[]): [number, number] {
	const { minimum, maximum } = field(...path);
	return [minimum!, maximum!];
}

/**
 * Put one setting into a draft, in place.
 *
 * @throws AtelierError E_ARGUMENT for a key that recipes do not have, with the nearest that they do
 */
export function applySetting(draft: Draft, setting: string): void {
	const at = setting.indexOf('=');
	if (at < 1) throw new AtelierError('E_ARGUMENT', `expected --set key=value, got '${setting}'`);
	const path = setting.slice(0, at).trim();
	let { properties } = jsonSchema(recipeSchema);
	let target = draft;
	const keys = path.split('.');
	for (const [i, key] of keys.entries()) {
		const before = keys
			.slice(0, i)
			.map((k) => `${k}.`)
			.join('');
		if (!properties)
			throw new AtelierError(
				'E_ARGUMENT',
				`expected --set ${keys.slice(0, i).join('.')}=..., got '${path}'; it has no keys inside`,
			);
		if (!Object.hasOwn(properties, key))
			throw new AtelierError(
				'E_ARGUMENT',
				`unknown recipe key '${before}${key}'${suggestion(key, Object.keys(properties), (n) => `'${before}${n}'`)}`,
			);
		properties = properties[key]!.properties;
		if (i === keys.length - 1) {
			target[key] = parseValue(setting.slice(at + 1));
			return;
		}
		const inner = target[key];
		const next: Draft = typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? { ...inner } : {};
		target[key] = next;
		target = next;
	}
}

function parseValue(text: string): unknown {
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return text;
	}
}
