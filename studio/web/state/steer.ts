/** @file Steering the run on the easel: which tool is in hand, which strokes are chosen, edits on their way. */

import { effect, signal } from '@preact/signals';
import type { EditRequest } from '../../../src/recipe/edits.js';
import { api } from '../api.js';
import { locked, run, watched } from './live.js';
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

/** Whether the drawing can be changed by hand now. */
export const steerable = (): boolean => active(run.value) && run.value?.vector === true;

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
