/** @file From the file of a batch to its cells: one complete recipe each, with a folder and an identity that stay the same when the file changes around it. */

import { statSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { hashTowers, hashWeights, modelFiles } from '../encoders/checkpoints/model-files.js';
import { placeOf } from '../encoders/find-encoder.js';
import { AtelierError } from '../errors.js';
import { nameOf } from '../export/run-folder.js';
import { slugOf } from '../export/slug.js';
import { isFile, naming } from '../files.js';
import type { WildcardLists } from '../guidance/templates.js';
import { Random } from '../random.js';
import type { Draft } from '../recipe/field.js';
import { canonicalJson, recipeHash } from '../recipe/hash.js';
import { resolveRecipe, unresolved } from '../recipe/resolve.js';
import {
	atPresentVersion,
	encodersOf,
	needsEncoder,
	parseRecipe,
	type Recipe,
	withEncoders,
} from '../recipe/schema.js';
import { largestSeed, openSeed } from '../recipe/seed.js';
import { type Axis, type AxisValue, inOrder, readAxis, readField } from './axes.js';
import { type BatchDocument, mostCells } from './document.js';

/** One drawing of a batch. */
export interface Cell {
	/** What sets it apart from the others: axis to label. */
	readonly labels: Readonly<Record<string, string>>;
	readonly recipe: Recipe;
	/** Of the recipe; cells of the same hash are one drawing. */
	readonly hash: string;
	/** Name of its run folder. */
	readonly folder: string;
	/** Cells of one group draw the same words and pictures: their scores can be compared. */
	readonly group: string;
}

/** A batch before it is drawn. */
export interface Plan {
	readonly name: string;
	/** Names of the axes and their labels; none for a table of rows. */
	readonly axes: readonly { readonly name: string; readonly labels: readonly string[] }[];
	/** In the order of the file, the last axis fastest. */
	readonly cells: readonly Cell[];
}

/** Where a file's paths lead from, and what lies under its recipe. */
export interface PlanOptions {
	/** Of the file. */
	readonly folder: string;
	readonly name: string;
	/** Where wildcards are looked up; default those of the package. */
	readonly wildcards?: WildcardLists;
}

/**
 * The cells that a document asks for.
 *
 * @throws AtelierError E_RECIPE for what is wrong in the file or too much, E_IO, E_IMAGE, E_ARGUMENT for pictures and encoders that are not there
 */
export async function planBatch(document: BatchDocument, options: PlanOptions): Promise<Plan> {
	const base: Draft = { ...atPresentVersion(document.recipe) };
	const { axes, drafts } = draftCells(document, base, options.folder);
	const seeds = new SeedSource();
	const hashes = new Map<string, Promise<string>>();
	const hashOf = (path: string) => {
		const known = hashes.get(path) ?? hashWeights(path);
		hashes.set(path, known);
		return known;
	};
	const cells: Cell[] = [];
	for (const [i, { labels, make }] of drafts.entries()) {
		const told = Object.entries(labels).map(([name, label]) => `${name}=${label}`);
		const where = `cell ${i + 1}${told.length > 0 ? ` (${told.join(', ')})` : ''}`;
		// With each cell's own seed wildcards come out otherwise, even if the recipe was resolved once.
		const written = naming(where, () => unresolved(parseRecipe(make())));
		const seeded = seeds.decide(withPaths(written, options.folder));
		const resolved = naming(where, () => {
			requirePictures(seeded, options.folder);
			return resolveRecipe(seeded, options.wildcards);
		});
		const recipe = await identified(resolved, hashOf);
		const hash = recipeHash(recipe);
		cells.push({ labels, recipe, hash, folder: folderName(recipe, hash), group: groupOf(recipe) });
	}
	return {
		name: options.name,
		axes: axes.map(({ name, values }) => ({ name, labels: values.map((v) => v.label) })),
		cells,
	};
}

interface CellDraft {
	readonly labels: Readonly<Record<string, string>>;
	make(): Draft;
}

function draftCells(document: BatchDocument, base: Draft, folder: string): { axes: Axis[]; drafts: CellDraft[] } {
	if (document.rows.length > 0)
		return {
			axes: [],
			drafts: document.rows.map((row, i) =>
				naming(`row ${i + 1}`, () =>
					draftOf(
						base,
						Object.entries(row).map(([name, v]) => readField(name, v, base, folder)),
					),
				),
			),
		};
	const axes: Axis[] = [];
	for (const [name, values] of Object.entries(document.axes)) {
		const axis = readAxis(name, values, base, folder);
		if (axes.some((other) => other.name === axis.name))
			throw new AtelierError('E_RECIPE', `expected each field on one axis, got '${axis.name}' twice`);
		axes.push(axis);
	}
	const count = axes.reduce((product, { values }) => product * values.length, 1);
	if (count > mostCells)
		throw new AtelierError(
			'E_RECIPE',
			`expected at most ${mostCells} cells, got ${axes.map((a) => `${a.values.length} ${a.name}`).join(' x ')} = ${count}; take fewer values`,
		);
	const drafts = Array.from({ length: count }, (_, i) => {
		let left = i;
		const chosen = axes.toReversed().map(({ name, values }) => {
			const value = values[left % values.length]!;
			left = Math.floor(left / values.length);
			return { name, values: [value] };
		});
		return draftOf(base, chosen.reverse());
	});
	return { axes, drafts };
}

function draftOf(base: Draft, fields: readonly { name: string; values: readonly AxisValue[] }[]): CellDraft {
	return {
		labels: Object.fromEntries(fields.map(({ name, values: [value] }) => [name, value!.label])),
		make() {
			const draft = structuredClone(base);
			for (const {
				name,
				values: [value],
			} of inOrder(fields))
				naming(`'${name}'`, () => value!.apply(draft));
			return draft;
		},
	};
}

/** What recipes leave to chance, decided so that the same file has the same cells whenever it is read. */
class SeedSource {
	private readonly asked = new Map<string, number>();

	/** A seed of -1 becomes one that the rest of the recipe decides; of equal recipes each has another. */
	decide(recipe: Recipe): Recipe {
		if (recipe.seed !== openSeed) return recipe;
		const hash = recipeHash(recipe);
		const before = this.asked.get(hash) ?? 0;
		this.asked.set(hash, before + 1);
		const random = new Random(Number.parseInt(hash.slice(0, 8), 16)).split(`seed ${before}`);
		return { ...recipe, seed: random.int(largestSeed + 1) };
	}
}

/** Pictures that lie beside the file are found from any working directory. */
function withPaths(recipe: Recipe, folder: string): Recipe {
	const images = recipe.images.map((image) => {
		const beside = resolve(folder, image.path);
		return !isAbsolute(image.path) && isFile(beside) ? { ...image, path: beside } : image;
	});
	return { ...recipe, images };
}

/** @throws AtelierError E_IMAGE when a picture is not there; whether it can be read turns out when it is drawn */
function requirePictures({ images }: Recipe, folder: string): void {
	for (const { path } of images) {
		const stat = statSync(path, { throwIfNoEntry: false });
		if (stat?.isFile()) continue;
		const searched = [...new Set([resolve(folder), resolve('.')])].map((place) => `'${place}'`).join(' or ');
		const got = stat ? `the folder '${path}'` : `'${path}'`;
		const nowhere = isAbsolute(path) ? 'which does not exist' : `which is not in ${searched}`;
		throw new AtelierError('E_IMAGE', `expected a picture file, got ${got}${stat ? '' : `, ${nowhere}`}`);
	}
}

/** With the hashes of pictures and encoder: other contents under the same name are another drawing. */
async function identified(recipe: Recipe, hashOf: (path: string) => Promise<string>): Promise<Recipe> {
	const images: Recipe['images'] = [];
	for (const image of recipe.images) images.push({ ...image, sha256: await hashOf(image.path) });
	if (!needsEncoder(recipe)) return { ...recipe, images };
	const encoders = [];
	for (const encoder of encodersOf(recipe)) {
		const { path, imagePath = path } = placeOf(encoder.name);
		encoders.push({
			...encoder,
			hash: await hashTowers(modelFiles(path).weights, modelFiles(imagePath).weights, hashOf),
		});
	}
	return { ...withEncoders(recipe, encoders), images };
}

const folderName = (recipe: Recipe, hash: string): string => `${slugOf(nameOf(recipe), 30)}-${hash.slice(0, 10)}`;

const groupOf = ({ prompts, negative, images }: Recipe): string =>
	canonicalJson([prompts, negative, images.map(({ path: _, ...image }) => image)]);
