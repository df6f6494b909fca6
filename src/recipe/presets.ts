/** @file The presets that there are: those that come with atelier, which stay as they are, and the user's own, one JSON file each. */

import { copyFileSync, existsSync, readdirSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { AtelierError } from '../errors.js';
import { guard, readJson, replaceFile } from '../files.js';
import { configFolder, makeFolder } from '../folders.js';
import { suggestion } from '../nearest.js';
import { packageRoot } from '../package-root.js';
import { type Issue, summary } from '../validation.js';
import { checkPreset, type Preset, parsePreset } from './preset.js';

/** A preset under the name by which it is asked for. */
export interface NamedPreset {
	/** Letters, digits, `.`, `_` and `-`: its file name without `.json`. */
	readonly name: string;
	readonly preset: Preset;
}

/** A preset in a file. */
export interface PresetFile extends NamedPreset {
	readonly path: string;
}

/** A preset that is there. */
export interface StoredPreset extends PresetFile {
	readonly source: 'shipped' | 'yours';
}

/** A file of the user's that is no preset (any more). */
export interface BrokenPreset {
	readonly name: string;
	readonly path: string;
	readonly problem: string;
}

/** A preset to be stored. */
export interface NewPreset extends NamedPreset {
	/** A small picture in WebP. */
	readonly thumbnail?: Uint8Array;
	/** What whoever takes it in should know; one sentence each. */
	readonly notes?: readonly string[];
}

/** Bytes of a preset file at most; real ones have a few kilobytes. */
export const largestPreset = 1 << 20;

/** Where the shipped presets are. */
export const shippedPresets = (): string => join(packageRoot(), 'presets');

/** Where the user's presets are; it may not exist yet. */
export const userPresets = (): string => join(configFolder(), 'presets');

const isName = (name: string): boolean => /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,99}$/u.test(name);

/** @throws AtelierError E_ARGUMENT when it cannot name a preset */
function checkPresetName(name: string): void {
	if (!isName(name))
		throw new AtelierError(
			'E_ARGUMENT',
			`expected the name of a preset of letters, digits, '.', '_' and '-', got '${name}'`,
		);
}

/** The picture beside a preset, if it has one. */
export function thumbnailPath({ path, preset }: PresetFile): string | undefined {
	const picture = preset.thumbnail && join(dirname(path), preset.thumbnail);
	return picture && existsSync(picture) ? picture : undefined;
}

/** Preset files of a folder, by name; not its sub-folders. */
export function presetFiles(folder: string): string[] {
	if (!existsSync(folder)) return [];
	return guard(`a readable folder '${folder}'`, () => readdirSync(folder, { withFileTypes: true }))
		.filter((entry) => !entry.isDirectory() && entry.name.endsWith('.json') && entry.name !== 'preset.schema.json')
		.map((entry) => join(folder, entry.name))
		.sort();
}

/** All presets by name, the user's and the shipped; and the user's files that are none. */
export function listPresets(): { readonly presets: StoredPreset[]; readonly broken: BrokenPreset[] } {
	const presets = new Map<string, StoredPreset>();
	const broken: BrokenPreset[] = [];
	for (const [source, folder] of [
		['yours', userPresets()],
		['shipped', shippedPresets()],
	] as const)
		for (const path of presetFiles(folder)) {
			const name = basename(path, '.json');
			const read = tryPreset(path);
			if ('preset' in read) presets.set(name, { name, source, path, preset: read.preset });
			else broken.push({ name, path, problem: read.problem });
		}
	return { presets: [...presets.values()].sort((a, b) => (a.name < b.name ? -1 : 1)), broken };
}

/** A preset from a file, or in one sentence why not. */
export function tryPreset(
	path: string,
): { readonly preset: Preset } | { readonly problem: string; readonly issues: readonly Issue[] } {
	try {
		const checked = checkPreset(readJson(path, largestPreset));
		return 'preset' in checked ? checked : { problem: summary(checked.issues), issues: checked.issues };
	} catch (error) {
		if (!(error instanceof AtelierError)) throw error;
		return { problem: error.message, issues: [] };
	}
}

/**
 * The preset of a name, or in a file (anything with a slash or ending in `.json`).
 *
 * @throws AtelierError E_ARGUMENT when there is none, with the nearest name; E_IO, E_RECIPE when it cannot be read
 */
export function findPreset(given: string): PresetFile {
	if (/[\\/]|\.json$/i.test(given))
		return {
			name: basename(given, extname(given)),
			path: given,
			preset: parsePreset(readJson(given, largestPreset)),
		};
	const { presets, broken } = listPresets();
	const found = presets.find(({ name }) => name === given);
	if (found) return found;
	const unusable = broken.find(({ name }) => name === given);
	if (unusable)
		throw new AtelierError('E_RECIPE', `expected a preset in '${unusable.path}', but it is none: ${unusable.problem}`);
	const names = presets.map(({ name }) => name);
	throw new AtelierError(
		'E_ARGUMENT',
		`unknown preset '${given}'${suggestion(given, names) || '; atelier presets list shows them'}`,
	);
}

/**
 * Store presets in a folder, all or none: each as NAME.json, with its thumbnail beside it. What is replaced is kept as NAME.json.bak.
 *
 * @param options.force whether presets of the same names may be replaced
 * @returns the paths of the JSON files
 * @throws AtelierError E_ARGUMENT for names that are taken, by shipped presets in any case; E_IO
 */
export function storePresets(
	presets: readonly NewPreset[],
	folder: string,
	options: { readonly force: boolean },
): string[] {
	const shipped = presetFiles(shippedPresets()).map((path) => basename(path, '.json'));
	const seen = new Set<string>();
	for (const { name } of presets) {
		checkPresetName(name);
		if (seen.has(name))
			throw new AtelierError('E_ARGUMENT', `expected presets of different names, got '${name}' twice; rename one`);
		seen.add(name);
		if (folder === userPresets() && shipped.includes(name))
			throw new AtelierError('E_ARGUMENT', `'${name}' comes with atelier and stays as it is; give yours another name`);
		refuseExisting(join(folder, `${name}.json`), options.force);
	}
	makeFolder(folder);
	return presets.map(({ name, preset, thumbnail }) => {
		const path = join(folder, `${name}.json`);
		const picture = `${name}.webp`;
		if (thumbnail) replaceKept(join(folder, picture), thumbnail);
		const { thumbnail: _, ...rest } = preset;
		replaceKept(path, presetText(thumbnail ? { ...rest, thumbnail: picture } : rest));
		return path;
	});
}

/** A preset as the text of its file; lists of plain values on one line. */
export const presetText = (preset: Preset): string =>
	`${JSON.stringify(preset, undefined, '\t').replace(/\[\n\t+([^[\]{}]*?)\n\t+\]/g, (_, inner: string) => `[${inner.replace(/\n\t+/g, ' ')}]`)}\n`;

/** @throws AtelierError E_ARGUMENT when the file exists and may not be replaced */
export function refuseExisting(path: string, force: boolean): void {
	if (existsSync(path) && !force)
		throw new AtelierError(
			'E_ARGUMENT',
			`'${path}' exists already; --force replaces it and keeps the old one as ${basename(path)}.bak`,
		);
}

/** Replace a file; what was there becomes FILE.bak. @throws AtelierError E_IO */
export function replaceKept(path: string, contents: string | Uint8Array): void {
	if (existsSync(path)) guard(`to keep '${path}' as ${basename(path)}.bak`, () => copyFileSync(path, `${path}.bak`));
	replaceFile(path, contents);
}
