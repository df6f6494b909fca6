/** @file Captions that a prompt must be told apart from: others of the encoder's bank, and the prompt itself in other colours. */

import type { CaptionBank } from '../encoders/encoder.js';
import { dot } from '../encoders/vectors.js';
import { colorNames, colorWords } from './color-words.js';

/** Colour words that can stand for one another in a caption: English, and Russian in the genders' nominatives. */
const interchangeable: readonly (readonly string[])[] = [
	colorNames,
	...[0, 1, 2].map((gender) => Object.values(colorWords).map(({ russian }) => russian[gender]!)),
];

/** The text with its first colour word replaced by each other colour; none when it names no colour. */
export function colorVariants(text: string): string[] {
	// The table's spelling: е for ё, gray for grey.
	const parts = text
		.normalize('NFC')
		.toLowerCase()
		.replaceAll('ё', 'е')
		.split(/([\p{L}\p{M}]+)/u);
	for (const [i, written] of parts.entries()) {
		const part = written === 'grey' ? 'gray' : written;
		for (const row of interchangeable)
			if (row.includes(part)) return row.filter((c) => c !== part).map((c) => parts.with(i, c).join(''));
	}
	return [];
}

/**
 * Captions with at least this part of the best cosine in the bank say the same thing and are no rivals. A part, because
 * how near a prompt comes to its own caption depends on its wording and on the colour that it names.
 */
const sameMeaning = 0.8;

/** The bank's embeddings that mean something else than every wanted one. */
export function bankRivals(bank: CaptionBank | undefined, wanted: readonly Float32Array[]): Float32Array[] {
	let rivals = bank?.embeddings ?? [];
	for (const embedding of wanted) {
		const cosines = new Map((bank?.embeddings ?? []).map((rival) => [rival, dot(rival, embedding)]));
		const limit = sameMeaning * Math.max(...cosines.values());
		rivals = rivals.filter((rival) => cosines.get(rival)! < limit);
	}
	return [...rivals];
}
