/** @file Texts as the built-in encoder was taught them: lower case, words alone. */

/** Lower case, punctuation as spaces, single spaces: how captions were written in training. */
export function normaliseText(text: string): string {
	return words(text).join(' ');
}

/** The words of a text, lower case. */
export function words(text: string): string[] {
	return (
		text
			.normalize('NFC')
			.toLowerCase()
			.replaceAll('ё', 'е')
			.match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
	);
}
