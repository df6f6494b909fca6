/** @file A field to search by words. */

import type { Signal } from '@preact/signals';
import { Icon } from './icon.js';

/** Its label is its placeholder too. */
export function SearchField({ label, words }: { readonly label: string; readonly words: Signal<string> }) {
	return (
		<span class="search">
			<Icon name="search" />
			<input
				type="search"
				aria-label={label}
				placeholder={label}
				value={words.value}
				onInput={(event) => {
					words.value = event.currentTarget.value;
				}}
			/>
		</span>
	);
}
