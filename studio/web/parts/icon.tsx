/** @file Line icons, drawn for this page on a grid of 20. */

import { tell } from '../state/ui.js';

const paths = {
	play: 'M6 4l10 6-10 6z',
	pause: 'M7 4v12M13 4v12',
	stop: 'M5 5h10v10H5z',
	skip: 'M4 4l8 6-8 6zM15 4v12',
	dice: 'M4 4h12v12H4zM7.3 7.3h.5M12.2 7.3h.5M9.75 10h.5M7.3 12.7h.5M12.2 12.7h.5',
	lock: 'M5 9h10v8H5zM7 9V6.5a3 3 0 016 0V9',
	unlock: 'M5 9h10v8H5zM7 9V6a3 3 0 015.8-1',
	plus: 'M10 4v12M4 10h12',
	minus: 'M4 10h12',
	close: 'M5 5l10 10M15 5L5 15',
	star: 'M10 3l2.1 4.6 5 .6-3.7 3.4 1 5L10 14.1l-4.4 2.5 1-5L2.9 8.2l5-.6z',
	trash: 'M4 6h12M8 6V4h4v2M6 6l.7 11h6.6L14 6M9 9v5M11 9v5',
	sun: 'M10 6.5a3.5 3.5 0 100 7 3.5 3.5 0 000-7zM10 2v1.5M10 16.5V18M2 10h1.5M16.5 10H18M4.3 4.3l1.1 1.1M14.6 14.6l1.1 1.1M4.3 15.7l1.1-1.1M14.6 5.4l1.1-1.1',
	moon: 'M16 11.5A6.5 6.5 0 018.5 4a6.5 6.5 0 107.5 7.5z',
	help: 'M7.5 7.5a2.5 2.5 0 113.6 2.2c-.8.4-1.1.9-1.1 1.8M10 14.5v.01',
	cursor: 'M5 3l10 7-4.5 1L8 15.5z',
	brush:
		'M16.5 3.5c-3 1-7 5-8.5 7.5l1.5 1.5c2.5-1.5 6.5-5.5 7-9zM7 12c-2 0-2.5 1.5-2.5 3 0 1-.5 1.5-1.5 2 3 .5 5.5-.5 5.5-3.5z',
	eraser: 'M8 16h9M3.5 12.5L11 5l5 5-6 6H7z',
	undo: 'M7 4L3.5 7.5 7 11M4 7.5h8a4.5 4.5 0 010 9H8',
	branch: 'M6 4v12M6 12c0-4 8-1.5 8-6M4.5 4h3M4.5 16h3M12.5 6L14 4l1.5 2',
	share: 'M10 12V3M6.5 6L10 3l3.5 3M5 10v7h10v-7',
	download: 'M10 3v9M6.5 8.5L10 12l3.5-3.5M4 16.5h12',
	compare: 'M10 3v14M4 6h3v8H4zM13 6h3v8h-3z',
	search: 'M9 4a5 5 0 100 10A5 5 0 009 4zM12.7 12.7L17 17',
	up: 'M10 16V4M5 9l5-5 5 5',
	down: 'M10 4v12M5 11l5 5 5-5',
	retry: 'M16 10a6 6 0 11-2-4.5M16 3v3.5h-3.5',
	image: 'M3.5 4.5h13v11h-13zM3.5 13l4-4 4 4 2-2 3 3M13 7.5v.01',
	check: 'M4 10.5l4 4 8-9',
	grid: 'M4 4h5v5H4zM11 4h5v5h-5zM4 11h5v5H4zM11 11h5v5h-5z',
	live: 'M10 7a3 3 0 100 6 3 3 0 000-6z',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, filled = false }: { readonly name: IconName; readonly filled?: boolean }) {
	return (
		<svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
			<path d={paths[name]} fill={filled ? 'currentColor' : 'none'} />
		</svg>
	);
}

/** A button of one icon; its label is read out and shown on hover. */
export function IconButton({
	name,
	label,
	filled = false,
	pressed,
	disabled = false,
	small = false,
	why,
	text,
	onClick,
}: {
	readonly name: IconName;
	readonly label: string;
	readonly filled?: boolean;
	readonly pressed?: boolean;
	readonly disabled?: boolean;
	readonly small?: boolean;
	/** Why it cannot be used now: shown on hover, and told when it is pressed nevertheless. */
	readonly why?: string | undefined;
	/** Beside the icon, where there is room. */
	readonly text?: string;
	readonly onClick: (event: MouseEvent) => void;
}) {
	return (
		<button
			type="button"
			class={small ? 'icon-button small' : 'icon-button'}
			aria-label={label}
			title={why ? `${label}: ${why}` : label}
			aria-disabled={why ? 'true' : undefined}
			aria-pressed={pressed}
			disabled={disabled}
			onClick={why ? () => tell(`${label}: ${why}.`) : onClick}
		>
			<Icon name={name} filled={filled} />
			{text && <span class="icon-text">{text}</span>}
		</button>
	);
}
