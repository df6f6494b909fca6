/** @file The queue, and what is done with runs: start, pause, stop. Decides which run is on the easel. */

import { computed, signal } from '@preact/signals';
import type { QueueInfo, RunInfo } from '../../protocol.js';
import { ApiError, api, type NewRuns } from '../api.js';
import { socket } from '../socket.js';
import { duration } from '../words.js';
import * as draft from './draft.js';
import { run, watch, watched } from './live.js';
import { attempt, isTyping, online, tell } from './ui.js';

export const queue = signal<QueueInfo>({ paused: false, runs: [] });
/** Ended lately, without a place in the gallery: shown with a way to try again. */
export const failed = signal<readonly RunInfo[]>([]);
export const starting = signal(false);

export const active = (info: RunInfo | undefined): boolean =>
	info !== undefined && (info.state === 'running' || info.state === 'paused' || info.state === 'preparing');
export const waiting = computed(() => queue.value.runs.filter((info) => info.state === 'queued'));
export const drawing = computed(() => queue.value.runs.find(active));

/** Whether the easel goes on to the next run by itself. */
let follow = true;
/** Runs that were begun on this page: others do not take their place on its easel. */
const mine = new Set<string>();

function onQueue(next: QueueInfo): void {
	queue.value = next;
	const now = next.runs.find(active);
	const here = run.value;
	if (!follow || !now || now.id === watched.value) return;
	if (here && (active(here) || here.state === 'queued')) return;
	if (!here || mine.has(now.id) || !mine.has(here.id)) watch(now.id, now);
}

socket.on('queue', onQueue);
socket.on('run', (info) => {
	const runs = queue.value.runs;
	if (runs.some((other) => other.id === info.id))
		queue.value = { ...queue.value, runs: runs.map((other) => (other.id === info.id ? info : other)) };
	if (info.state === 'failed')
		failed.value = [info, ...failed.value.filter((other) => other.id !== info.id)].slice(0, 5);
	onQueue(queue.value);
});
socket.on('connect', () => {
	online.value = true;
	void attempt(async () => onQueue(await api.queue()));
});
/** A moment without a connection is nothing to tell. */
const lost = (): void => {
	setTimeout(() => {
		online.value = socket.connected;
	}, 2500);
};
socket.on('disconnect', lost);
socket.on('connect_error', lost);

/** An empty sheet, until something is started or looked at. */
export function clearEasel(): void {
	follow = false;
	watch(undefined);
}
// What was thrown away does not stay on the easel.
socket.on('output', ({ id, change }) => {
	if (change === 'removed' && id === watched.value && !active(run.value)) clearEasel();
});

/** Look at a run; one that does not draw is held until something is started. */
export function show(info: RunInfo): void {
	follow = active(info);
	watch(info.id, info);
}

export async function startRuns(asked: NewRuns): Promise<RunInfo | undefined> {
	starting.value = true;
	try {
		const runs = await api.start(asked);
		const first = runs[0];
		if (!first) return undefined;
		for (const { id } of runs) mine.add(id);
		follow = true;
		// A welcome drawing gives way; another drawing is finished first.
		if (!active(run.value) || run.value?.welcome || asked.explore) watch(first.id, first);
		// Its news may have been faster than this answer.
		else if (watched.value !== first.id) {
			const now = drawing.value;
			const after = now ? `: after “${now.title}”${now.eta ? `, in about ${duration(now.eta)}` : ''}` : '';
			tell(`${runs.length > 1 ? `${runs.length} drawings wait` : 'It waits'} in the queue${after}.`, {
				says: 'Look',
				run: () => show(first),
			});
		}
		return first;
	} catch (error) {
		if (error instanceof ApiError && error.issues.length > 0)
			draft.checked.value = { issues: error.issues, warnings: [], seconds: null };
		else tell((error as Error).message, undefined, 'bad');
		return undefined;
	} finally {
		starting.value = false;
	}
}

/** Draw what is composed. */
export async function start(front = false): Promise<void> {
	// Fields of settings take what is written in them when they are left; then keys are for the drawing.
	const field = document.activeElement;
	if (isTyping(field)) field.blur();
	draft.settle();
	const recipe = draft.recipe.value;
	if (!recipe.prompts && !recipe.images) {
		document.getElementById('prompt')?.focus();
		return;
	}
	const begun = await startRuns({ recipe, front, ...(draft.seconds.value && { seconds: draft.seconds.value }) });
	if (!begun && isTyping(field)) field.focus();
}

export const pauseOrResume = (): Promise<unknown> =>
	attempt(async () => {
		const info = run.value;
		if (!info || !active(info)) return;
		run.value = await api.command(info.id, info.state === 'paused' ? 'resume' : 'pause');
	});
export const stop = (): Promise<unknown> =>
	attempt(async () => {
		if (run.value && active(run.value)) run.value = await api.command(run.value.id, 'stop');
	});
/** End what is on the easel, or another, and keep nothing of it. */
export const skip = (info = run.value): Promise<unknown> =>
	attempt(async () => {
		if (!info || !active(info)) return;
		const now = await api.command(info.id, 'skip');
		if (now.id === watched.value) run.value = now;
	});
export const tellQueue = (body: Readonly<Record<string, unknown>>): Promise<unknown> =>
	attempt(async () => {
		onQueue(await api.queueCommand(body));
	});
export const retry = (id: string): Promise<unknown> =>
	attempt(async () => {
		const info = await api.retry(id);
		failed.value = failed.value.filter((other) => other.id !== id);
		mine.add(id);
		show(info);
	});
