/** @file Prompts of other programs, brought into our grammar. */

import { escapePrompt } from '../../guidance/prompts.js';
import { readText } from '../../guidance/readings.js';
import { excerpt } from '../../validation.js';
import type { RecipePrompt } from '../schema.js';

/** Characters of all prompts together that are looked at: more than a recipe takes. */
export const longestPrompt = 100_000;
/** What a recipe takes. */
const longestText = 4000;
const mostPrompts = 32;

/** Prompts with the weights that they have, as many and as long as a recipe takes. */
export function promptsOf(value: unknown, notes: string[]): (Omit<RecipePrompt, 'weight'> & { weight?: number })[] {
	const prompts = weighted(value).flatMap(({ text: written, weight }) => {
		const text = promptText(written, notes);
		return text === '' ? [] : [{ text, ...(weight !== undefined && { weight: Math.min(10, Math.max(-10, weight)) }) }];
	});
	if (prompts.length > mostPrompts) notes.push(`all but the first ${mostPrompts} of ${prompts.length} prompts`);
	return prompts.slice(0, mostPrompts);
}

/** A prompt in our grammar, which is A1111's, but for tags like <lora:...>; what it cannot say becomes plain words. */
function promptText(written: string, notes: string[]): string {
	const text = written
		.replace(/<[^<>]{0,200}>/g, '')
		.replace(/\s+/g, ' ')
		.trim();
	if (text !== written) notes.push(`tags or line breaks in '${excerpt(written)}'`);
	// What others have as letters would be wildcards here.
	const marked = text.replace(/[{}|]|_(?=_)/g, '\\$&');
	if (marked.length <= longestText && isReadable(marked)) return marked;
	let words = text.replace(/\\([()[\]])|:[+-]?[\d.]{1,20}(?=[)\]])|[()[\]]/g, '$1').slice(0, longestText);
	while (escapePrompt(words).length > longestText) words = words.slice(0, -1);
	const plain = escapePrompt(words.trim());
	if (/[\p{L}\p{N}]/u.test(plain)) notes.push(`brackets in '${excerpt(written)}', or its end`);
	return isReadable(plain) ? plain : '';
}

function isReadable(text: string): boolean {
	try {
		readText(text);
		return true;
	} catch {
		return false;
	}
}

/** Prompts from a text - composed ones are parted by AND - or from a list. */
function weighted(value: unknown): { text: string; weight?: number }[] {
	if (Array.isArray(value)) return value as { text: string; weight: number }[];
	if (typeof value !== 'string') return [];
	const composed = value.slice(0, longestPrompt).split(/\bAND\b/);
	return composed.map((part) => {
		const text = part.trim();
		// `text :0.5` is A1111's weight of a composed prompt, `(text:0.5)` that of a whole one.
		const match =
			/^(.*\S)\s+:\s*([+-]?\d{0,9}\.?\d{1,9})$/s.exec(text) ?? /^\(([^()[\]]*):([+-]?\d{0,9}\.?\d{1,9})\)$/s.exec(text);
		return match ? { text: match[1]!, weight: Number(match[2]) } : { text };
	});
}
