/** @file Axes of a batch: which values a field goes through, and what to call them. */

import { resolve } from 'node:path';
import { AtelierError } from '../errors.js';
import { naming } from '../files.js';
import { type Draft, dropField, fieldNode, mergeField, readValue } from '../recipe/field.js';
import { isObject } from '../recipe/plain-data.js';
import { onPreset } from '../recipe/preset.js';
import { findPreset } from '../recipe/presets.js';
import type { RecipeInput } from '../recipe/schema.js';
import { shortly } from '../validation.js';
import { mostCells } from './document.js';
import { expandNumbers } from './ranges.js';

/** One value of an axis. */
export interface AxisValue {
	/** For sheets and tables. */
	readonly label: string;
	/** Put it into a draft. @throws AtelierError E_RECIPE */
	apply(draft: Draft): void;
}

/** A field, or preset or words to replace, and the values that it goes through. */
export interface Axis {
	readonly name: string;
	readonly values: readonly AxisValue[];
}

/** Other names of fields. */
const aliases: Readonly<Record<string, string>> = { prompt: 'prompts', seeds: 'seed', preset: 'presets' };

/** In which order values are applied: words are replaced in prompts that are there, and a preset is laid under all that is said. */
const rank = (name: string): number => ({ prompts: 1, negative: 1, replace: 2, presets: 4 })[name] ?? 3;

/** The order in which the fields of a cell are put into its draft. */
export const inOrder = <T extends { readonly name: string }>(fields: readonly T[]): T[] =>
	[...fields].sort((a, b) => rank(a.name) - rank(b.name));

/**
 * Read an axis.
 *
 * @param base that the fields are looked up in: `prompts.0.weight` needs a prompt
 * @param folder that presets are looked for in
 * @throws AtelierError E_RECIPE
 */
export function readAxis(written: string, values: unknown, base: Draft, folder: string): Axis {
	const name = Object.hasOwn(aliases, written) ? aliases[written]! : written;
	const where = `axis '${written}'`;
	const read = naming(where, () => readValues(name, values, base, folder));
	if (read.length === 0) throw new AtelierError('E_RECIPE', `${where}: expected at least one value, got none`);
	const seen = new Set<string>();
	return { name, values: read.filter(({ label }) => !seen.has(label) && seen.add(label)) };
}

/** A field of a row: an axis of one value. Texts of fields that are no text are read as JSON, as tables have only texts. */
export function readField(written: string, value: unknown, base: Draft, folder: string): Axis {
	const name = Object.hasOwn(aliases, written) ? aliases[written]! : written;
	if (name === 'presets') return { name, values: [preset(value, folder)] };
	if (name === 'replace') throw new AtelierError('E_RECIPE', `expected fields of the recipe in rows, got 'replace'`);
	const known = name.includes('.') ? undefined : fieldNode(name, base);
	const isText = name === 'prompts' || name === 'negative' || known?.type === 'string';
	return { name, values: [fieldValue(name, typeof value === 'string' && !isText ? readValue(value) : value)] };
}

function readValues(name: string, values: unknown, base: Draft, folder: string): AxisValue[] {
	const list = Array.isArray(values) ? (values as unknown[]) : [values];
	if (name === 'presets') return list.map((value) => preset(value, folder));
	if (name === 'replace') return replacements(list);
	const draft = structuredClone(base);
	// So that the field of a list's entry is found.
	mergeField(draft, name, undefined);
	const node = fieldNode(name, draft);
	if (node.type === 'integer' || node.type === 'number') {
		const whole = node.type === 'integer';
		return list
			.flatMap((value) => (typeof value === 'string' ? expandNumbers(value, whole, mostCells) : [value]))
			.map((value) => fieldValue(name, value));
	}
	// A list that is one value: of size, say.
	if (node.type === 'array' && !list.every((value) => value === null || Array.isArray(value)))
		return [fieldValue(name, list)];
	const read = list.map((value) => fieldValue(name, value));
	if (name !== 'images') return read;
	const whole = list.map((value) => labelOf(value ?? []));
	if (new Set(read.map(({ label }) => label)).size === new Set(whole).size) return read;
	// Names of files are not enough to tell these apart.
	return read.map(({ apply }, i) => ({ label: whole[i]!, apply }));
}

/** Null is none: the field is as if nobody had said anything of it. */
const fieldValue = (name: string, value: unknown): AxisValue => ({
	label: name === 'images' ? picturesLabel(value) : value === null ? 'default' : labelOf(value),
	apply(draft) {
		if (value === null) dropField(draft, name);
		else mergeField(draft, name, isPromptObject(name, value) ? [value] : structuredClone(value));
	},
});

/** Pictures by the names of their files, and what else is said of them but what they are for. */
function picturesLabel(value: unknown): string {
	if (value === null || (Array.isArray(value) && value.length === 0)) return 'no picture';
	if (!Array.isArray(value)) return labelOf(value);
	return value
		.map((image: unknown) => {
			if (!isObject(image) || typeof image.path !== 'string') return labelOf(image);
			const { path: _, use: __, ...rest } = image;
			return [image.path.split(/[\\/]/).at(-1), labelOf(rest)].filter(Boolean).join(', ');
		})
		.join(' | ');
}

const isPromptObject = (name: string, value: unknown): boolean =>
	(name === 'prompts' || name === 'negative') && isObject(value);

/** Null is no preset; files lie beside the batch. */
function preset(name: unknown, folder: string): AxisValue {
	if (name === null) return { label: 'no preset', apply: () => {} };
	if (typeof name !== 'string' || name.trim() === '')
		throw new AtelierError('E_RECIPE', `expected the name or file of a preset, got ${shortly(name)}`);
	const beside = resolve(folder, name);
	const found = findPreset(/[\\/]|\.json$/i.test(name) ? beside : name);
	return {
		label: found.preset.title,
		apply(draft) {
			Object.assign(draft, onPreset(found.preset, found.name, draft as RecipeInput));
		},
	};
}

/** The first text is looked for in the prompts, and stands for itself; the others take its place in turn. */
function replacements(list: readonly unknown[]): AxisValue[] {
	const texts = list.map((text) => {
		if (typeof text === 'string' && text !== '') return text;
		throw new AtelierError(
			'E_RECIPE',
			`expected words to look for and words to put in their place, got ${shortly(text)}`,
		);
	});
	const [wanted] = texts as [string];
	return texts.map((text) => ({
		label: text,
		apply(draft) {
			const replaced = replaceIn(draft.prompts, wanted, text);
			if (!JSON.stringify(draft.prompts ?? null).includes(JSON.stringify(wanted).slice(1, -1)))
				throw new AtelierError('E_RECIPE', `expected '${wanted}' in the prompts, to be replaced, got none`);
			draft.prompts = replaced;
		},
	}));
}

/** Every text inside a value with one part of it replaced by another. */
function replaceIn(value: unknown, wanted: string, text: string): unknown {
	if (typeof value === 'string') return value.replaceAll(wanted, () => text);
	if (Array.isArray(value)) return value.map((inner) => replaceIn(inner, wanted, text));
	if (!isObject(value)) return value;
	return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, replaceIn(inner, wanted, text)]));
}

/** A value in few words. */
function labelOf(value: unknown): string {
	if (typeof value === 'string') return value;
	if (Array.isArray(value)) return value.map(labelOf).join(value.every((v) => typeof v === 'number') ? 'x' : ' | ');
	if (!isObject(value)) return String(value);
	return Object.entries(value)
		.map(([key, inner]) => `${key} ${labelOf(inner)}`)
		.join(', ');
}
