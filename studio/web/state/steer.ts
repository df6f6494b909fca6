/** @file Steering the run on the easel: which tool is in hand, which strokes are chosen, edits on their way. */

import { effect, signal } from '@preact/signals';
import type { EditRequest } from '../../../src/recipe/edits.js';
import { undoneNext } from '../../../src/recipe/words-after.js';
import { api } from '../api.js';
import { latest, locked, run, watched } from './live.js';
import { past } from './past.js';
import { active } from './queue.js';
import { attempt } from './ui.js';

export type Tool = 'look' | 'select' | 'draw';
export const tool = signal<Tool>('look');
export const chosen = signal<readonly number[]>([]);
export const penColor = signal('#d4502f');
/** Of the shorter side. */
export const penWidth = signal(0.03);

effect(() => {
	watched.value;
	chosen.value = [];
});

/** Why strokes of the drawing cannot be chosen and changed now; undefined when they can. */
export function noChoosing(): string | undefined {
	if (past.value) return 'the drawing can be changed in the present, not while looking back';
	if (!active(run.value)) return 'that works while a drawing is being drawn';
	const { renderer } = run.value!.recipe;
	return renderer === 'tiles' || renderer === 'pixels' ? `a drawing of ${renderer} has no strokes` : undefined;
}

/** Why no stroke can be added to the drawing now. */
export const noDrawing = (): string | undefined =>
	noChoosing() ??
	(run.value?.recipe.renderer === 'strokes' ? undefined : 'strokes can be added to drawings of strokes only');

/** Why nothing can be taken back now. */
export function noUndo(): string | undefined {
	if (past.value || !active(run.value)) return noChoosing();
	const { recipe, step } = run.value!;
	return undoneNext(recipe.edits, latest.value?.step ?? step) ? undefined : 'nothing was changed by hand yet';
}

/** Whether the tool in hand can be used now. */
export const inHand = (): boolean =>
	(tool.value === 'select' && !noChoosing()) || (tool.value === 'draw' && !noDrawing());

export async function edit(request: EditRequest): Promise<boolean> {
	const info = run.value;
	if (!info || !active(info)) return false;
	const answer = await attempt(() => api.edit(info.id, request));
	if (answer && run.value?.id === answer.id) run.value = answer;
	return answer !== undefined;
}

export async function eraseChosen(): Promise<void> {
	if (chosen.value.length > 0 && (await edit({ do: 'erase', strokes: [...chosen.value] }))) chosen.value = [];
}

export const allLocked = (): boolean =>
	chosen.value.length > 0 && chosen.value.every((stroke) => locked.value.includes(stroke));

export async function lockOrUnlock(): Promise<void> {
	if (chosen.value.length === 0) return;
	const strokes = [...chosen.value];
	const done = allLocked();
	if (await edit({ do: done ? 'unlock' : 'lock', strokes }))
		locked.value = done
			? locked.value.filter((s) => !strokes.includes(s))
			: [...new Set([...locked.value, ...strokes])];
}

export const undoEdit = (): Promise<boolean> => edit({ do: 'undo' });

export async function moveChosen(dx: number, dy: number): Promise<void> {
	if (chosen.value.length > 0 && (dx !== 0 || dy !== 0))
		await edit({ do: 'move', strokes: [...chosen.value], by: [dx, dy] });
}
