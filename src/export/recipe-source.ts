/** @file Where recipes come from: a picture that carries one, a run folder, recipe.json, a share link. */

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { sha256 } from '../encoders/model-folder.js';
import { AtelierError } from '../errors.js';
import { guard, isFile } from '../files.js';
import {
	type Carried,
	extractRecipe,
	type ForeignRecipe,
	isLink,
	parseCarried,
	pictureKind,
	pictureTexts,
	readForeign,
	readLink,
} from '../recipe/carry/index.js';
import type { Recipe } from '../recipe/schema.js';
import { readRecipeJson } from './recipe-file.js';

/** A recipe, and what came with it. */
export interface RecipeSource {
	/** As written, not yet checked when it comes from a JSON file. Pictures that lie beside are given by their whole paths. */
	readonly recipe: unknown;
	/** What the picture of the recipe says of its run. */
	readonly carried?: Carried;
	/** Another program's recipe, of which `recipe` is a draft. */
	readonly foreign?: ForeignRecipe;
	/** The picture that a replay is to be compared with. */
	readonly picture?: string;
	/** Where pictures to redraw are looked for. */
	readonly folder: string;
}

/** Bytes of a picture at most; animations of many minutes have less. */
const largestFile = 1 << 30;

/**
 * Find the recipe in a picture (PNG, SVG, WebP, GIF, MP4; JPEG of other programs), a run folder, a JSON file or a share link.
 *
 * @throws AtelierError E_IO when there is no such file, E_IMAGE when it is damaged, E_RECIPE when it has no recipe
 */
export function openRecipeSource(given: string): RecipeSource {
	if (isLink(given)) {
		const carried = readLink(given);
		return { recipe: besidePictures(carried.recipe, '.'), carried, folder: resolve('.') };
	}
	if (/^https?:/.test(given))
		throw new AtelierError('E_ARGUMENT', `expected a share link with #r=..., got '${given}'; download pictures first`);
	if (statSync(given, { throwIfNoEntry: false })?.isDirectory()) {
		const path = join(given, 'recipe.json');
		if (!existsSync(path))
			throw new AtelierError(
				'E_IO',
				`expected a run folder with recipe.json, got the folder '${given}' without; give the folder that a run has printed`,
			);
		return jsonSource(path);
	}
	const bytes = readPictureFile(given);
	if (!pictureKind(bytes)) {
		const text = guard(`a readable file '${given}'`, () => bytes.toString('utf8')).replace(/^\ufeff/, '');
		// What begins as JSON was meant as such: then it helps to hear where it goes wrong.
		if (!/\.json$/i.test(given) && !/^\s*\{/.test(text))
			throw new AtelierError(
				'E_RECIPE',
				`expected a picture, a run folder, a recipe.json or a share link, got '${given}', which is none of them`,
			);
		return jsonSource(given, text);
	}
	const folder = dirname(resolve(given));
	const { own, kind, others } = pictureTexts(bytes);
	if (own !== undefined) {
		const carried = parseCarried(own, `the recipe in '${basename(given)}'`);
		return { recipe: besidePictures(carried.recipe, folder), carried, picture: given, folder };
	}
	const foreign = readForeign(others);
	if (!foreign)
		throw new AtelierError(
			'E_RECIPE',
			`expected a picture that carries its recipe, got none in '${given}' (${kind.toUpperCase()}): it was not made by atelier, or the recipe was lost on the way; editors and messengers drop it, ask for the original file`,
		);
	return { recipe: foreign.draft, foreign, folder };
}

/** Whether a file is a picture that carries no recipe, of nobody's. @throws AtelierError E_IO, E_IMAGE */
export function isPlainPicture(path: string): boolean {
	const bytes = readPictureFile(path);
	if (!pictureKind(bytes)) return false;
	const { own, others } = pictureTexts(bytes);
	return own === undefined && !readForeign(others);
}

/** A recipe in JSON; image.png beside it says how its run went. */
function jsonSource(path: string, text?: string): RecipeSource {
	const recipe = readRecipeJson(path, text);
	const folder = dirname(resolve(path));
	const picture = join(folder, 'image.png');
	if (!existsSync(picture)) return { recipe, folder };
	const carried = extractRecipe(readPictureFile(picture));
	return { recipe, ...(carried && { carried }), picture, folder };
}

/** The bytes of a file, or of a pipe. @throws AtelierError E_IO */
export function readPictureFile(path: string): Buffer {
	return guard(`a readable file '${path}'`, () => {
		const stat = statSync(path);
		// Devices may never end.
		if (!stat.isFile() && !stat.isFIFO()) throw new Error(stat.isDirectory() ? 'it is a folder' : 'it is no file');
		if (stat.isFile() && stat.size === 0) throw new Error('it is empty');
		if (stat.size > largestFile) throw new Error(`it has ${stat.size} bytes; more than ${largestFile} are not read`);
		return readFileSync(path);
	});
}

function besidePictures(recipe: Recipe, folder: string): Recipe {
	const beside = (path: string) => (isFile(join(folder, path)) ? resolve(folder, path) : path);
	return { ...recipe, images: recipe.images.map((image) => ({ ...image, path: beside(image.path) })) };
}

/**
 * The recipe with its pictures found: among those given, where its path says, or whatever they are called in a folder. Each
 * must have the recipe's hash.
 *
 * @throws AtelierError E_IMAGE when one is missing or another
 */
export async function withPictures(recipe: Recipe, given: readonly string[], folder: string): Promise<Recipe> {
	const images: Recipe['images'] = [];
	for (const [i, image] of recipe.images.entries()) {
		const { sha256: hash } = image;
		// Without a hash the order tells.
		const named = (hash ? [...given, image.path] : [given[i] ?? image.path]).filter(isFile);
		const path = hash ? await withHash(hash, [...named, ...picturesIn(folder).slice(0, mostSearched)]) : named[0];
		const wanted = `the picture '${basename(image.path)}'${hash ? ` (sha256 ${hash.slice(0, 12)}...)` : ''}`;
		if (path === undefined)
			throw new AtelierError(
				'E_IMAGE',
				named.length > 0
					? `${wanted} is not '${named[0]}', which is another picture`
					: `${wanted} is missing; lay it beside the file, or give it with --image`,
			);
		images.push({ ...image, path });
	}
	return { ...recipe, images };
}

/** Files that are looked into for a picture that goes by another name. */
const mostSearched = 100;

/** The picture files of a folder. */
export function picturesIn(folder: string): string[] {
	return readdirSync(folder)
		.filter((name) => /\.(?:png|jpe?g|webp|gif|avif|tiff?|svg|heic)$/i.test(name))
		.map((name) => join(folder, name))
		.filter(isFile);
}

async function withHash(hash: string, paths: readonly string[]): Promise<string | undefined> {
	for (const path of paths) if ((await sha256(path)) === hash) return path;
	return undefined;
}
