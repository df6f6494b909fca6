/** @file What keys do, wherever one is on the page. */

import { actionOf } from './keys.js';
import { present } from './state/past.js';
import { pauseOrResume, skip, start, stop } from './state/queue.js';
import { chosen, eraseChosen, lockOrUnlock, noChoosing, noDrawing, noUndo, tool, undoEdit } from './state/steer.js';
import { go, helpOpen, isTyping, switchTheme, toasts, view } from './state/ui.js';

/** Space and Enter belong to the button that has the focus. */
const isPressable = (target: EventTarget | null): boolean =>
	target instanceof HTMLElement && target.closest('button, a, summary, input, [role=radio]') !== null;

export function onKeyDown(event: KeyboardEvent): void {
	if (event.defaultPrevented || event.isComposing) return;
	const action = actionOf(event, isTyping(event.target));
	if (!action) return;
	// Dialogs close themselves, and what is under them hears nothing.
	if (document.querySelector('dialog[open]') && !(action === 'help' && helpOpen.value)) return;
	const inStudio = view.value === 'studio';
	const hand = inStudio && !noChoosing();
	const act: Record<typeof action, (() => void) | undefined> = {
		start: inStudio ? () => void start() : undefined,
		startFront: inStudio ? () => void start(true) : undefined,
		pause: inStudio && !isPressable(event.target) ? () => void pauseOrResume() : undefined,
		stop: inStudio ? () => void stop() : undefined,
		skip: inStudio ? () => void skip() : undefined,
		undo: inStudio && !noUndo() ? () => void undoEdit() : undefined,
		select: hand ? () => toggle('select') : undefined,
		draw: inStudio && !noDrawing() ? () => toggle('draw') : undefined,
		erase: hand && chosen.value.length > 0 ? () => void eraseChosen() : undefined,
		lock: hand && chosen.value.length > 0 ? () => void lockOrUnlock() : undefined,
		goStudio: () => go('studio'),
		goExplore: () => go('explore'),
		goGallery: () => go('gallery'),
		goPresets: () => go('presets'),
		prompt: toPrompt,
		theme: switchTheme,
		help: () => {
			helpOpen.value = !helpOpen.value;
		},
		escape: closeTopmost,
	};
	const run = act[action];
	if (!run) return;
	event.preventDefault();
	run();
}

const toggle = (next: 'select' | 'draw'): void => {
	tool.value = tool.value === next ? 'look' : next;
};

function toPrompt(): void {
	go('studio');
	requestAnimationFrame(() => {
		const field = document.getElementById('prompt') as HTMLTextAreaElement | null;
		field?.focus();
		// Other words take the place of those that are there.
		field?.select();
	});
}

/** Lets go of what was taken up last. */
function closeTopmost(): void {
	if (chosen.value.length > 0) chosen.value = [];
	else if (tool.value !== 'look') tool.value = 'look';
	else if (toasts.value.length > 0) toasts.value = [];
	else {
		present();
		if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
	}
}
