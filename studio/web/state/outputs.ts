/** @file The gallery: finished drawings, searched and filtered, page by page. */

import { effect, signal } from '@preact/signals';
import type { OutputInfo } from '../../protocol.js';
import { api } from '../api.js';
import { socket } from '../socket.js';
import { attempt, tell, view } from './ui.js';

export const query = signal('');
export const starredOnly = signal(false);
/** What was thrown away is shown, instead of what hangs. */
export const trashShown = signal(false);
/** Asked whether the trash is to be emptied. */
export const emptying = signal(false);
export const rendererFilter = signal('');
export const presetFilter = signal('');
export const outputs = signal<readonly OutputInfo[] | undefined>(undefined);
export const total = signal(0);
export const nextPage = signal<string | undefined>(undefined);
/** The drawing that is looked at closely. */
export const opened = signal<OutputInfo | undefined>(undefined);
/** Two drawings to compare. */
export const picked = signal<readonly OutputInfo[]>([]);
export const comparing = signal(false);

let asked = 0;

function filters(): Record<string, string> {
	return {
		...(query.value.trim() && { q: query.value.trim() }),
		...(starredOnly.value && { starred: '1' }),
		...(trashShown.value && { trash: '1' }),
		...(rendererFilter.value && { renderer: rendererFilter.value }),
		...(presetFilter.value && { preset: presetFilter.value }),
		limit: '60',
	};
}

export async function load(more = false): Promise<void> {
	const mine = ++asked;
	const before = more ? nextPage.value : undefined;
	const page = await attempt(() => api.outputs({ ...filters(), ...(before && { before }) }));
	if (mine !== asked || !page) return;
	outputs.value = more ? [...(outputs.value ?? []), ...page.runs] : page.runs;
	total.value = page.total;
	nextPage.value = page.next;
	if (!more) unseen.value = 0;
}

let later: ReturnType<typeof setTimeout> | undefined;
const soon = (): void => {
	clearTimeout(later);
	later = setTimeout(() => void load(), 250);
};

effect(() => {
	query.value;
	starredOnly.value;
	trashShown.value;
	rendererFilter.value;
	presetFilter.value;
	if (view.value === 'gallery' || view.value === 'explore') soon();
});
/** Drawings that came while the pointer was over the others: they would push those from under it. */
export const unseen = signal(0);
export const hovered = signal(false);
socket.on('output', ({ change }) => {
	if (!outputs.value) return;
	if (change === 'added' && hovered.value && view.value === 'gallery') unseen.value++;
	else if (change !== 'changed' || unseen.value === 0) soon();
});

export const openOutput = (id: string): Promise<unknown> =>
	attempt(async () => {
		opened.value = outputs.value?.find((info) => info.id === id) ?? (await api.output(id));
	});

function replace(info: OutputInfo): void {
	outputs.value = outputs.value?.map((old) => (old.id === info.id ? info : old));
	if (opened.value?.id === info.id) opened.value = info;
}

export const star = (info: OutputInfo): Promise<unknown> =>
	attempt(async () => {
		replace({ ...info, starred: !info.starred });
		await api.star(info.id, !info.starred);
	});

function takeDown({ id }: OutputInfo): void {
	outputs.value = outputs.value?.filter((other) => other.id !== id);
	total.value = Math.max(0, total.value - 1);
}

export const remove = (info: OutputInfo): Promise<unknown> =>
	attempt(async () => {
		await api.remove(info.id);
		takeDown(info);
		picked.value = picked.value.filter(({ id }) => id !== info.id);
		if (opened.value?.id === info.id) opened.value = undefined;
		tell(`“${info.title}” is in the gallery’s trash.`, {
			says: 'Undo',
			run: () => void restore(info),
		});
	});

export const restore = (info: OutputInfo): Promise<unknown> =>
	attempt(async () => {
		await api.restore(info.id);
		if (trashShown.value) tell(`“${info.title}” hangs in the gallery again.`);
		await load();
	});

export const emptyTrash = (): Promise<unknown> =>
	attempt(async () => {
		emptying.value = false;
		await api.emptyTrash();
		await load();
		tell('The trash is empty.');
	});

export function closeComparison(): void {
	comparing.value = false;
	picked.value = [];
}

/** Pick for comparison; the third takes the place of the first. */
export function pick(info: OutputInfo): void {
	picked.value = picked.value.some(({ id }) => id === info.id)
		? picked.value.filter(({ id }) => id !== info.id)
		: [...picked.value, info].slice(-2);
}
