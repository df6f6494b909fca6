/**
 * @file Recipes as short as they can be: for links, presets and people. A recipe's identity (hash.ts) leaves defaults out by a
 * rule of its own, which must stay as it is for hashes to stay.
 */

import { parseRecipe, type Recipe } from './schema.js';

/**
 * The smallest recipe that parses to the same: every key is left out that makes no difference. Found by trying, so it is
 * right whatever the schema says; the version stays, for what a default means may change with it.
 */
export function withoutDefaults({ edits, ...recipe }: Recipe): unknown {
	// Edits have next to no defaults, and there may be a thousand.
	const plain = { ...recipe, edits: [] };
	const wanted = JSON.stringify(parseRecipe(plain));
	const draft: Record<string, unknown> = structuredClone(plain);
	const same = () => {
		try {
			return JSON.stringify(parseRecipe(draft)) === wanted;
		} catch {
			return false;
		}
	};
	const prune = (value: unknown) => {
		if (typeof value !== 'object' || value === null) return;
		for (const [key, inner] of Object.entries(value)) {
			if (value === draft && key === 'version') continue;
			prune(inner);
			// Elements of arrays stand where they stand.
			if (Array.isArray(value)) continue;
			const object = value as Record<string, unknown>;
			delete object[key];
			if (!same()) object[key] = inner;
		}
	};
	prune(draft);
	return edits.length > 0 ? { ...draft, edits: structuredClone(edits) } : draft;
}
