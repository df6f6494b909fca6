/** @file Links that hold a recipe: made, copied, and opened. */

import { api } from '../api.js';
import { useRecipe } from './draft.js';
import { shared } from './live.js';
import { clearEasel } from './queue.js';
import { attempt, tell } from './ui.js';

/** Why there can be no link of a recipe, if there cannot. */
export const noLink = (recipe: { readonly prompts: readonly unknown[] }): string | undefined =>
	recipe.prompts.length > 0 ? undefined : 'links hold words and settings, and here are no words';

export const shareRecipe = (recipe: object): Promise<unknown> =>
	attempt(async () => {
		const { fragment } = await api.link(recipe as Record<string, unknown>);
		const link = `${location.origin}${location.pathname}#${fragment}`;
		try {
			await navigator.clipboard.writeText(link);
			tell('Link copied. It holds the whole recipe.');
		} catch {
			prompt('A link that holds the whole recipe:', link);
		}
	});

/** Load the recipe of an address that ends in `#r=...`. */
export async function openShared(hash: string): Promise<void> {
	if (!hash.startsWith('#r=')) return;
	history.replaceState(null, '', `${location.pathname}#/`);
	dispatchEvent(new HashChangeEvent('hashchange'));
	clearEasel();
	shared.value = true;
	const read = await attempt(() => api.readLink(hash.slice(1)));
	shared.value &&= read !== undefined;
	if (!read) return;
	useRecipe(read.recipe, 'all');
	tell(['A shared recipe is in the form: Draw draws it again.', ...read.notes].join(' '));
}
