/** @file Recipes in files, with their pictures found beside them. */

import { dirname, isAbsolute, resolve } from 'node:path';
import { isFile, parseJson, readTextFile } from '../files.js';
import { parseRecipe, type Recipe } from '../recipe/schema.js';

/** A recipe from a file. @throws AtelierError E_IO when it cannot be read, E_RECIPE when it is not a recipe */
export function readRecipe(path: string): Recipe {
	return parseRecipe(readRecipeJson(path));
}

/** A recipe as written in a file; pictures that lie beside it are found from any working directory. @throws AtelierError E_IO, E_RECIPE */
export function readRecipeJson(path: string, text = readTextFile(path)): unknown {
	const json = parseJson(text, `'${path}'`);
	const images = (json as { images?: unknown } | null)?.images;
	if (Array.isArray(images))
		for (const image of images as ({ path?: unknown } | null)[]) {
			if (typeof image?.path !== 'string') continue;
			const beside = resolve(dirname(path), image.path);
			if (!isAbsolute(image.path) && isFile(beside)) image.path = beside;
		}
	return json;
}
