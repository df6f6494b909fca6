/** @file From the JSON schema of recipes to the fields of a form: what kind of control, which range, which words. */

import type { JsonNode } from './json-node.js';

export type FieldKind = 'number' | 'choice' | 'switch' | 'color' | 'pair' | 'text';

/** One control. */
export interface Field {
	/** Its place in the recipe. */
	readonly path: readonly string[];
	readonly kind: FieldKind;
	readonly label: string;
	readonly description: string;
	readonly unit?: string;
	readonly default: unknown;
	readonly optional: boolean;
	readonly whole: boolean;
	readonly minimum?: number;
	readonly maximum?: number;
	readonly options: readonly string[];
	readonly advanced: boolean;
}

/** What most people change; all else is folded. */
const basic = new Set([
	'strokes.paths',
	'strokes.segments',
	'strokes.brush',
	'strokes.style',
	'strokes.color',
	'strokes.background',
	'shapes.count',
	'shapes.kind',
	'shapes.brush',
	'shapes.outline',
	'shapes.background',
	'tiles.columns',
	'tiles.kind',
	'tiles.gap',
	'tiles.background',
	'pixels.parameterisation',
	'pixels.color',
	'pixels.tv',
	'symmetry.kind',
	'symmetry.order',
	'steps',
	'candidates',
]);

/** `opacityPenalty` -> `Opacity penalty`. */
export function humanName(name: string): string {
	const words = name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
	return (words[0]!.toUpperCase() + words.slice(1)).replace(/\bcolor/i, (c) => (c[0] === 'C' ? 'Colour' : 'colour'));
}

/** Where the name in the schema says too little. */
const labels: Readonly<Record<string, string>> = {
	'strokes.paths': 'Strokes',
	'strokes.color': 'Ink',
	'strokes.background': 'Ground',
	'shapes.count': 'Shapes',
	'shapes.background': 'Ground',
	'tiles.background': 'Ground',
	'pixels.parameterisation': 'Painted as',
	'pixels.color': 'Colour',
	'pixels.tv': 'Smoothness',
	'tiles.tv': 'Smoothness',
	'symmetry.kind': 'Symmetry',
	'symmetry.order': 'Repeats',
};

function kindOf(node: JsonNode): FieldKind | undefined {
	if (node.enum) return 'choice';
	if (node.type === 'boolean') return 'switch';
	if (node.type === 'number' || node.type === 'integer') return 'const' in node ? undefined : 'number';
	if (node.type === 'string') return 'text';
	if (node.type === 'array' && node.prefixItems?.length === 3) return 'color';
	if (node.type === 'array' && node.prefixItems?.length === 2) return 'pair';
	return undefined;
}

/** The fields of an object's properties; those that no control fits (lists, objects) are left out. */
export function fieldsOf(schema: JsonNode, path: readonly string[] = [], only?: readonly string[]): Field[] {
	const required = new Set(schema.required ?? []);
	return Object.entries(schema.properties ?? {})
		.filter(([name]) => !only || only.includes(name))
		.flatMap(([name, node]) => {
			const kind = kindOf(node);
			if (!kind) return [];
			const range = node.prefixItems?.[0] ?? node;
			const here = [...path, name];
			return [
				{
					path: here,
					kind,
					label: labels[here.join('.')] ?? humanName(name),
					description: node.description ?? '',
					...(node.unit !== undefined && { unit: node.unit }),
					default: node.default,
					optional: node.default === undefined && !required.has(name),
					whole: range.type === 'integer',
					...(range.minimum !== undefined && { minimum: range.minimum }),
					...(range.exclusiveMinimum !== undefined && { minimum: range.exclusiveMinimum }),
					...(range.maximum !== undefined && { maximum: range.maximum }),
					options: (node.enum ?? []).map(String),
					advanced: !basic.has(here.join('.')),
				},
			];
		});
}

/** A slider runs over the square root of large ranges, so that small numbers are within reach. */
export function sliderOf(field: Field, most?: number): { toSlider(v: number): number; fromSlider(p: number): number } {
	const min = field.minimum ?? 0;
	const max = Math.max(min, Math.min(field.maximum ?? 100, most ?? Infinity));
	const span = max - min || 1;
	const power = span > 60 ? 3 : 1;
	const decimals = field.whole ? 0 : span <= 1 ? 3 : 2;
	return {
		toSlider: (v) => Math.min(1, Math.max(0, (v - min) / span)) ** (1 / power),
		fromSlider: (p) => Number((min + span * p ** power).toFixed(decimals)),
	};
}

/** What stands at a path of a recipe. */
export function valueAt(recipe: unknown, path: readonly string[]): unknown {
	return path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], recipe);
}

/** A recipe with another value at a path; undefined takes it out, so that the default holds. */
export function withValue(
	recipe: Readonly<Record<string, unknown>>,
	[key, ...rest]: readonly string[],
	value: unknown,
): Record<string, unknown> {
	const next = { ...recipe };
	const inner = rest.length > 0 ? withValue((recipe[key!] ?? {}) as Record<string, unknown>, rest, value) : value;
	if (inner === undefined || (rest.length > 0 && Object.keys(inner as object).length === 0)) delete next[key!];
	else next[key!] = inner;
	return next;
}

/** `#rrggbb` of three numbers in [0, 1], and back. */
export const hexOf = (rgb: readonly number[]): string =>
	`#${rgb
		.map((v) =>
			Math.round(Math.min(1, Math.max(0, v)) * 255)
				.toString(16)
				.padStart(2, '0'),
		)
		.join('')}`;
export const rgbOf = (hex: string): [r: number, g: number, b: number] =>
	[1, 3, 5].map((at) => Math.round((Number.parseInt(hex.slice(at, at + 2), 16) / 255) * 1000) / 1000) as [
		number,
		number,
		number,
	];
