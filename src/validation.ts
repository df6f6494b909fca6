/**
 * @file What is wrong with an object that a zod schema refuses, in plain sentences: where, what was expected, what was got,
 * and the name that was probably meant. The expectations come from the schema itself, by way of its JSON Schema.
 */

import { z } from 'zod';
import { AtelierError, type ErrorCode } from './errors.js';
import { nearest } from './nearest.js';

/** One thing that is wrong. */
export interface Issue {
	/** Where, as a dotted path: 'prompts.0.weight'; empty for the whole. */
	readonly path: string;
	/** The whole sentence. */
	readonly message: string;
	readonly expected: string;
	readonly got: string;
	/** The key (as path) or the choice that was probably meant. */
	readonly suggestion?: string;
}

/** The parts of a JSON Schema that expectations and settings are read from. */
export interface JsonNode {
	readonly type?: string;
	readonly description?: string;
	readonly default?: unknown;
	/** Not a JSON Schema keyword: the unit of a number, for people. */
	readonly unit?: string;
	readonly const?: unknown;
	readonly enum?: readonly unknown[];
	readonly anyOf?: readonly JsonNode[];
	/** Alternatives that a key of fixed values tells apart. */
	readonly oneOf?: readonly JsonNode[];
	readonly properties?: Readonly<Record<string, JsonNode>>;
	readonly required?: readonly string[];
	readonly items?: JsonNode | false;
	readonly prefixItems?: readonly JsonNode[];
	readonly minimum?: number;
	readonly maximum?: number;
	readonly exclusiveMinimum?: number;
	readonly pattern?: string;
	/** Values as they may look, where a pattern says less to people. */
	readonly examples?: readonly unknown[];
	readonly minLength?: number;
	readonly maxLength?: number;
	readonly minItems?: number;
	readonly maxItems?: number;
}

const nodes = new WeakMap<z.ZodType, JsonNode>();

/** The JSON Schema of what a zod schema takes (defaults may be left out). */
export function jsonSchema(schema: z.ZodType): JsonNode {
	let node = nodes.get(schema);
	if (!node) {
		node = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as JsonNode;
		nodes.set(schema, node);
	}
	return node;
}

/** Check an object. Either it is good, with its defaults filled in, or every issue is listed. */
export function validate<S extends z.ZodType>(
	schema: S,
	input: unknown,
): { readonly value: z.output<S>; readonly issues: readonly [] } | { readonly issues: readonly Issue[] } {
	const result = schema.safeParse(input);
	if (result.success) return { value: result.data, issues: [] };
	return { issues: result.error.issues.flatMap((issue) => issuesOf(issue, [], jsonSchema(schema), input)) };
}

/** The checked object with its defaults. @throws AtelierError of this code: `<what>: <the first issue>` */
export function validated<S extends z.ZodType>(schema: S, input: unknown, code: ErrorCode, what: string): z.output<S> {
	const checked = validate(schema, input);
	if ('value' in checked) return checked.value;
	throw new AtelierError(code, `${what}: ${summary(checked.issues)}`);
}

/** An issue by its parts. */
export function issue(path: string, expected: string, got: string, advice = ''): Issue {
	return {
		path,
		expected,
		got,
		message: `${path && `'${path}': `}expected ${expected}, got ${got}${advice && `; ${advice}`}`,
	};
}

/** The first issue, and how many there are. */
export function summary(issues: readonly Issue[]): string {
	return `${issues[0]!.message}${issues.length > 1 ? ` (the first of ${issues.length} problems)` : ''}`;
}

/** All issues in one line, numbered if there are several. */
export function allOf(issues: readonly Issue[]): string {
	if (issues.length === 1) return issues[0]!.message;
	return `${issues.length} problems: ${issues.map(({ message }, i) => `(${i + 1}) ${message}`).join('; ')}`;
}

type Path = readonly PropertyKey[];
const dotted = (path: Path): string => path.map(String).join('.');

function issuesOf(found: z.core.$ZodIssue, base: Path, root: JsonNode, input: unknown): Issue[] {
	const path = [...base, ...found.path];
	const node = nodeAt(root, path, input);
	const got = shortly(valueAt(input, path));
	switch (found.code) {
		case 'unrecognized_keys':
			return found.keys.map((key) => unknownKey([...path, key], node && alternative(node, valueAt(input, path)), root));
		case 'invalid_union': {
			// The branch of the right kind says best what is wrong; where there is none, any would do.
			const meant = found.errors.find((errors) =>
				errors.every(({ path, code }) => path.length > 0 || code !== 'invalid_type'),
			);
			if (meant) return meant.flatMap((inner) => issuesOf(inner, path, root, input));
			return [issue(dotted(path), expectation(node), got)];
		}
		case 'custom':
			return [{ ...issue(dotted(path), expectation(node), got), message: `${at(path)}${found.message}` }];
		default:
			return [withNearest(issue(dotted(path), expectation(node), got), node, valueAt(input, path))];
	}
}

/** With the choice that was probably meant, where there are choices. */
function withNearest(found: Issue, node: JsonNode | undefined, value: unknown): Issue {
	const names = (node?.enum ?? []).filter((name) => typeof name === 'string');
	const near = typeof value === 'string' && value.length < 100 ? nearest(value, names) : undefined;
	return near === undefined
		? found
		: { ...found, message: `${found.message}; did you mean '${near}'?`, suggestion: near };
}

const at = (path: Path): string => (path.length > 0 ? `'${dotted(path)}': ` : '');

function unknownKey(path: Path, node: JsonNode | undefined, root: JsonNode): Issue {
	const key = String(path.at(-1));
	const before = path.slice(0, -1);
	const known = Object.keys(node?.properties ?? {});
	const near = nearest(key, known);
	const suggestion = near ? dotted([...before, near]) : elsewhere(key, root);
	const hint = suggestion
		? `; did you mean '${suggestion}'?`
		: known.length <= 20
			? `; known: ${known.join(', ')}`
			: '';
	return {
		path: dotted(path),
		expected: known.length > 0 ? `one of the keys ${known.join(', ')}` : 'no keys',
		got: `'${key}'`,
		message: `unknown key '${dotted(path)}'${hint}`,
		...(suggestion && { suggestion }),
	};
}

/** A key that exists, but inside another object: 'paths' is 'strokes.paths'. */
function elsewhere(key: string, root: JsonNode): string | undefined {
	for (const [outer, node] of Object.entries(root.properties ?? {}))
		if (Object.hasOwn(node.properties ?? {}, key)) return `${outer}.${key}`;
	return undefined;
}

/** The schema of a place; of alternatives, the one that fits what is there. */
export function nodeAt(root: JsonNode, path: Path, input?: unknown): JsonNode | undefined {
	let node: JsonNode | undefined = root;
	let value = input;
	for (const key of path) {
		node = node && alternative(node, value);
		if (typeof key === 'number') node = node?.prefixItems?.[key] ?? (node?.items || undefined);
		else node = Object.hasOwn(node?.properties ?? {}, key) ? node?.properties?.[String(key)] : undefined;
		value = valueAt(value, [key]);
	}
	return node;
}

function alternative(node: JsonNode, value: unknown): JsonNode {
	if (node.oneOf) return node.oneOf.find((n) => isOfKind(n, value)) ?? anyKind(node.oneOf);
	if (!node.anyOf) return node;
	const type = Array.isArray(value) ? 'array' : typeof value;
	return node.anyOf.find((n) => n.type === type) ?? node.anyOf.find((n) => n.properties) ?? node;
}

/** Whether the keys of fixed values are those of an alternative; what may be left out may be missing. */
function isOfKind({ properties = {}, required = [] }: JsonNode, value: unknown): boolean {
	return Object.entries(properties).every(([key, node]) => {
		const own = valueAt(value, [key]);
		return node.const === undefined || own === node.const || (own === undefined && !required.includes(key));
	});
}

/** All keys of several alternatives, each with what any of them takes. */
function anyKind(nodes: readonly JsonNode[]): JsonNode {
	const keys = [...new Set(nodes.flatMap((node) => Object.keys(node.properties ?? {})))];
	return {
		properties: Object.fromEntries(
			keys.map((key) => [key, { anyOf: nodes.flatMap((node) => node.properties?.[key] ?? []) }]),
		),
	};
}

/** What is at a place, by own keys only; undefined where there is nothing. */
export function valueAt(value: unknown, path: Path): unknown {
	let v = value;
	for (const key of path)
		v =
			typeof v === 'object' && v !== null && Object.hasOwn(v, key)
				? (v as Record<PropertyKey, unknown>)[key]
				: undefined;
	return v;
}

/** What a schema takes, in words: `a whole number from 1 to 10000`. */
function expectation(node: JsonNode | undefined): string {
	if (!node) return 'something else';
	if (node.anyOf) return [...new Set(node.anyOf.map(expectation))].join(' or ');
	if ('const' in node) return shortly(node.const);
	if (node.enum) return listed(node.enum.map(shortly));
	switch (node.type) {
		case 'integer':
			return `a whole number${range(node)}`;
		case 'number':
			return `a number${range(node)}`;
		case 'boolean':
			return 'true or false';
		case 'string':
			return `text${span(node.minLength, node.maxLength, 'characters')}${form(node)}`;
		case 'array': {
			if (node.prefixItems) {
				const each = [...new Set(node.prefixItems.map(expectation))];
				return `a list of ${node.prefixItems.length}${each.length === 1 ? `, each ${each[0]}` : `: ${each.join(', ')}`}`;
			}
			return `a list${span(node.minItems, node.maxItems, 'entries')}`;
		}
		case 'object':
			return 'an object';
		case 'null':
			return 'null';
		default:
			return 'something else';
	}
}

function range({ minimum, maximum, exclusiveMinimum }: JsonNode): string {
	const given = (n: number | undefined) => n !== undefined && Math.abs(n) < Number.MAX_SAFE_INTEGER;
	const most = given(maximum) ? maximum : undefined;
	if (exclusiveMinimum !== undefined)
		return ` above ${exclusiveMinimum}${most === undefined ? '' : ` and at most ${most}`}`;
	if (given(minimum)) return most === undefined ? ` from ${minimum}` : ` from ${minimum} to ${most}`;
	return most === undefined ? '' : ` up to ${most}`;
}

function span(least: number | undefined, most: number | undefined, what: string): string {
	if (least !== undefined && least === most) return ` of ${least} ${what}`;
	if (most !== undefined) return least ? ` of ${least} to ${most} ${what}` : ` of at most ${most} ${what}`;
	return least ? ` of at least ${least} ${what}` : '';
}

/** What a text must look like. */
function form({ pattern, examples }: JsonNode): string {
	if (examples) return ` such as ${listed(examples.map(shortly))}`;
	return pattern === undefined ? '' : ` that matches ${pattern}`;
}

function listed(names: readonly string[]): string {
	return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

/** A value for an error message: short whatever it is. */
export function shortly(value: unknown): string {
	if (value === undefined) return 'nothing';
	if (typeof value === 'string') return `'${excerpt(value)}'`;
	if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
	if (typeof value === 'object' && value !== null) return 'an object';
	return typeof value === 'function' || typeof value === 'symbol' ? `a ${typeof value}` : String(value);
}

/** The beginning of a text that is long. */
export const excerpt = (text: string): string => (text.length > 60 ? `${text.slice(0, 57)}...` : text);
