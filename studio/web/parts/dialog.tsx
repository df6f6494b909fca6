/** @file A dialog over the page: focus goes to its first field and stays in it, Esc and a click outside close it, focus goes back afterwards. */

import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { IconButton } from './icon.js';

interface Props {
	readonly label: string;
	readonly className?: string;
	readonly onClose: () => void;
	readonly children: ComponentChildren;
}

export function Dialog({ label, className = '', onClose, children }: Props) {
	const box = useRef<HTMLDialogElement>(null);
	// Before anything else happens: a key that follows the click at once is meant for the dialog.
	useLayoutEffect(() => {
		const before = document.activeElement;
		box.current?.showModal();
		box.current?.querySelector<HTMLElement>('input, textarea')?.focus();
		return () => {
			if (before instanceof HTMLElement) before.focus();
		};
	}, []);
	return (
		// biome-ignore lint/a11y/useKeyWithClickEvents: Esc closes it, as `cancel`
		<dialog
			ref={box}
			class={`dialog ${className}`}
			aria-label={label}
			onCancel={(event) => {
				event.preventDefault();
				onClose();
			}}
			onClick={(event) => {
				if (event.target === box.current) onClose();
			}}
		>
			<div class="dialog-body">
				<span class="dialog-close">
					<IconButton name="close" label="Close" onClick={onClose} />
				</span>
				{children}
			</div>
		</dialog>
	);
}
