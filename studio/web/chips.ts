/** @file Prompts between a text field and chips: reading what was typed, weights in steps, and the text back. */

import {
	defaultNegativeWeight,
	parseNegative,
	parsePrompt,
	printPrompt,
	splitPrompts,
	type WeightedPrompt,
} from '../../src/guidance/prompts.js';

export type Chip = WeightedPrompt;

/** Chips of what was typed; text whose marks make no sense stays as it is, so that the server can say what is wrong with it. */
export function readChips(written: string, negative = false): Chip[] {
	return splitPrompts(written)
		.map((part) => part.trim())
		.filter((part) => part !== '')
		.map((part) => {
			try {
				return negative ? parseNegative(part) : parsePrompt(part);
			} catch {
				return { text: part, weight: negative ? defaultNegativeWeight : 1 };
			}
		});
}

/** Chips as they stand while they are written in, and what stands beside them: empty ones are left out. */
export const written = (chips: readonly Chip[], typed: string, negative = false): Chip[] => [
	...chips.map((chip) => ({ ...chip, text: chip.text.trim() })).filter(({ text }) => text !== ''),
	...readChips(typed, negative),
];

/** A chip with other words: the marks among them are read, once they are finished; undefined for no words. */
export function rewritten(chip: Chip, text: string, negative = false): Chip | undefined {
	const [read, ...more] = readChips(text, negative);
	if (!read) return undefined;
	const marked = more.length === 0 && read.text !== text.trim();
	return marked ? read : { ...chip, text: text.trim() };
}

/** The plain case, one prompt of weight 1, is words in the field and no chip; everything else is chips. */
export function laidOut(chips: readonly Chip[]): { readonly chips: readonly Chip[]; readonly typed: string } {
	const [only, ...more] = chips;
	// The field reads `at 10:30` otherwise than a prompt of these words.
	const plain = only && more.length === 0 && only.weight === 1 && printPrompt(only) === only.text;
	return plain ? { chips: [], typed: only.text } : { chips, typed: '' };
}

/** All chips as one line that {@link readChips} reads back. */
export const printChips = (chips: readonly Chip[]): string => chips.map(printPrompt).join(' | ');

/** A weight one step further: by 0.1, within -10 to 10; of what to avoid, the strength, which stays below 0. */
export function nudge(weight: number, direction: 1 | -1, negative = false): number {
	const next = Math.round((weight + (negative ? -direction : direction) * 0.1) * 100) / 100;
	return Math.min(negative ? 0 : 10, Math.max(-10, next)) + 0;
}

/** As it is shown: what to avoid by its strength. */
export const shownWeight = (weight: number, negative = false): string =>
	(negative ? -weight + 0 : weight).toFixed(2).replace(/\.?0+$/, '');
