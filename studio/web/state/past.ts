/** @file Looking back: the moments of a run that are kept, and the one that is looked at instead of the present. */

import { computed, effect, signal } from '@preact/signals';
import type { FrameList } from '../../protocol.js';
import { frameSizes, VectorDecoder } from '../../vectors.js';
import { api } from '../api.js';
import { type Picture, run, watched } from './live.js';

export const frames = signal<FrameList | undefined>(undefined);
/** The moment on show; undefined: the present. */
export const past = signal<Picture | undefined>(undefined);

let loading: AbortController | undefined;

export function present(): void {
	loading?.abort();
	past.value = undefined;
}

/** Show the kept moment at or before a step, or the first. */
export async function lookBack(at: number): Promise<void> {
	const id = watched.value;
	if (!id) return;
	loading?.abort();
	const mine = new AbortController();
	loading = mine;
	// A click may be faster than the list.
	if (!frames.value) await loadFrames();
	if (mine.signal.aborted || !frames.value) return;
	const { layout, steps } = frames.value;
	const step = steps.findLast((kept) => kept <= at) ?? steps[0] ?? at;
	try {
		const { type, data } = await api.frame(id, step, mine.signal);
		if (type.startsWith('image/')) {
			const bitmap = await createImageBitmap(new Blob([data as Uint8Array<ArrayBuffer>], { type }));
			if (!mine.signal.aborted) past.value = { kind: 'pixels', bitmap, step };
		} else if (layout) {
			const figures = new VectorDecoder(frameSizes(layout)).decode(data);
			if (figures && !mine.signal.aborted) past.value = { kind: 'vector', layout, figures, step };
		}
	} catch {
		// Asked for another, or it is gone: the last one stays.
	}
}

export async function loadFrames(): Promise<void> {
	const id = watched.value;
	if (!id) return;
	const list = await api.frames(id).catch(() => undefined);
	if (watched.value === id) frames.value = list;
}

effect(() => {
	watched.value;
	frames.value = undefined;
	past.value = undefined;
});
effect(() => {
	const info = run.value;
	if (info?.frames && ['done', 'stopped', 'paused'].includes(info.state)) void loadFrames();
});
// Whoever stops a drawing wants to see what is kept.
const stopped = computed(() => run.value?.state === 'stopped');
effect(() => {
	if (stopped.value) present();
});
