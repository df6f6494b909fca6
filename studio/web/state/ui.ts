/** @file The page itself: where one is, light or dark, what is open, what is told in passing. */

import { computed, effect, signal } from '@preact/signals';
import { ApiError } from '../api.js';

export type View = 'studio' | 'explore' | 'gallery' | 'presets';

const viewOf = (hash: string): View => {
	const name = hash.replace(/^#\/?/, '');
	return name === 'explore' || name === 'gallery' || name === 'presets' ? name : 'studio';
};

export const hash = signal(location.hash);
export const view = computed(() => viewOf(hash.value));
addEventListener('hashchange', () => {
	hash.value = location.hash;
	// Each view begins at its top.
	scrollTo(0, 0);
});
export const go = (to: View): void => {
	location.hash = to === 'studio' ? '#/' : `#/${to}`;
};

export type Theme = 'system' | 'light' | 'dark';
const stored = localStorage.getItem('theme');
export const theme = signal<Theme>(stored === 'light' || stored === 'dark' ? stored : 'system');
const darkMedia = matchMedia('(prefers-color-scheme: dark)');
const systemDark = signal(darkMedia.matches);
darkMedia.addEventListener('change', (event) => {
	systemDark.value = event.matches;
});
export const dark = computed(() => (theme.value === 'system' ? systemDark.value : theme.value === 'dark'));
effect(() => {
	document.documentElement.dataset.theme = dark.value ? 'dark' : 'light';
	if (theme.value === 'system') localStorage.removeItem('theme');
	else localStorage.setItem('theme', theme.value);
});
export const switchTheme = (): void => {
	theme.value = dark.value ? 'light' : 'dark';
};

export const mac = /Mac|iP(hone|ad)/.test(navigator.userAgent);

/** No movement that nobody asked for. */
export const calm = matchMedia('(prefers-reduced-motion: reduce)');

export const online = signal(true);
export const helpOpen = signal(false);
/** Asked under which name the look in the form is to be kept. */
export const savingLook = signal(false);

export interface Toast {
	readonly id: number;
	readonly text: string;
	readonly tone: 'plain' | 'bad';
	readonly action?: { readonly says: string; run(): void };
}
export const toasts = signal<readonly Toast[]>([]);
let toastCount = 0;

export function dismiss(id: number): void {
	toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

export function tell(text: string, action?: Toast['action'], tone: Toast['tone'] = 'plain'): void {
	const id = ++toastCount;
	toasts.value = [
		...toasts.value.filter((toast) => toast.text !== text).slice(-2),
		{ id, text, tone, ...(action && { action }) },
	];
	setTimeout(() => dismiss(id), action ? 10_000 : tone === 'bad' ? 9000 : 4500);
}

/** Run something the user asked for; what goes wrong is told. */
export async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
	try {
		return await work();
	} catch (error) {
		if ((error as Error).name === 'AbortError') return undefined;
		const issues = error instanceof ApiError ? error.issues : [];
		const first = issues[0];
		tell(first ? `${first.path ? `${first.path}: ` : ''}${first.message}` : (error as Error).message, undefined, 'bad');
		return undefined;
	}
}

const pressed = new Set(['checkbox', 'radio', 'button', 'color', 'range', 'file', 'submit']);

/** Whether keys are letters there. */
export const isTyping = (
	target: EventTarget | null,
): target is HTMLTextAreaElement | HTMLInputElement | HTMLSelectElement =>
	target instanceof HTMLTextAreaElement ||
	(target instanceof HTMLInputElement && !pressed.has(target.type)) ||
	target instanceof HTMLSelectElement;
