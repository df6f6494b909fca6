/** @file Draws prompts as `atelier draw` does, several seeds each; a drawing that is there already is not made again. */

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { AtelierError } from '../../errors.js';
import { slugOf } from '../../export/slug.js';
import { readJson, replaceFile } from '../../files.js';
import { makeFolder } from '../../folders.js';
import type { Picture } from '../../image.js';
import { encodePng, readPicture } from '../../image-io.js';
import { Painter } from '../../painter/painter.js';
import { openPainter } from '../../painter/setup.js';
import { onPreset } from '../../recipe/preset.js';
import type { NamedPreset } from '../../recipe/presets.js';
import { parseRecipe, type Recipe, type RecipeInput } from '../../recipe/schema.js';
import type { EvaluationPrompt } from './prompts.js';

/** A drawing on disk. */
export interface Drawing extends EvaluationPrompt {
	readonly seed: number;
	/** Path relative to the evaluation's folder. */
	readonly file: string;
	readonly picture: Picture;
}

/** How drawings differ from the defaults of `atelier draw`. */
export interface DrawingLook {
	readonly preset?: NamedPreset;
	/** Go before the preset's; prompts, seed and encoder are the evaluation's. */
	readonly settings: RecipeInput;
}

/** What to draw, by whom and where to. */
export interface DrawingPlan {
	readonly prompts: readonly EvaluationPrompt[];
	readonly seeds: readonly number[];
	/** Name or folder of the encoder, and the hash of its weights. */
	readonly encoder: string;
	readonly hash: string;
	/** Default: the recipe's. */
	readonly steps?: number;
	readonly look?: DrawingLook;
	/** Folder of the evaluation; drawings go to `drawings/` in it. */
	readonly out: string;
	/** Draws one recipe; undefined when it was stopped before the end. */
	readonly draw?: (recipe: Recipe, signal?: AbortSignal) => Promise<Picture | undefined>;
	readonly signal?: AbortSignal;
	readonly onDrawing?: (done: number, total: number, made: boolean) => void;
}

const folderName = 'drawings';

/** The recipe of one prompt and seed: what `atelier draw` makes of it with the same preset and settings. */
export function drawingRecipe(
	{ encoder, hash, steps, look }: Pick<DrawingPlan, 'encoder' | 'hash' | 'steps' | 'look'>,
	text: string,
	seed: number,
): Recipe {
	const recipe: RecipeInput = {
		...look?.settings,
		prompts: [{ text }],
		seed,
		// Whatever a preset says: the encoder that is evaluated draws alone.
		encoder: { name: encoder, hash, others: [], together: 'summed' },
		...(steps !== undefined && { steps }),
	};
	const preset = look?.preset;
	return parseRecipe(preset ? onPreset(preset.preset, preset.name, recipe) : recipe);
}

/** Run a recipe to its end. */
async function drawToEnd(recipe: Recipe, signal?: AbortSignal): Promise<Picture | undefined> {
	const opened = await openPainter(recipe);
	try {
		const painter = Painter.create(opened.setup);
		await painter.run(undefined, signal);
		return painter.done ? painter.picture(opened.scale) : undefined;
	} finally {
		await opened.close();
	}
}

/**
 * Make the drawings that are not there yet; resolves to all of them, or to those that there are when the signal fired.
 * Each is its picture and, written last, the recipe that it was made by.
 *
 * @throws AtelierError E_ARGUMENT when the folder holds drawings of the same prompts by another encoder or recipe
 */
export async function drawPrompts(plan: DrawingPlan): Promise<Drawing[]> {
	const folder = join(plan.out, folderName);
	makeFolder(folder);
	const draw = plan.draw ?? drawToEnd;
	const tasks = plan.prompts.flatMap((prompt) =>
		plan.seeds.map((seed) => {
			const key = createHash('sha256').update(prompt.text).digest('hex').slice(0, 6);
			const file = `${folderName}/${slugOf(prompt.text)}-${key}-${seed}.png`;
			return { ...prompt, seed, file, path: join(plan.out, file), recipe: drawingRecipe(plan, prompt.text, seed) };
		}),
	);
	// Found out before anything is drawn.
	const there = tasks.map((task) => isThere(task, plan.out));
	const drawings: Drawing[] = [];
	for (const [i, { path, recipe, ...task }] of tasks.entries()) {
		if (!there[i]) {
			if (plan.signal?.aborted) continue;
			const picture = await draw(recipe, plan.signal);
			if (!picture) continue;
			replaceFile(path, await encodePng(picture));
			replaceFile(sidecar(path), `${JSON.stringify(recipe)}\n`);
		}
		// Read back, so that a drawing counts the same whether it was there or not.
		drawings.push({ ...task, picture: await readPicture(path) });
		plan.onDrawing?.(drawings.length, tasks.length, !there[i]);
	}
	return drawings;
}

const sidecar = (path: string): string => path.replace(/\.png$/, '.json');

/** Whether a drawing is whole and by the recipe that is asked for. */
function isThere({ path, recipe }: { path: string; recipe: Recipe }, out: string): boolean {
	if (!existsSync(path) || !existsSync(sidecar(path))) return false;
	let made: unknown;
	try {
		made = parseRecipe(readJson(sidecar(path)));
	} catch {
		return false;
	}
	// The same weights under another path are the same encoder.
	const { encoder, ...rest } = made as Recipe;
	const { encoder: wanted, ...asked } = recipe;
	if (encoder.hash === wanted.hash && isDeepStrictEqual(rest, asked)) return true;
	throw new AtelierError(
		'E_ARGUMENT',
		`expected drawings by this encoder, steps and defaults in '${out}', got '${path}' by others; choose another --out`,
	);
}
