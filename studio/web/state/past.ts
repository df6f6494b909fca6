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

/** Show the kept moment at or before a step. */
export async function lookBack(step: number): Promise<void> {
	const id = watched.value;
	const layout = frames.value?.layout;
	if (!id) return;
	loading?.abort();
	const mine = new AbortController();
	loading = mine;
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
// What was looked back at gives way to what it has become.
const ended = computed(() => run.value !== undefined && ['done', 'stopped'].includes(run.value.state));
effect(() => {
	if (ended.value) past.value = undefined;
});
