/** @file Things in a phrase: "a cat and a ball" are two, which an encoder that knows single things alone has to be shown apart. */

import { colorNames } from './color-words.js';

/** How several things stand on a canvas: from left to right, or from top to bottom. */
export type Arrangement = 'beside' | 'above';

/** What a phrase names, in the order in which it stands. */
export interface Things {
	readonly arrangement: Arrangement;
	readonly parts: readonly string[];
}

/** Things at most: more are too small to be drawn. */
export const mostThings = 4;

/** What stands between two things, and where it puts the second. "with" takes an article: "a dog with a bone", but not "a cup with milk". */
const joints: readonly { readonly words: RegExp; readonly arrangement: Arrangement; readonly reversed?: true }[] = [
	{
		words: /\s+(?:and|&|next to|beside|left of|to the left of|with(?=\s+an?\s))\s+|,\s+(?:and\s+)?(?=an?\s)/iu,
		arrangement: 'beside',
	},
	{ words: /\s+(?:right of|to the right of)\s+/iu, arrangement: 'beside', reversed: true },
	{ words: /\s+(?:above|over|on top of|on)\s+/iu, arrangement: 'above' },
	{ words: /\s+(?:below|under|underneath|beneath)\s+/iu, arrangement: 'above', reversed: true },
];

/** The things of a phrase in English; undefined where it names one, relates them in more than one way, or has marks of the prompt grammar. */
export function thingsIn(text: string): Things | undefined {
	if (/[\\()[\]{}|]/.test(text)) return undefined;
	const found = joints.filter(({ words }) => words.test(text));
	const [joint] = found;
	if (!joint || found.length > 1) return undefined;
	const parts = text.split(joint.words).map((part) => part.trim());
	if (parts.some((part) => part === '')) return undefined;
	return { arrangement: joint.arrangement, parts: joint.reversed ? parts.reverse() : parts };
}

/** Whether the parts of a phrase are things by themselves, and it is no name of one thing: not "a bow and arrow", nor "a black and white cat". */
export function areThings(text: string, { parts }: Things, names: ReadonlySet<string>): boolean {
	const words = wordsOf(text);
	const endings = words.map((_, i) => words.slice(i).join(' '));
	if (endings.some((ending) => names.has(ending) && thingsIn(ending))) return false;
	return parts.every((part) => {
		const last = wordsOf(part).at(-1)!;
		return names.has(last) || !(colorNames as readonly string[]).includes(last);
	});
}

const wordsOf = (text: string): string[] => text.toLowerCase().split(/\s+/);
