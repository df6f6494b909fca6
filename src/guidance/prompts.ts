/** @file Weighted prompts as people type them: `a red heart`, `a cat:0.5`, `text:-1`. */

import { AtelierError } from '../errors.js';

/** What was written, and how much it counts. */
export interface Weighted {
	readonly text: string;
	/** 1 when none was written. */
	readonly weight: number;
}

const tail = /^(.*):([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)$/is;

/**
 * Split `text:weight` at the last colon. A colon that no number follows belongs to the text, so `3:4` needs its weight
 * said: `3:4:1`.
 *
 * @throws AtelierError E_ARGUMENT when the text is empty or the weight is outside [-10, 10].
 */
export function parsePrompt(written: string): Weighted {
	const match = tail.exec(written);
	const text = (match?.[1] ?? written).trim();
	if (text === '')
		throw new AtelierError('E_ARGUMENT', `expected a prompt of at least one word, got '${written}'; say what to draw`);
	return { text, weight: match ? weightOf(match[2]!, written, -10) : 1 };
}

/**
 * Split `path:weight` at the last colon; the colon of a drive letter (`C:\a.png`, `C:2`) belongs to the path.
 *
 * @throws AtelierError E_ARGUMENT when the path is empty or the weight is outside [0, 10].
 */
export function parseWeightedPath(written: string): Weighted {
	const match = tail.exec(written);
	if (!match || /^[a-z]$/i.test(match[1]!)) {
		if (written.trim() === '') throw new AtelierError('E_ARGUMENT', 'expected a picture file, got an empty path');
		return { text: written, weight: 1 };
	}
	if (match[1] === '') throw new AtelierError('E_ARGUMENT', `expected a picture file, got '${written}'`);
	return { text: match[1]!, weight: weightOf(match[2]!, written, 0) };
}

function weightOf(number: string, written: string, low: number): number {
	const weight = Number(number);
	if (!(weight >= low && weight <= 10))
		throw new AtelierError(
			'E_ARGUMENT',
			`expected a weight of ${low} to 10 after the last colon, got ${number} in '${written}'; if the colon belongs to the text, append :1`,
		);
	// No negative zero in recipes.
	return weight + 0;
}
