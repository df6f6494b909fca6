/** @file What is laid out on a sheet: pictures of runs and of files, and what recipes say of them. */

import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, extname, join, resolve } from 'node:path';
import { AtelierError } from '../errors.js';
import type { Picture } from '../image.js';
import { readPicture } from '../image-io.js';
import type { Recipe } from '../recipe/schema.js';
import { valueAt } from '../validation.js';
import { contactSheet, pictureGrid } from './contact-sheet.js';
import { carriedIn, drawerOf, exportSize, openFinishedRun } from './finished-run.js';
import { picturesIn } from './recipe-source.js';
import { RunFolder } from './run-folder.js';

/** One picture to lay out. */
export interface SheetSource {
	readonly name: string;
	readonly picture: Picture;
	/** Of a run, or carried by the picture. */
	readonly recipe?: Recipe;
	/** When its file was last written, in milliseconds; of two for one place the newer is shown. */
	readonly time?: number;
}

const isRun = (folder: string): boolean =>
	existsSync(join(folder, 'recipe.json')) && existsSync(join(folder, 'snapshot'));

/**
 * The pictures at these paths, shrunk to fit into a square of `side` pixels: of run folders, of all runs in other folders, or
 * of all pictures where there are no runs, and picture files.
 *
 * @throws AtelierError E_IO, E_IMAGE, E_RECIPE when one cannot be read; E_ARGUMENT for a folder without either
 */
export async function readSources(paths: readonly string[], side: number): Promise<SheetSource[]> {
	const sources: SheetSource[] = [];
	for (const path of paths) {
		if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
			sources.push(await readFile(path, side));
			continue;
		}
		const runs = isRun(path)
			? [path]
			: readdirSync(path)
					.sort()
					.map((name) => join(path, name))
					.filter(isRun);
		for (const run of runs) sources.push(await readRun(run, side));
		if (runs.length > 0) continue;
		const pictures = picturesIn(path).sort();
		if (pictures.length === 0)
			throw new AtelierError('E_ARGUMENT', `expected runs or pictures in the folder '${path}', got none`);
		for (const picture of pictures) sources.push(await readFile(picture, side));
	}
	return sources;
}

async function readFile(path: string, side: number): Promise<SheetSource> {
	const picture = await readPicture(path, { maxSide: side });
	const recipe = carriedIn(path)?.recipe;
	return { name: basename(path, extname(path)), picture, ...(recipe && { recipe }), time: statSync(path).mtimeMs };
}

async function readRun(path: string, side: number): Promise<SheetSource> {
	const folder = RunFolder.find(path);
	const { mtimeMs: time } = statSync(folder.file('snapshot'));
	const about = { name: basename(resolve(path)), recipe: folder.recipe(), time };
	const image = folder.file('image.png');
	if (existsSync(image)) return { ...about, picture: await readPicture(image, { maxSide: side }) };
	// A run that was killed has no picture yet, but a state that one can be drawn from.
	const run = openFinishedRun(path);
	return { ...about, picture: await drawerOf(run, exportSize(run, { box: [side, side] }, side))(run.params) };
}

/** How sources are arranged; keys are those of recipes (`seed`, `strokes.paths`), or `prompt`, or `name`. */
export interface Arrangement {
	readonly rows?: string;
	readonly columns?: string;
	readonly title?: string;
	/** Called with what stays out, because another has its place: one of more steps, or else a newer one. */
	readonly onShared?: (name: string, shown: string) => void;
}

/** A PNG of the sources along the axes; without any, a grid labelled with prompt and seed, or name. @throws AtelierError E_ARGUMENT */
export function arrangedSheet(sources: readonly SheetSource[], arrangement: Arrangement): Buffer {
	const { rows, columns, title } = arrangement;
	if (rows === undefined && columns === undefined && title === undefined)
		return pictureGrid(
			sources.map((source) => ({ picture: source.picture, label: captionOf(source) })),
			Math.ceil(Math.sqrt(sources.length)),
		);
	const down = axisOf(sources, rows, columns);
	const across = axisOf(sources, columns, rows);
	const places = new Map<string, SheetSource>();
	const placeOf = (i: number) => `${down.at[i]} ${across.at[i]}`;
	for (const [i, source] of sources.entries()) {
		const other = places.get(placeOf(i));
		if (!other || goesBefore(source, other)) places.set(placeOf(i), source);
	}
	for (const [i, source] of sources.entries()) {
		const shown = places.get(placeOf(i))!;
		if (shown !== source) arrangement.onShared?.(source.name, shown.name);
	}
	return contactSheet({
		rows: down.labels,
		columns: across.labels,
		cell: (row, column) => places.get(`${row} ${column}`)?.picture,
		...(title !== undefined && { title }),
	});
}

/** Which of two that share a place is shown. */
function goesBefore(a: SheetSource, b: SheetSource): boolean {
	const more = (a.recipe?.steps ?? 0) - (b.recipe?.steps ?? 0);
	return (more || (a.time ?? 0) - (b.time ?? 0)) > 0;
}

/** Labels along an axis, and the place of every source on it. */
interface Axis {
	readonly labels: readonly string[];
	readonly at: readonly number[];
}

/** Along a key, each of its values once: numbers by size, other values as they first come. Without a key, those that share the other one's value side by side. */
function axisOf(sources: readonly SheetSource[], key: string | undefined, otherKey: string | undefined): Axis {
	if (key === undefined) {
		const counts = new Map<string, number>();
		const at = sources.map((source) => {
			const group = otherKey === undefined ? '' : fieldOf(source, otherKey);
			const place = counts.get(group) ?? 0;
			counts.set(group, place + 1);
			return place;
		});
		return { labels: Array.from({ length: Math.max(...at) + 1 }, () => ''), at };
	}
	const values = sources.map((source) => fieldOf(source, key));
	const distinct = [...new Set(values)];
	if (distinct.every((v) => v.trim() !== '' && Number.isFinite(Number(v))))
		distinct.sort((a, b) => Number(a) - Number(b));
	const named = key === 'prompt' || key === 'name';
	return {
		labels: distinct.map((value) => (named ? value : `${key.slice(key.lastIndexOf('.') + 1)} ${value}`)),
		at: values.map((value) => distinct.indexOf(value)),
	};
}

/** What a source is called where there are no axes. */
function captionOf(source: SheetSource): string {
	if (!source.recipe) return source.name;
	return `${promptOf(source.recipe) || source.name}, seed ${source.recipe.seed}`;
}

const promptOf = ({ prompts }: Recipe): string =>
	prompts.map(({ text, weight }) => (weight === 1 ? text : `${text}:${weight}`)).join(' + ');

/** A field of a source as text. @throws AtelierError E_ARGUMENT when it has none of that name */
function fieldOf({ name, recipe }: SheetSource, key: string): string {
	if (key === 'name') return name;
	if (!recipe)
		throw new AtelierError(
			'E_ARGUMENT',
			`expected run folders, or pictures that carry their recipe, to arrange by '${key}', got '${name}' without; arrange by name`,
		);
	if (key === 'prompt') return promptOf(recipe);
	const value = valueAt(recipe, key.split('.'));
	if (value === undefined)
		throw new AtelierError(
			'E_ARGUMENT',
			`expected a key of recipes such as prompt, seed, steps or strokes.paths, got '${key}', which '${name}' does not have`,
		);
	return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
