/** @file Small runs that exports can be made of: real ones on disk, and scenes that pretend to be one. */

import { type FinishedRun, openFinishedRun } from '../../src/export/finished-run.js';
import { type RunHooks, runInFolder } from '../../src/export/run.js';
import { RunFolder } from '../../src/export/run-folder.js';
import { type Picture, picture } from '../../src/image.js';
import { createRenderer } from '../../src/painter/create-renderer.js';
import { Painter } from '../../src/painter/painter.js';
import { canvasOf, scheduleOf } from '../../src/painter/setup.js';
import { parseRecipe, type RecipeInput } from '../../src/recipe/schema.js';
import type { Scene } from '../renderers/strokes/scenes.js';

/** Dark on the left, light on the right. */
function slope(width: number, height: number): Picture {
	const image = picture(width, height);
	for (let i = 0; i < image.data.length; i++) image.data[i] = ((Math.floor(i / 3) % width) + (i % 3) * 2) / (width + 4);
	return image;
}

/** Draw a slope of grays into a run folder in `outputs`. */
export async function drawRun(outputs: string, changes: RecipeInput = {}, hooks: RunHooks = {}): Promise<FinishedRun> {
	const recipe = parseRecipe({
		prompts: [{ text: 'a slope' }],
		size: [48, 40],
		canvas: 20,
		steps: 12,
		seed: 5,
		candidates: 3,
		...changes,
		strokes: { paths: 4, ...changes.strokes },
	});
	const canvas = canvasOf(recipe);
	const setup = {
		...scheduleOf(recipe, createRenderer(recipe, canvas)),
		target: { picture: slope(canvas.width, canvas.height), weight: 10 },
	};
	const folder = RunFolder.create(recipe, outputs);
	const [width, height] = recipe.size;
	await runInFolder(Painter.create(setup), folder, { width, height, scale: canvas.scale }, hooks);
	return openFinishedRun(folder.path);
}

/** A scene as if it were a run whose picture is `scale` times the canvas. */
export function runOf({ renderer, params }: Scene, scale = 1): FinishedRun {
	return {
		name: 'scene',
		folder: undefined as unknown as RunFolder,
		recipe: undefined as unknown as FinishedRun['recipe'],
		renderer,
		params,
		candidate: 0,
		step: 1,
		size: { width: renderer.width * scale, height: renderer.height * scale, scale },
	};
}

/** Mean absolute difference of bytes. */
export function meanDifference(a: Uint8Array, b: Uint8Array): number {
	if (a.length !== b.length) throw new Error(`${a.length} bytes against ${b.length}`);
	let sum = 0;
	for (let i = 0; i < a.length; i++) sum += Math.abs(a[i]! - b[i]!);
	return sum / a.length;
}
