/** @file Short safe names from words, in any script: for folders and files. */

/**
 * Lower-case words joined by hyphens. Latin letters lose their accents; letters of other scripts stay; everything else
 * (spaces, separators of paths, control characters, emoji) parts words. 'untitled' when nothing is left.
 *
 * @param length largest number of characters (code points)
 */
export function slugOf(text: string, length = 40): string {
	const plain = text
		.normalize('NFKD')
		// Accents over Latin, Greek and Cyrillic letters; vowel signs of other scripts are not in this block.
		.replace(/[\u0300-\u036f]/g, '')
		.normalize('NFC')
		.toLowerCase();
	let slug = '';
	for (const word of plain.match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu) ?? []) {
		const next = slug ? `${slug}-${word}` : word;
		if ([...next].length > length) {
			// A first word that is too long is cut; later ones are left out.
			slug ||= [...word].slice(0, length).join('');
			break;
		}
		slug = next;
	}
	return slug || 'untitled';
}
