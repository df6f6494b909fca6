/**
 * @file Prompts as people type them: `a red heart`, `a cat:0.5`, `text:-1`, `a cat:1:0.4`, several in one with `|`.
 * What may be inside the text itself is in prompt-text.ts and templates.ts; docs/prompts.md has it all.
 */

import { AtelierError } from '../errors.js';

/** What was written, and how much it counts. */
export interface Weighted {
	readonly text: string;
	/** 1 when none was written. */
	readonly weight: number;
}

/** A prompt: it pushes until its score has reached `stop`, a cosine. */
export interface WeightedPrompt extends Weighted {
	readonly stop?: number;
}

/** CLIPDraw's weight of what to avoid (Frans et al. 2021). */
export const defaultNegativeWeight = -0.3;

/** The number that a text is, if it is one as people write them. */
export function asNumber(text: string): number | undefined {
	return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

/** The text with every character escaped that means something inside prompts. */
export function escapePrompt(text: string): string {
	return text.replace(/[\\()[\]{}|]|_(?=_)/g, '\\$&');
}

/** Split several prompts in one at each `|` that is neither escaped nor inside brackets; empty ones are dropped, unless all are. */
export function splitPrompts(written: string): string[] {
	const parts = [''];
	let depth = 0;
	for (const [token] of written.matchAll(/\\.|./gsu)) {
		if ('([{'.includes(token)) depth++;
		if (')]}'.includes(token)) depth = Math.max(0, depth - 1);
		if (token === '|' && depth === 0) parts.push('');
		else parts.push(`${parts.pop()}${token}`);
	}
	const full = parts.map((part) => part.trim()).filter((part) => part !== '');
	return full.length > 0 ? full : [written];
}

/**
 * Take `text`, `text:weight` or `text:weight:stop` apart. A colon that no number follows belongs to the text, and so does an
 * escaped one: `at 10\:30`.
 *
 * @throws AtelierError E_ARGUMENT when the text is empty, the weight is outside [-10, 10] or the stop outside [-1, 1].
 */
export function parsePrompt(written: string): WeightedPrompt {
	const { weight = 1, ...prompt } = takeApart(written);
	return { ...prompt, weight };
}

/** The same for what to avoid: a weight means a strength, whatever its sign; -0.3 when none was written. */
export function parseNegative(written: string): WeightedPrompt {
	const { weight = defaultNegativeWeight, ...prompt } = takeApart(written);
	// No negative zero in recipes.
	return { ...prompt, weight: 0 - Math.abs(weight) };
}

/** A prompt as {@link parsePrompt} reads it back. */
export function printPrompt({ text, weight, stop }: WeightedPrompt): string {
	const colon = lastColon(text);
	const safe =
		colon >= 0 && asNumber(text.slice(colon + 1)) !== undefined
			? `${text.slice(0, colon)}\\${text.slice(colon)}`
			: text;
	if (stop !== undefined) return `${safe}:${weight}:${stop}`;
	return weight === 1 ? safe : `${safe}:${weight}`;
}

/** Words in those of a look: in the place of `{prompt}`, else in front of them. */
export function putWords({ prompt }: { readonly prompt?: string | undefined }, words: string): string {
	if (prompt === undefined) return words;
	return prompt.includes('{prompt}') ? prompt.replaceAll('{prompt}', () => words) : `${words}, ${prompt}`;
}

function takeApart(written: string): { text: string; weight?: number; stop?: number } {
	const numbers: string[] = [];
	let rest = written;
	for (let colon = lastColon(rest); colon >= 0 && numbers.length < 2; colon = lastColon(rest)) {
		const tail = rest.slice(colon + 1);
		if (asNumber(tail) === undefined) break;
		numbers.unshift(tail);
		rest = rest.slice(0, colon);
	}
	const text = rest.trim();
	if (text === '')
		throw new AtelierError('E_ARGUMENT', `expected a prompt of at least one word, got '${written}'; say what to draw`);
	const [weight, stop] = numbers;
	return {
		text,
		...(weight !== undefined && { weight: between(weight, 'a weight', 10, written) }),
		...(stop !== undefined && { stop: between(stop, 'a cosine to stop at', 1, written) }),
	};
}

/** Place of the last colon that is not escaped; -1 when there is none. */
function lastColon(text: string): number {
	let last = -1;
	for (const { 0: token, index } of text.matchAll(/\\.|./gsu)) if (token === ':') last = index;
	return last;
}

function between(written: string, what: string, most: number, prompt: string): number {
	const value = Number(written);
	if (!(Math.abs(value) <= most))
		throw new AtelierError(
			'E_ARGUMENT',
			`expected ${what} of ${-most} to ${most} after the colon, got ${written} in '${prompt}'; if the colon belongs to the text, write \\:`,
		);
	// No negative zero in recipes.
	return value + 0;
}

/**
 * Split `path:weight` at the last colon; the colon of a drive letter (`C:\a.png`, `C:2`) belongs to the path.
 *
 * @param least of the weight: 0 for a picture to redraw, -10 for one that is a prompt
 * @throws AtelierError E_ARGUMENT when the path is empty or the weight is outside [least, 10].
 */
export function parseWeightedPath(written: string, least = 0, what = 'a picture file'): Weighted {
	const colon = written.lastIndexOf(':');
	const [path, tail] = [written.slice(0, colon), written.slice(colon + 1)];
	const weight = asNumber(tail);
	if (colon < 0 || weight === undefined || /^[a-z]$/i.test(path)) {
		if (written.trim() === '') throw new AtelierError('E_ARGUMENT', `expected ${what}, got an empty path`);
		return { text: written, weight: 1 };
	}
	if (path === '') throw new AtelierError('E_ARGUMENT', `expected ${what}, got '${written}'`);
	if (!(weight >= least && weight <= 10))
		throw new AtelierError(
			'E_ARGUMENT',
			`expected a weight of ${least} to 10 after the last colon, got ${tail} in '${written}'`,
		);
	return { text: path, weight: weight + 0 };
}
