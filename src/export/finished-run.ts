/** @file A run looked at from outside: its drawing, without the encoder, at any size. */

import { basename } from 'node:path';
import { AtelierError } from '../errors.js';
import type { Picture } from '../image.js';
import { hashPicture } from '../image-io.js';
import { createRenderer } from '../painter/create-renderer.js';
import type { Lineage } from '../painter/painter.js';
import { canvasOf, scheduleOf } from '../painter/setup.js';
import { loadSnapshot } from '../painter/snapshot.js';
import { putPlace } from '../painter/stroke-edits.js';
import { type Carried, carry, extractRecipe } from '../recipe/carry/index.js';
import type { Recipe } from '../recipe/schema.js';
import type { Parameters, Renderer } from '../renderers/renderer.js';
import { type Frame, readFrames } from './frames.js';
import { exactSize, type PictureSize } from './picture-size.js';
import { readPictureFile } from './recipe-source.js';
import { RunFolder } from './run-folder.js';

/** A run as far as it went. */
export interface FinishedRun {
	/** The folder's. */
	readonly name: string;
	readonly folder: RunFolder;
	readonly recipe: Recipe;
	readonly renderer: Renderer;
	/** The best drawing. */
	readonly params: Parameters;
	/** Which of the candidates that is, and which each place of it was before. */
	readonly candidate: number;
	readonly lineage?: Lineage;
	/** Steps done, and its mean cosine with each target at the last of them. */
	readonly step: number;
	readonly scores: readonly number[];
	/** That of image.png. */
	readonly size: PictureSize;
}

/** Read the run in a folder. @throws AtelierError E_IO, E_RECIPE, E_CHECKPOINT when it is not one, or damaged */
export function openFinishedRun(path: string): FinishedRun {
	const folder = RunFolder.find(path);
	const recipe = folder.recipe();
	const canvas = canvasOf(recipe);
	const painter = loadSnapshot(folder.file('snapshot'), scheduleOf(recipe, createRenderer(recipe, canvas)));
	const { best, step } = painter;
	const [width, height] = recipe.size;
	return {
		name: basename(folder.path),
		folder,
		recipe,
		// With the strokes that were added.
		renderer: painter.setup.renderer,
		params: best.params,
		candidate: best.index,
		...(best.lineage && { lineage: best.lineage }),
		step,
		scores: best.scores,
		size: { width, height, scale: canvas.scale },
	};
}

/**
 * The life of the drawing that won, from its start to the end of the run, in the order of steps.
 *
 * @throws AtelierError E_IO when it was not recorded
 */
export function framesOf(run: FinishedRun): Frame[] {
	const { folder, renderer, params, candidate, step } = run;
	const recorded = readFrames(folder.file('frames.bin'), params, step - 1);
	const frames = recorded && ownFrames(recorded, run);
	if (!frames?.length && step > 0)
		throw new AtelierError(
			'E_IO',
			`expected the frames of a run in '${folder.file('frames.bin')}', got none; draw it again with them: atelier draw --recipe '${folder.file('recipe.json')}'`,
		);
	return sameLength([...(frames ?? []), { step, candidate, params }], renderer);
}

/** The frames of one drawing: of its candidate, and, as long as its places were those of others, of them. */
function ownFrames(recorded: readonly Frame[], { renderer, candidate, lineage }: FinishedRun): readonly Frame[] {
	if (!lineage) return recorded.filter((frame) => frame.candidate === candidate);
	const at = (place: number, step: number) => lineage[place]?.find(([before]) => step < before)?.[1] ?? candidate;
	return [...new Set(recorded.map(({ step }) => step))].flatMap((step) => {
		const of = (place: number) => recorded.find((frame) => frame.step === step && frame.candidate === at(place, step));
		const first = of(0);
		if (!first) return [];
		const params = structuredClone(first.params);
		for (const [p, place] of (renderer.places ?? []).entries())
			putPlace(renderer, place, params, (of(p) ?? first).params);
		return [{ step, candidate, params }];
	});
}

/** Before a stroke was added it is there too, invisible, where it will be. */
function sameLength(frames: readonly Frame[], renderer: Renderer): Frame[] {
	const whole: Frame[] = [];
	for (const frame of frames.toReversed()) {
		const after = whole.at(-1)?.params ?? frame.params;
		const missing = Array.from({ length: renderer.elements ?? 0 }, (_, element) => element).filter((element) =>
			Object.entries(renderer.partRanges?.(element) ?? {}).some(([name, [, end]]) => end > frame.params[name]!.length),
		);
		if (missing.length === 0) {
			whole.push(frame);
			continue;
		}
		const params = Object.fromEntries(
			Object.entries(frame.params).map(([name, group]) => [
				name,
				Float32Array.of(...group, ...after[name]!.subarray(group.length)),
			]),
		);
		for (const element of missing) renderer.hide?.(params, element);
		whole.push({ ...frame, params });
	}
	return whole.reverse();
}

/** How large to draw: times image.png, or as fits into a box of pixels. */
export interface SizeOptions {
	readonly scale?: number;
	readonly box?: readonly [width: number, height: number];
}

/** The size that is asked for, in the picture's proportions. @throws AtelierError E_ARGUMENT when a side is longer than `mostSide` */
export function exportSize({ size }: FinishedRun, { scale, box }: SizeOptions, mostSide: number): PictureSize {
	const factor = box ? Math.min(box[0] / size.width, box[1] / size.height) : (scale ?? 1);
	const [width, height] = [size.width, size.height].map((n) => Math.max(1, Math.round(n * factor))) as [number, number];
	if (Math.max(width, height) > mostSide)
		throw new AtelierError(
			'E_ARGUMENT',
			`expected a picture of at most ${mostSide} px a side, got ${width}x${height}; ask for at most --scale ${(Math.floor((100 * mostSide) / Math.max(size.width, size.height)) / 100).toString()}`,
		);
	return { width, height, scale: size.scale * factor };
}

/** Draws parameters of a run at one size, again and again. */
export function drawerOf({ renderer }: FinishedRun, size: PictureSize): (params: Parameters) => Promise<Picture> {
	const scaled = renderer.scaled?.(size.scale) ?? renderer;
	return (params) => exactSize(scaled.render(params).image, size);
}

/** What the files of a run carry: what its image.png says, unless that is of another step; then all but what only the run knew. */
export async function carriedOf(run: FinishedRun): Promise<Carried> {
	// The snapshot has the drawing, whatever became of its picture.
	const said = carriedIn(run.folder.file('image.png'));
	if (said?.steps_done === run.step && !said.mid_step) return said;
	const picture = hashPicture(await drawerOf(run, run.size)(run.params));
	return carry(run.recipe, { step: run.step, scores: run.scores, picture });
}

/** What a picture file carries of ours; undefined when that is nothing, damaged, or there is no file. */
export function carriedIn(path: string): Carried | undefined {
	try {
		return extractRecipe(readPictureFile(path));
	} catch (error) {
		if (error instanceof AtelierError) return undefined;
		throw error;
	}
}
