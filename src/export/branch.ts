/** @file Branches: a run that is the same as another up to a step, and goes on with other words. */

import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { z } from 'zod';
import { AtelierError } from '../errors.js';
import { guard } from '../files.js';
import { Painter } from '../painter/painter.js';
import { type OpenedPainter, type OpenOptions, openPainter, refuseOther } from '../painter/setup.js';
import { loadSnapshot } from '../painter/snapshot.js';
import type { Edit, editSchema } from '../recipe/edits.js';
import { parseRecipe, type Recipe, type RecipeInput } from '../recipe/schema.js';
import { inOrder, wordsAfter } from '../recipe/words-after.js';
import { keptSnapshot, keptSteps } from './kept-snapshots.js';
import { RunFolder } from './run-folder.js';

/** How a branch differs from its parent. */
export interface BranchChanges {
	/** What to draw from then on; default what was drawn then. */
	readonly prompts?: RecipeInput['prompts'];
	/** What to avoid from then on; default what was avoided then. */
	readonly negative?: RecipeInput['negative'];
	/** Steps in all; with others than the parent's the whole is drawn anew, for the pace of a run depends on its length. */
	readonly steps?: number;
}

/** A branch that can be drawn. */
export interface Branch {
	/** To be closed in the end. */
	readonly opened: OpenedPainter;
	/** At the last step at or before the branch that the parent has a snapshot of; it goes on as the parent did, up to the branch. */
	readonly painter: Painter;
	/** What the branch draws when it is drawn from nothing. */
	readonly recipe: Recipe;
	/** A run folder of this path, with the parent's past. @throws AtelierError E_IO */
	begin(path: string): RunFolder;
	/** A new run folder in `outputs`, with the parent's past. @throws AtelierError E_IO */
	create(outputs: string): RunFolder;
}

/**
 * The recipe of a branch of a run of this recipe.
 *
 * @throws AtelierError E_ARGUMENT for a step that is not before the last, E_RECIPE for words that are not well formed
 */
export function branchedRecipe(parent: Recipe, step: number, changes: BranchChanges): Recipe {
	const { prompts, negative, steps = parent.steps } = changes;
	if (!(Number.isInteger(step) && step >= 0 && step < steps))
		throw new AtelierError('E_ARGUMENT', `expected a step from 0 to ${steps - 1} to branch at, got ${step}`);
	const edits: z.input<typeof editSchema>[] = inOrder(parent.edits).filter((edit) => edit.at <= step);
	if (prompts !== undefined || negative !== undefined) {
		const before = wordsAfter(edits as Edit[], parent);
		edits.push({ at: step, do: 'words', prompts: prompts ?? before.prompts, negative: negative ?? before.negative });
	}
	return parseRecipe({ ...parent, steps, edits });
}

/**
 * Prepare a branch of the run in a folder, which may still be drawn.
 *
 * @throws AtelierError E_ARGUMENT, E_RECIPE as {@link branchedRecipe}; E_IO when there is no run; E_RECIPE when its encoder or pictures are others now
 */
export async function branch(
	run: string | RunFolder,
	step: number,
	changes: BranchChanges,
	options: OpenOptions = {},
): Promise<Branch> {
	const parent = typeof run === 'string' ? RunFolder.find(run) : run;
	const was = parent.recipe();
	const opened = await openPainter(branchedRecipe(was, step, changes), options);
	try {
		refuseOther(was, opened.recipe);
		const { recipe, setup } = opened;
		const painter = (setup.steps === was.steps && nearest(parent, step, opened)) || Painter.create(setup);
		const begun = (folder: RunFolder) => {
			if (painter.step > 0) inherit(parent, folder, painter.step);
			return folder;
		};
		return {
			opened,
			painter,
			recipe,
			begin: (path) => begun(RunFolder.begin(recipe, path)),
			create: (outputs) => begun(RunFolder.create(recipe, outputs)),
		};
	} catch (error) {
		await opened.close();
		throw error;
	}
}

/** The painter of the last snapshot at or before a step; damaged ones are passed over. */
function nearest(parent: RunFolder, step: number, { setup }: OpenedPainter): Painter | undefined {
	const kept = keptSteps(parent).filter((at) => at <= step);
	const found = [...kept.map((at) => keptSnapshot(parent, at)), parent.file('snapshot')].flatMap((path) => {
		try {
			const painter = loadSnapshot(path, setup);
			return painter.step <= step ? [painter] : [];
		} catch (error) {
			if (error instanceof AtelierError) return [];
			throw error;
		}
	});
	return found.sort((a, b) => b.step - a.step)[0];
}

/** What the parent has recorded up to a step is the branch's past too. */
function inherit(parent: RunFolder, folder: RunFolder, step: number): void {
	const copy = (from: string, to: string) => {
		if (!existsSync(from)) return;
		guard(`to copy '${from}' to '${to}'`, () => {
			mkdirSync(dirname(to), { recursive: true });
			copyFileSync(from, to);
		});
	};
	for (const name of ['metrics.jsonl', 'frames.bin'] as const) copy(parent.file(name), folder.file(name));
	for (const at of keptSteps(parent)) if (at <= step) copy(keptSnapshot(parent, at), keptSnapshot(folder, at));
	folder.rewindMetrics(step);
}
