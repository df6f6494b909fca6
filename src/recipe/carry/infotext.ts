/**
 * @file The `parameters` text of A1111, which the readers of its pictures know: the prompt, `Negative prompt: ...`, and a
 * last line of `Key: value` pairs. A value with a comma, colon or line break is a JSON string; a last line of fewer than
 * three pairs belongs to the prompt.
 */

import { defaultNegativeWeight } from '../../guidance/prompts.js';
import type { Recipe, RecipePrompt } from '../schema.js';
import type { Carried } from './carried.js';

/** A parameters text, taken apart. */
export interface Infotext {
	readonly prompt: string;
	readonly negative: string;
	readonly parameters: ReadonlyMap<string, string>;
}

/** Prompts to approach. */
export const wanted = ({ prompts }: Recipe): RecipePrompt[] => prompts.filter((p) => p.weight >= 0);
/** Prompts to avoid, wherever they are written. */
export const avoided = ({ prompts, negative }: Recipe): RecipePrompt[] => [
	...prompts.filter((p) => p.weight < 0),
	...negative,
];

/** The parameters text of a picture of ours. */
export function writeInfotext({ recipe, encoder_hash, atelier, stopped_at }: Carried): string {
	// Composed as A1111 does it: `one AND another :0.5`.
	const prompt = wanted(recipe).map(({ text, weight }) =>
		weight === 1 ? oneLine(text) : `${oneLine(text)} :${weight}`,
	);
	const negative = avoided(recipe).map(({ text, weight }) =>
		weight === defaultNegativeWeight ? oneLine(text) : `(${oneLine(text)}:${-weight})`,
	);
	const pairs: [string, string | number | undefined][] = [
		['Steps', recipe.steps],
		['Seed', recipe.seed],
		['Size', recipe.size.join('x')],
		['Model hash', encoder_hash?.slice(0, 10)],
		['Model', encoder_hash && recipe.encoder.name],
		['Renderer', recipe.renderer],
		['Stopped at', stopped_at],
		['Version', `atelier ${atelier ?? ''}`.trim()],
	];
	return [
		...(prompt.length > 0 ? [prompt.join(' AND ')] : []),
		...(negative.length > 0 ? [`Negative prompt: ${negative.join(', ')}`] : []),
		pairs.flatMap(([key, value]) => (value === undefined ? [] : [`${key}: ${quoted(String(value))}`])).join(', '),
	].join('\n');
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ');
const quoted = (value: string): string => (/[,:\n]/.test(value) ? JSON.stringify(value) : value);

/** Take a parameters text apart. */
export function parseInfotext(text: string): Infotext {
	const lines = text.trim().split('\n');
	let parameters = parsePairs(lines.at(-1)!);
	if (parameters.length < 3) parameters = [];
	else lines.pop();
	const words: Record<'prompt' | 'negative', string[]> = { prompt: [], negative: [] };
	let part: keyof typeof words = 'prompt';
	for (const line of lines.map((l) => l.trim())) {
		const negative = line.startsWith('Negative prompt:');
		if (negative) part = 'negative';
		words[part].push(negative ? line.slice(16).trim() : line);
	}
	return {
		prompt: words.prompt.join('\n'),
		negative: words.negative.join('\n'),
		parameters: new Map(parameters),
	};
}

/** Far more than any program writes. */
const mostPairs = 1000;

/** `Key: value` pairs; what is between them is passed over. A scan, for a hostile line would keep a regular expression busy. */
function parsePairs(line: string): [string, string][] {
	const pairs: [string, string][] = [];
	for (let at = 0; ; ) {
		const colon = line.indexOf(':', at);
		if (colon < 0 || pairs.length >= mostPairs) return pairs;
		let start = colon;
		while (start > at && /[\w \-/]/.test(line[start - 1]!)) start--;
		const key = line.slice(start, colon).trimStart();
		at = colon + 1;
		if (!/^\w./.test(key)) continue;
		while (line[at] === ' ') at++;
		const close = line[at] === '"' ? closingQuote(line, at) : -1;
		const end = close < 0 ? (line.indexOf(',', at) + 1 || line.length + 1) - 1 : close + 1;
		pairs.push([key, unquoted(line.slice(at, end))]);
		at = end + 1;
	}
}

/** The quote that ends a string, when a comma or the end follows it. */
function closingQuote(line: string, open: number): number {
	for (let at = open + 1; at < line.length; at++) {
		if (line[at] === '\\') at++;
		else if (line[at] === '"') return at + 1 === line.length || line[at + 1] === ',' ? at : -1;
	}
	return -1;
}

function unquoted(value: string): string {
	if (!/^".*"$/s.test(value)) return value.trim();
	try {
		return String(JSON.parse(value));
	} catch {
		return value;
	}
}
