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
