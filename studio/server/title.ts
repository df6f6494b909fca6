/** @file What a run and its files are called: by the words that are in force. */

import { nameOf } from '../../src/export/run-folder.js';
import { slugOf } from '../../src/export/slug.js';
import type { Recipe } from '../../src/recipe/schema.js';
import { wordsAfter } from '../../src/recipe/words-after.js';

/** First prompt after all edits, or the name of the picture. */
export const titleOf = (recipe: Recipe): string => nameOf({ ...recipe, ...wordsAfter(recipe.edits, recipe) });

/** The name of a file to download, without extension: the id of the run, with the words that it ended with where it names those that it began with. */
export const fileNameOf = ({ id, recipe }: { readonly id: string; readonly recipe: Recipe }): string =>
	id.replace(`-${slugOf(nameOf(recipe))}-`, `-${slugOf(titleOf(recipe))}-`);
