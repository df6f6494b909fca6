/**
 * @file Where presets come from: preset files and folders and packs of them, recipes in any of the ways that recipes come, and
 * the style lists of other programs. All of it is data that is checked; nothing in it is ever run.
 */

import { existsSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { parse } from 'csv-parse/sync';
import sharp from 'sharp';
import { AtelierError } from '../errors.js';
import { readJson, readTextFile } from '../files.js';
import { isLink } from '../recipe/carry/index.js';
import { isObject } from '../recipe/plain-data.js';
import { checkPreset, type Preset, parsePreset } from '../recipe/preset.js';
import { largestPreset, type NewPreset, presetFiles, thumbnailPath } from '../recipe/presets.js';
import { mostViews, parseRecipe, type Recipe, type RecipeInput } from '../recipe/schema.js';
import { withoutDefaults } from '../recipe/without-defaults.js';
import { allOf, excerpt, shortly } from '../validation.js';
import { openRecipeSource } from './recipe-source.js';
import { slugOf } from './slug.js';

/** Bytes of a thumbnail at most, and its longer side in pixels. */
const thumbnailLimit = 15_000;
const thumbnailSide = 160;
/** Bytes of a style list or a pack at most. */
const largestList = 16 << 20;

type Fields = Readonly<Record<string, unknown>>;

/**
 * The presets in a file or link: a preset, a pack of presets, a folder of presets, a run folder, recipe.json, a picture that
 * carries a recipe, a share link, A1111's styles.csv, InvokeAI's list of styles.
 *
 * @throws AtelierError E_ARGUMENT, E_IO, E_IMAGE, E_RECIPE for what is none
 */
export async function readPresets(given: string): Promise<NewPreset[]> {
	if (isLink(given)) return [await recipePreset(given)];
	const stat = statSync(given, { throwIfNoEntry: false });
	if (stat?.isDirectory()) {
		if (existsSync(join(given, 'recipe.json'))) return [await recipePreset(given)];
		const files = presetFiles(given);
		if (files.length === 0)
			throw new AtelierError('E_RECIPE', `expected presets (NAME.json) or a run in the folder '${given}', got none`);
		return Promise.all(files.map((path) => presetFile(path, readJson(path, largestPreset))));
	}
	if (/\.csv$/i.test(given)) return some(stylesCsv(given), given);
	if (!/\.json$/i.test(given)) return [await recipePreset(given)];
	const json = readJson(given, largestList);
	if (Array.isArray(json))
		return some(
			json.map((style, i) => invokeStyle(style, `style ${i + 1} of '${given}'`)),
			given,
		);
	if (isObject(json) && Array.isArray(json.presets))
		return some(
			json.presets.map((one, i) => packed(one, i, given)),
			given,
		);
	if (isObject(json) && 'recipe' in json) return [await presetFile(given, json)];
	return [await recipePreset(given)];
}

/** At least one preset. @throws AtelierError E_RECIPE */
function some(presets: NewPreset[], path: string): NewPreset[] {
	if (presets.length === 0)
		throw new AtelierError('E_RECIPE', `expected presets, or styles with words, in '${path}', got none`);
	return presets;
}

/** A preset of a file, with the picture beside it. */
async function presetFile(path: string, json: unknown): Promise<NewPreset> {
	const read = { name: basename(path, extname(path)), path, preset: presetOf(json, `'${path}'`) };
	const picture = thumbnailPath(read);
	return { ...read, ...(picture && { thumbnail: await thumbnailOf(picture) }) };
}

/** One entry of a pack, as {@link packText} writes it. */
function packed(entry: unknown, i: number, path: string): NewPreset {
	const place = `preset ${i + 1} of '${path}'`;
	if (!isObject(entry) || typeof entry.name !== 'string')
		throw new AtelierError('E_RECIPE', `${place}: expected an object with name and preset, got ${inside(entry)}`);
	return { name: entry.name, preset: presetOf(entry.preset, place) };
}

/** What something is instead, in few words. */
const inside = (entry: unknown): string =>
	isObject(entry) ? `one with ${excerpt(Object.keys(entry).join(', ')) || 'nothing'}` : shortly(entry);

/** Presets in one JSON text, without their pictures. */
export const packText = (presets: readonly NewPreset[]): string =>
	`${JSON.stringify({ presets: presets.map(({ name, preset }) => ({ name, preset: withoutPicture(preset) })) }, undefined, '\t')}\n`;

/** A preset for a file that nothing lies beside. */
export function withoutPicture({ thumbnail, ...preset }: Preset): Preset {
	return preset;
}

/** What a preset made from a recipe is called. */
export interface PresetLabels {
	readonly title?: string;
	readonly description?: string;
	readonly author?: string;
	readonly tags?: readonly string[];
	readonly prompt?: string;
}

/** A preset of the settings of a recipe, wherever that comes from; the picture that carries it becomes the thumbnail. */
export async function recipePreset(given: string, name?: string, labels: PresetLabels = {}): Promise<NewPreset> {
	const { recipe, foreign, picture } = openRecipeSource(given);
	if (foreign)
		throw new AtelierError(
			'E_RECIPE',
			`expected a recipe of atelier, got one of ${foreign.program}, which says nothing of how atelier should draw`,
		);
	const parsed = parseRecipe(recipe);
	const own = name ?? slugOf(parsed.prompts[0]?.text ?? basename(given, extname(given)));
	const preset = presetOfRecipe(parsed, own, labels);
	return {
		name: own,
		preset,
		...(picture && { thumbnail: await thumbnailOf(picture) }),
		...notesOf(preset.recipe),
	};
}

/** What the settings of a drawing leave to think about. */
function notesOf({ steps, ...settings }: RecipeInput): Pick<NewPreset, 'notes'> {
	if (steps !== undefined)
		return {
			notes: [
				`it takes ${steps} step${steps === 1 ? '' : 's'}, as that drawing did; if --seconds chose them, take "steps" out of the file`,
			],
		};
	if (Object.keys(settings).length > 0) return {};
	return {
		notes: ['it sets nothing, for that drawing has the usual settings; draw with others (--set) and make it anew'],
	};
}

/** A preset of settings that are no recipe yet, for want of words. @throws AtelierError E_RECIPE for what is none */
export function presetOfSettings(settings: Fields, name: string, labels: PresetLabels = {}): Preset {
	const { version, seed, preset, engine, edits, ...recipe } = settings;
	return parsePreset({ title: titleOf(name), ...labels, recipe });
}

/** A preset of the settings of a recipe. @throws AtelierError E_RECIPE for labels that presets cannot have */
export function presetOfRecipe(recipe: Recipe, name: string, labels: PresetLabels = {}): Preset {
	const words = recipe.prompts[0]?.text;
	return parsePreset({
		title: labels.title ?? titleOf(name),
		...(labels.description !== undefined && { description: labels.description }),
		...(labels.author !== undefined && { author: labels.author }),
		...(labels.tags && { tags: labels.tags }),
		...(labels.prompt !== undefined && { prompt: labels.prompt }),
		...(words !== undefined && { sample: words }),
		recipe: settingsOf(recipe),
	});
}

/** What of a recipe is how to draw, not what: without defaults, words, pictures, seed, and what was resolved for a run. */
function settingsOf(recipe: Recipe): RecipeInput {
	const { version, prompts, images, seed, preset, engine, edits, ...rest } = withoutDefaults(recipe) as RecipeInput;
	if (!recipe.encoder.hash) return rest;
	// A run has resolved its canvas and views for its encoder, and how things stand for its words.
	const { canvas, views, candidateViews, arrangement, encoder, ...looks } = rest;
	const settings = candidateViews === mostViews ? { candidateViews, ...looks } : looks;
	const { hash: _, ...judge } = (encoder ?? {}) as Recipe['encoder'];
	const others = judge.others?.map(({ hash: __, ...other }) => other);
	const kept = { ...judge, ...(others && { others }) };
	return Object.keys(kept).length === 0 ? settings : { ...settings, encoder: kept };
}

/** `my-own_look` to `My own look`. */
export function titleOf(name: string): string {
	const words = name.replace(/[-_.]+/g, ' ').trim();
	return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A1111's styles.csv: columns name, prompt, negative_prompt; UTF-8 with or without a byte order mark. */
function stylesCsv(path: string): NewPreset[] {
	let rows: Fields[];
	try {
		rows = parse(readTextFile(path, largestList), { columns: true, skip_empty_lines: true, relax_column_count: true });
	} catch (cause) {
		if (cause instanceof AtelierError) throw cause;
		throw new AtelierError('E_RECIPE', `expected CSV in '${path}' (${(cause as Error).message})`, { cause });
	}
	const [first] = rows;
	if (!first || !('name' in first && 'prompt' in first))
		throw new AtelierError(
			'E_RECIPE',
			`expected the columns name, prompt and negative_prompt in '${path}', got ${first ? Object.keys(first).join(', ') : 'no rows'}`,
		);
	// A1111 parts sections of its list with rows that have no prompts.
	return rows
		.filter((row) => row.name && (row.prompt || row.negative_prompt))
		.map((row, i) => style(row.name, row.prompt, row.negative_prompt, `row ${i + 1} of '${path}'`));
}

function invokeStyle(entry: unknown, place: string): NewPreset {
	if (!isObject(entry))
		throw new AtelierError('E_RECIPE', `${place}: expected an object with name and prompt, got ${inside(entry)}`);
	return style(entry.name, entry.prompt ?? entry.positive_prompt, entry.negative_prompt, place);
}

/** A style of another program: words around the user's, and words to avoid. */
function style(name: unknown, prompt: unknown, negative: unknown, place: string): NewPreset {
	if (typeof name !== 'string' || name.trim() === '' || (!prompt && !negative))
		throw new AtelierError(
			'E_RECIPE',
			`${place}: expected a name and a prompt, got ${shortly(name)} and ${shortly(prompt)}`,
		);
	return {
		name: slugOf(name),
		preset: presetOf(
			{ title: name, tags: ['style'], ...(prompt ? { prompt } : {}), recipe: negative ? { negative } : {} },
			place,
		),
	};
}

/** Whether anything of a preset fits into a list of styles. */
export const hasWords = ({ prompt, recipe }: Preset): boolean =>
	prompt !== undefined || [recipe.negative ?? []].flat().length > 0;

/** Presets as A1111's styles.csv, as far as they are words; those without any are left out. */
export function stylesText(presets: readonly NewPreset[]): string {
	const cell = (text: string) => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
	const rows = presets.flatMap(({ preset }) => {
		if (!hasWords(preset)) return [];
		const negative = [preset.recipe.negative ?? []].flat().map((n) => (typeof n === 'string' ? n : n.text));
		return [[preset.title, preset.prompt ?? '', negative.join(', ')]];
	});
	return `\ufeff${[['name', 'prompt', 'negative_prompt'], ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('')}`;
}

/** A small WebP of a picture. @throws AtelierError E_IMAGE */
export async function thumbnailOf(picture: string | Uint8Array): Promise<Buffer> {
	try {
		for (let quality = 90; ; quality -= 15) {
			const bytes = await sharp(picture)
				.resize(thumbnailSide, thumbnailSide, { fit: 'inside', withoutEnlargement: true })
				.flatten({ background: '#ffffff' })
				.webp({ quality, effort: 6 })
				.toBuffer();
			if (bytes.length <= thumbnailLimit || quality <= 15) return bytes;
		}
	} catch (cause) {
		const what = typeof picture === 'string' ? `'${picture}'` : 'one';
		throw new AtelierError('E_IMAGE', `expected a picture for the thumbnail, got ${what} that is damaged`, { cause });
	}
}

function presetOf(input: unknown, place: string): Preset {
	const checked = checkPreset(input);
	if ('preset' in checked) return checked.preset;
	throw new AtelierError('E_RECIPE', `${place}: ${allOf(checked.issues)}`);
}
