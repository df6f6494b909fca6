/** @file What the studio draws of itself when somebody comes in and nothing is there to look at yet. */

import { parseRecipe, type Recipe } from '../../src/recipe/schema.js';
import { newSeed } from '../../src/recipe/seed.js';
import type { LiveRun } from './live-run.js';
import type { RunQueue } from './queue.js';

/** Words that came out well, with seeds that did. */
const drawings: readonly (readonly [words: string, seed: number])[] = [
	['a red heart', 1],
	['a yellow smiling face', 1],
	['a green tree', 1],
	['a fish', 1],
	['a butterfly', 2],
];
const steps = 250;

/** Another one each time. */
export function welcomeRecipe(): Recipe {
	const [words, seed] = drawings[newSeed() % drawings.length]!;
	return parseRecipe({ prompts: [{ text: words }], seed, steps });
}

/** Begin to draw it, unless something is or was drawn. */
export function welcome(queue: RunQueue, recipe: Recipe): LiveRun | undefined {
	const { drawn } = queue;
	if (drawn?.welcome) return drawn;
	return queue.isUntouched ? queue.welcome(recipe) : undefined;
}
