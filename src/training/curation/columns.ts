/** @file Which column of the metadata plays which part: the names that img2dataset, LAION, COYO and DataComp use, or those given. */

import { AtelierError } from '../../errors.js';

/** Parts that columns play. */
export const roles = ['text', 'url', 'image', 'width', 'height', 'bytes', 'similarity', 'unsafe', 'status'] as const;
export type Role = (typeof roles)[number];

/** Names by part, the preferred first; case does not matter. */
const usual: Readonly<Record<Role, readonly string[]>> = {
	text: ['caption', 'text', 'alt_text', 'alt'],
	url: ['url', 'image_url'],
	// What makes two images one; the URL where there is nothing better.
	image: ['sha256', 'image_phash', 'md5', 'url', 'image_url'],
	// Before img2dataset resized it.
	width: ['original_width', 'width', 'image_width'],
	height: ['original_height', 'height', 'image_height'],
	bytes: ['bytes', 'image_bytes'],
	similarity: ['similarity', 'clip_similarity_vitb32', 'clip_b32_similarity_score'],
	unsafe: ['punsafe', 'nsfw_score_opennsfw2', 'nsfw'],
	status: ['status'],
};

/** Columns by the part they play; what nothing plays is absent. */
export type Columns = Readonly<Partial<Record<Role, string>>>;

/**
 * Find the columns.
 *
 * @param names of the columns that there are
 * @param given names for parts, which must exist
 * @throws AtelierError E_CORPUS when a given column or any text is missing
 */
export function findColumns(names: readonly string[], given: Columns = {}): Columns {
	const byName = new Map(names.map((name) => [name.toLowerCase(), name]));
	const found: Partial<Record<Role, string>> = {};
	for (const role of roles) {
		const asked = given[role];
		const name = (asked === undefined ? usual[role] : [asked]).flatMap((one) => byName.get(one.toLowerCase()) ?? [])[0];
		if (asked !== undefined && name === undefined)
			throw new AtelierError('E_CORPUS', `expected a column '${asked}' (as ${role}), got ${names.join(', ')}`);
		if (name !== undefined) found[role] = name;
	}
	if (found.text === undefined)
		throw new AtelierError(
			'E_CORPUS',
			`expected a column of texts (${usual.text.join(', ')}), got ${names.join(', ') || 'no columns'}; name it with --column text=NAME`,
		);
	return found;
}
