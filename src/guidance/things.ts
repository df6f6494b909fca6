/** @file Things in a phrase: "a cat and a ball" are two, which an encoder that knows single things alone has to be shown apart. */

import { englishColors } from './color-words.js';

/** How several things stand on a canvas: from left to right, or from top to bottom. */
export type Arrangement = 'beside' | 'above';

/** What a phrase names, in the order in which it stands. */
export interface Things {
	readonly arrangement: Arrangement;
	readonly parts: readonly string[];
}

/** Things at most: more are too small to be drawn. */
export const mostThings = 4;

/** What stands between two things, and where it puts the second. */
const joints: readonly { readonly words: RegExp; readonly arrangement: Arrangement; readonly reversed?: true }[] = [
	{
		// A comma counts in a list, which ends with "and".
		words: /\s+(?:&|next to|beside|(?:to the )?left of)\s+|,?\s+and\s+|,\s+(?=[^,]*(?:,[^,]*)*\sand\s)/iu,
		arrangement: 'beside',
	},
	{ words: /\s+(?:to the )?right of\s+/iu, arrangement: 'beside', reversed: true },
	// Not "on": a background, a place or a pose follows it as often as a thing.
	{ words: /\s+(?:above|over|on top of)\s+/iu, arrangement: 'above' },
	{ words: /\s+(?:below|under|underneath|beneath)\s+/iu, arrangement: 'above', reversed: true },
];

/** The things of a phrase in English; undefined where it names one, relates them in more than one way, or has marks of the prompt grammar. */
export function thingsIn(text: string): Things | undefined {
	if (/[\\()[\]{}|]/.test(text)) return undefined;
	const found = joints.filter(({ words }) => words.test(text));
	const [joint] = found;
	if (!joint || found.length > 1) return undefined;
	const parts = withNouns(text.split(joint.words).map((part) => part.trim()));
	if (parts.some((part) => part === '' || part.includes(','))) return undefined;
	return { arrangement: joint.arrangement, parts: joint.reversed ? parts.reverse() : parts };
}

const article = /^(?:an?|the|one|my|your|some)\s+/iu;

/** Colours and sizes. */
const adjectives = new Set([...englishColors, ...['light', 'dark', 'big', 'large', 'huge', 'small', 'little', 'tiny']]);
/** Those that are things too where no word follows: "a light", "an orange". */
const nouns = new Set(['light', 'orange', 'violet', 'turquoise']);

/** Parts of which none lacks its noun: "a black", "a white cat" are "a black cat", "a white cat". */
function withNouns(parts: readonly string[]): string[] {
	let noun = '';
	const backwards = [...parts].reverse().map((part) => {
		const [first = '', ...words] = part.split(/\s+/);
		const isArticle = article.test(`${first} `);
		const described = isArticle ? words : [first, ...words];
		const start = described.findIndex((word, i) => {
			const known = word.toLowerCase();
			return !adjectives.has(known) || (nouns.has(known) && i === described.length - 1);
		});
		if (start < 0 && isArticle && noun) return `${part} ${noun}`;
		// What has no adjective of its own lends its noun to nobody: "a red and a cat" is no phrase.
		noun = start > 0 ? described.slice(start).join(' ') : '';
		return part;
	});
	return backwards.reverse();
}

/**
 * The things of a phrase that surely names several: each has an article, as adjectives, materials and styles have not ("a black
 * and white cat", "a cat, ink and paper"), and together they are none of the names of single things.
 *
 * @param names "bow and arrow"
 */
export function surelyThings(text: string, names: ReadonlySet<string>): Things | undefined {
	const things = thingsIn(text);
	if (!things || things.parts.length > mostThings || !things.parts.every((part) => article.test(part)))
		return undefined;
	const words = text
		.toLowerCase()
		.split(/\s+/)
		.filter((word) => !article.test(`${word} `));
	const isName = words.some((_, i) => {
		const ending = words.slice(i).join(' ');
		return names.has(ending) && thingsIn(ending);
	});
	return isName ? undefined : things;
}
