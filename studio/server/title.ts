/** @file What a run is called: by the words that are in force. */

import { nameOf } from '../../src/export/run-folder.js';
import type { Recipe } from '../../src/recipe/schema.js';
import { wordsAfter } from '../../src/recipe/words-after.js';

/** First prompt after all edits, or the name of the picture. */
export const titleOf = (recipe: Recipe): string => nameOf({ ...recipe, ...wordsAfter(recipe.edits, recipe) });
