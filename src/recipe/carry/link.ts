/** @file Share links: a recipe in the fragment of an address, so that no server sees it. JSON, deflated, in base64url. */

import { deflateRawSync } from 'node:zlib';
import { AtelierError } from '../../errors.js';
import { recipeHash } from '../hash.js';
import { withoutDefaults } from '../without-defaults.js';
import { inflateRaw } from './bytes.js';
import { type Carried, parseCarried, portable } from './carried.js';

/** Characters of a link, and bytes of its JSON, at most. */
const linkLimit = 1 << 16;
const jsonLimit = 1 << 18;

/** Digits of hashes in a link: enough to tell an accident. */
const hashDigits = 16;

const fragment = /^(?:https?:\/\/[^\s#]*)?#r=([\w-]*)$/;

/** Whether a text is meant as a share link. */
export const isLink = (text: string): boolean => /^(?:https?:\/\/[^\s#]*)?#r=/.test(text.trim());

/**
 * A link `base#r=...` to a recipe and to what is known of its picture. Values that recipes have by default are left out.
 *
 * @throws AtelierError E_RECIPE when the recipe is too long for a link
 */
export function writeLink(carried: Pick<Carried, 'recipe'> & Partial<Carried>, base = ''): string {
	const recipe = portable(carried.recipe);
	const { engine, platform, atelier, stopped_at, picture_sha256 } = carried;
	const json = JSON.stringify({
		format: 1,
		recipe: withoutDefaults(recipe),
		recipe_hash: recipeHash(recipe).slice(0, hashDigits),
		...{ engine, platform, atelier, stopped_at },
		...(picture_sha256 && { picture_sha256: picture_sha256.slice(0, hashDigits) }),
	});
	const link = `${base}#r=${deflateRawSync(json, { level: 9 }).toString('base64url')}`;
	if (link.length > linkLimit || Buffer.byteLength(json) > jsonLimit)
		throw new AtelierError(
			'E_RECIPE',
			`expected a recipe that fits into a link of ${linkLimit} characters, got one of ${link.length}; share the picture or its recipe.json`,
		);
	return link;
}

/**
 * What a link says, checked like a picture's.
 *
 * @throws AtelierError E_RECIPE for what is no link, damaged, too large or not valid
 */
export function readLink(text: string): Carried {
	const packed = fragment.exec(text.trim())?.[1];
	if (packed === undefined || text.length > linkLimit + 4096)
		throw new AtelierError(
			'E_RECIPE',
			`expected a share link '...#r=...' of at most ${linkLimit} characters, got ${text.length} characters of something else; copy it again`,
		);
	return parseCarried(inflateRaw(Buffer.from(packed, 'base64url'), jsonLimit).toString('utf8'), 'the share link');
}
