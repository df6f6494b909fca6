/** @file `--set key=value`: any key of the recipe by its dotted path; values are JSON, or bare words. */

import { AtelierError } from '../errors.js';
import { suggestion } from '../nearest.js';
import { recipeSchema } from '../recipe/schema.js';

/** A recipe under construction, as plain JSON. */
export type Draft = Record<string, unknown>;

interface SchemaLike {
	readonly shape?: Readonly<Record<string, SchemaLike>>;
	readonly def?: { readonly innerType?: SchemaLike };
}

/** Keys of an object schema, whatever it is wrapped in (default, prefault, optional). */
function shapeOf(schema: SchemaLike | undefined): Readonly<Record<string, SchemaLike>> | undefined {
	let s = schema;
	while (s && !s.shape) s = s.def?.innerType;
	return s?.shape;
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
	let shape = shapeOf(recipeSchema as SchemaLike);
	let target = draft;
	const keys = path.split('.');
	for (const [i, key] of keys.entries()) {
		const before = keys
			.slice(0, i)
			.map((k) => `${k}.`)
			.join('');
		if (!shape)
			throw new AtelierError(
				'E_ARGUMENT',
				`expected --set ${keys.slice(0, i).join('.')}=..., got '${path}'; it has no keys inside`,
			);
		if (!Object.hasOwn(shape, key))
			throw new AtelierError(
				'E_ARGUMENT',
				`unknown recipe key '${before}${key}'${suggestion(key, Object.keys(shape), (n) => `'${before}${n}'`)}`,
			);
		shape = shapeOf(shape[key]);
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
