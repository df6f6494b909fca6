/** @file Fields of a recipe under construction, by their dotted paths: 'strokes.paths', 'prompts.0.weight'. */

import { AtelierError } from '../errors.js';
import { nearest, suggestion } from '../nearest.js';
import { type JsonNode, jsonSchema, nodeAt } from '../validation.js';
import { isObject } from './plain-data.js';
import { recipeSchema } from './schema.js';

/** A recipe under construction, as plain JSON. */
export type Draft = Record<string, unknown>;

const keysOf = (path: string): (string | number)[] =>
	path.split('.').map((key) => (/^\d{1,4}$/.test(key) ? Number(key) : key));

/** What the schema says of a field of a draft. @throws AtelierError E_RECIPE for a field that recipes do not have, with the nearest that they do */
export function fieldNode(path: string, draft: Draft = {}): JsonNode {
	const root = jsonSchema(recipeSchema);
	const keys = keysOf(path);
	for (let i = 1; i <= keys.length; i++) {
		if (nodeAt(root, keys.slice(0, i), draft)) continue;
		const written = path.split('.').slice(0, i);
		const outer = nodeAt(root, keys.slice(0, i - 1), draft)!;
		throw new AtelierError(
			'E_RECIPE',
			`unknown recipe key '${written.join('.')}'${wholeHint(path, i - 1) ?? insideHint(written, outer)}`,
		);
	}
	return nodeAt(root, keys, draft)!;
}

/** The path as it was meant, when only its first key is unknown and the rest leads on inside the nearest known one. */
function wholeHint(path: string, at: number): string | undefined {
	const root = jsonSchema(recipeSchema);
	const [first, ...rest] = path.split('.');
	const near = at === 0 && rest.length > 0 && nearest(first!, Object.keys(root.properties ?? {}));
	if (!near) return undefined;
	const meant = [near, ...rest].join('.');
	return nodeAt(root, keysOf(meant)) && `; did you mean '${meant}'?`;
}

/** What there is instead of an unknown key inside an object or list. */
function insideHint(written: readonly string[], outer: JsonNode): string {
	const before = written.slice(0, -1).join('.');
	const known = Object.keys(outer.properties ?? {});
	if (known.length > 0)
		return suggestion(written.at(-1)!, known, (name) => (before ? `'${before}.${name}'` : `'${name}'`));
	if (![outer, ...(outer.anyOf ?? [])].some(({ type }) => type === 'array')) return `; '${before}' has no keys inside`;
	const { prefixItems } = outer;
	return `; '${before}' is a list, its entries are numbered from 0${prefixItems ? ` to ${prefixItems.length - 1}` : ''}`;
}

/** Put a value into a draft, in place of what is there. @throws AtelierError E_RECIPE as {@link fieldNode} */
export function setField(draft: Draft, path: string, value: unknown): void {
	const [target, key] = placeOf(draft, path);
	target[key] = value;
}

/** Lay a value over what a draft has there, as {@link merged} does. @throws AtelierError E_RECIPE as {@link fieldNode} */
export function mergeField(draft: Draft, path: string, value: unknown): void {
	const [target, key] = placeOf(draft, path);
	target[key] = merged(target[key], value);
}

/** Values inside one another as settings: `strokes.paths=3`, as {@link readValue} reads them. Lists stay whole. */
export function settingsOf(value: unknown, path = ''): string[] {
	if (isObject(value))
		return Object.entries(value).flatMap(([key, inner]) => settingsOf(inner, path ? `${path}.${key}` : key));
	return [`${path}=${typeof value === 'string' ? value : JSON.stringify(value)}`];
}

/** Leave a field of a draft out, so that it has its default. @throws AtelierError E_RECIPE as {@link fieldNode} */
export function dropField(draft: Draft, path: string): void {
	const [target, key] = placeOf(draft, path);
	delete target[key];
}

/** The object of a draft that holds a field, and its key there. Objects and lists on the way are copied, for a draft may share them. */
function placeOf(draft: Draft, path: string): [target: Draft, key: string | number] {
	const keys = keysOf(path);
	const [list] = keys;
	// Prompts may have been written in short.
	if (keys.length > 1 && (list === 'prompts' || list === 'negative')) {
		const read = recipeSchema.shape[list].safeParse(draft[list]);
		if (read.success) draft[list] = read.data;
	}
	fieldNode(path, draft);
	let target = draft;
	for (const [i, key] of keys.slice(0, -1).entries()) {
		const inner = target[key];
		const empty = typeof keys[i + 1] === 'number' ? [] : {};
		const next = Array.isArray(inner) ? [...inner] : isObject(inner) ? { ...inner } : empty;
		target[key] = next;
		target = next as Draft;
	}
	return [target, keys.at(-1)!];
}

/** Objects inside one another are merged; of everything else the upper one is taken. */
export function merged(lower: unknown, upper: unknown): unknown {
	if (upper === undefined) return lower;
	if (!isObject(lower) || !isObject(upper)) return upper;
	const keys = new Set([...Object.keys(lower), ...Object.keys(upper)]);
	return Object.fromEntries([...keys].map((key) => [key, merged(lower[key], upper[key])]));
}

/** A value as people write it: JSON where it is JSON, else the text itself. */
export function readValue(text: string): unknown {
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return text;
	}
}
