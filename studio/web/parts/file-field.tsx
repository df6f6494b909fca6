/** @file The browser's own way to choose files, out of sight: a button opens it. */

import type { RefObject } from 'preact';

interface Props {
	readonly input: RefObject<HTMLInputElement | null>;
	readonly label: string;
	/** Media types or endings. */
	readonly accept: string;
	onFile(file: File): void;
}

export function FileField({ input, label, accept, onFile }: Props) {
	return (
		<input
			ref={input}
			type="file"
			class="visually-hidden"
			tabIndex={-1}
			aria-label={label}
			accept={accept}
			onChange={(event) => {
				for (const file of event.currentTarget.files ?? []) onFile(file);
				// The same file may be chosen again.
				event.currentTarget.value = '';
			}}
		/>
	);
}
