/** @file The keyboard: which keys do what, as one table for the handler and for the sheet that shows it. */

export type Action =
	| 'start'
	| 'startFront'
	| 'pause'
	| 'stop'
	| 'skip'
	| 'undo'
	| 'select'
	| 'draw'
	| 'erase'
	| 'lock'
	| 'goStudio'
	| 'goExplore'
	| 'goGallery'
	| 'goPresets'
	| 'prompt'
	| 'theme'
	| 'help'
	| 'escape';

export interface Binding {
	readonly action: Action;
	/** `mod` is the command key on a Mac, control elsewhere. */
	readonly keys: string;
	readonly says: string;
	readonly group: 'Drawing' | 'Steering' | 'Going places';
	/** Also while typing. */
	readonly typing?: boolean;
}

export const bindings: readonly Binding[] = [
	{ action: 'start', keys: 'mod+enter', says: 'Draw', group: 'Drawing', typing: true },
	{ action: 'startFront', keys: 'mod+shift+enter', says: 'Draw before all that wait', group: 'Drawing', typing: true },
	{ action: 'pause', keys: 'space', says: 'Pause, go on', group: 'Drawing' },
	{ action: 'stop', keys: 'shift+x', says: 'Stop and keep', group: 'Drawing' },
	{ action: 'skip', keys: 'alt+enter', says: 'Skip: stop and keep nothing', group: 'Drawing', typing: true },
	{ action: 'select', keys: 'v', says: 'Choose strokes', group: 'Steering' },
	{ action: 'draw', keys: 'b', says: 'Draw strokes of your own', group: 'Steering' },
	{ action: 'lock', keys: 'l', says: 'Lock, unlock the chosen strokes', group: 'Steering' },
	{ action: 'erase', keys: 'delete', says: 'Erase the chosen strokes', group: 'Steering' },
	{ action: 'undo', keys: 'mod+z', says: 'Undo the last change', group: 'Steering' },
	{ action: 'prompt', keys: '/', says: 'To the prompt', group: 'Going places' },
	{ action: 'goStudio', keys: '1', says: 'Studio', group: 'Going places' },
	{ action: 'goExplore', keys: '2', says: 'Explore', group: 'Going places' },
	{ action: 'goGallery', keys: '3', says: 'Gallery', group: 'Going places' },
	{ action: 'goPresets', keys: '4', says: 'Presets', group: 'Going places' },
	{ action: 'theme', keys: 'shift+d', says: 'Light, dark', group: 'Going places' },
	{ action: 'help', keys: '?', says: 'This sheet', group: 'Going places' },
	{ action: 'escape', keys: 'escape', says: 'Close, let go', group: 'Going places', typing: true },
];

export interface Pressed {
	readonly key: string;
	readonly ctrlKey: boolean;
	readonly metaKey: boolean;
	readonly shiftKey: boolean;
	readonly altKey: boolean;
}

/** A key press as it is written in the table. */
export function keyName(event: Pressed): string {
	const key = event.key === ' ' ? 'space' : event.key === 'Backspace' ? 'delete' : event.key.toLowerCase();
	const letter = /^[a-z]$/.test(key) || key.length > 1;
	return [
		event.ctrlKey || event.metaKey ? 'mod+' : '',
		event.altKey ? 'alt+' : '',
		// Shift is part of what a sign is.
		event.shiftKey && letter ? 'shift+' : '',
		key,
	].join('');
}

/** What a key press asks for. While typing, only what says so. */
export function actionOf(event: Pressed, typing: boolean): Action | undefined {
	const name = keyName(event);
	return bindings.find((b) => b.keys === name && (!typing || b.typing))?.action;
}

/** The keys of a binding, one by one, as people read them. */
export function shownKeys(keys: string, mac: boolean): string[] {
	const names: Record<string, string> = {
		mod: mac ? '⌘' : 'Ctrl',
		shift: mac ? '⇧' : 'Shift',
		alt: mac ? '⌥' : 'Alt',
		enter: 'Enter',
		space: 'Space',
		delete: 'Delete',
		escape: 'Esc',
	};
	return keys.split('+').map((key) => names[key] ?? key.toUpperCase());
}
