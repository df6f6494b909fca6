/** @file A finished run as its folder tells of it, whoever has drawn it. */

import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { checkRecipe } from '../../src/recipe/schema.js';
import type { OutputInfo } from '../protocol.js';
import { titleOf } from './title.js';
import { shownRecipe, type Uploads } from './uploads.js';

/** What is remembered of a folder; as long as its picture is not another. */
export interface Output {
	readonly info: OutputInfo;
	/** Whole path. */
	readonly path: string;
	/** When image.png was written, in milliseconds. */
	readonly at: number;
}

interface Line {
	readonly event?: string;
	readonly step?: number;
	readonly value?: number;
	readonly scores?: readonly number[];
	readonly ms?: number;
}

/** When the picture of a folder was written; undefined when there is none. */
export async function writtenAt(path: string): Promise<number | undefined> {
	const found = await stat(join(path, 'image.png')).catch(() => undefined);
	return found?.isFile() ? found.mtimeMs : undefined;
}

/** Read a run's folder; undefined when it is none, or damaged. */
export async function readOutput(id: string, path: string, at: number, uploads: Uploads): Promise<Output | undefined> {
	const file = (name: string) => join(path, name);
	const [text, metrics, folder, frames, snapshot] = await Promise.all([
		readFile(file('recipe.json'), 'utf8').catch(() => ''),
		readFile(file('metrics.jsonl'), 'utf8').catch(() => ''),
		stat(path),
		stat(file('frames.bin')).catch(() => undefined),
		stat(file('snapshot')).catch(() => undefined),
	]);
	const recipe = recipeIn(text);
	if (!recipe || !snapshot) return undefined;
	for (const { sha256, path: picture } of recipe.images)
		if (sha256 && !/[\\/]/.test(picture)) uploads.know(sha256, file(picture));
	let last: Line = {};
	let seconds = 0;
	let done = 0;
	for (const line of metrics.split('\n')) {
		const read = lineIn(line);
		if (read?.event === 'step') last = read;
		seconds += (read?.ms ?? 0) / 1000;
		done = Math.max(done, read?.step ?? 0);
	}
	return {
		path,
		at,
		info: {
			id,
			state: done >= recipe.steps ? 'done' : 'stopped',
			title: titleOf(recipe),
			recipe: shownRecipe(recipe),
			step: done,
			steps: recipe.steps,
			value: last.value ?? null,
			scores: last.scores ?? [],
			candidates: 1,
			created: new Date(folder.birthtimeMs || at).toISOString(),
			finished: new Date(at).toISOString(),
			seconds: Math.round(1000 * seconds) / 1000,
			eta: null,
			warnings: [],
			starred: false,
			vector: recipe.renderer !== 'pixels',
			frames: frames !== undefined,
			size: recipe.size,
		},
	};
}

function recipeIn(text: string) {
	try {
		const checked = checkRecipe(JSON.parse(text));
		return 'recipe' in checked ? checked.recipe : undefined;
	} catch {
		return undefined;
	}
}

function lineIn(text: string): Line | undefined {
	try {
		return JSON.parse(text) as Line;
	} catch {
		return undefined; // Cut off, or the empty end.
	}
}
