/** @file The gallery: finished drawings, searched and filtered, page by page. */

import { effect, signal } from '@preact/signals';
import type { OutputInfo } from '../../protocol.js';
import { api } from '../api.js';
import { socket } from '../socket.js';
import { attempt, tell, view } from './ui.js';

export const query = signal('');
export const starredOnly = signal(false);
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
}

let later: ReturnType<typeof setTimeout> | undefined;
const soon = (): void => {
	clearTimeout(later);
	later = setTimeout(() => void load(), 250);
};

effect(() => {
	query.value;
	starredOnly.value;
	rendererFilter.value;
	presetFilter.value;
	if (view.value === 'gallery' || view.value === 'explore') soon();
});
socket.on('output', () => {
	if (outputs.value) soon();
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

export const remove = (info: OutputInfo): Promise<unknown> =>
	attempt(async () => {
		await api.remove(info.id);
		outputs.value = outputs.value?.filter(({ id }) => id !== info.id);
		total.value = Math.max(0, total.value - 1);
		picked.value = picked.value.filter(({ id }) => id !== info.id);
		if (opened.value?.id === info.id) opened.value = undefined;
		tell(`“${info.title}” is in the trash.`, {
			says: 'Undo',
			run: () =>
				void attempt(async () => {
					await api.restore(info.id);
					await load();
				}),
		});
	});

/** Pick for comparison; the third takes the place of the first. */
export function pick(info: OutputInfo): void {
	picked.value = picked.value.some(({ id }) => id === info.id)
		? picked.value.filter(({ id }) => id !== info.id)
		: [...picked.value, info].slice(-2);
}
