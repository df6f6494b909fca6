/** @file The concepts of a corpus as a table to read: how many pictures of which sets each has, and its words in every language. */

import type { CorpusFile } from './format.js';
import { wordLanguages } from './words.js';

/**
 * Tab-separated values, a row a concept. Emoji are counted by vendor, as `noto 2, twemoji 1`; icons, glyphs and clip art by kind.
 * Words and kinds are parted by semicolons.
 */
export function conceptTable({ concepts, images }: Pick<CorpusFile, 'concepts' | 'images'>): string {
	const header = ['name', 'drawable', 'emoji', 'icons', 'glyphs', 'clip art', 'held out', 'kinds', ...wordLanguages];
	const own = concepts.map((): CorpusFile['images'] => []);
	for (const image of images) own[image.concept]!.push(image);
	const rows = concepts.map(({ name, drawable, kinds = [], words }, k) => {
		const learnt = own[k]!.filter(({ heldOut }) => !heldOut);
		const count = (kind: string) => String(learnt.filter((image) => image.kind === kind).length);
		const emoji = new Map<string, number>();
		for (const { kind, source } of learnt) if (kind === 'emoji') emoji.set(source, (emoji.get(source) ?? 0) + 1);
		return [
			name,
			drawable === false ? 'no' : 'yes',
			[...emoji].map(([vendor, pictures]) => `${vendor} ${pictures}`).join(', '),
			...[count('color'), count('glyph'), count('clipart')],
			String(own[k]!.length - learnt.length),
			kinds.join('; '),
			...wordLanguages.map((lang) =>
				words
					.filter((word) => word.lang === lang)
					.map(({ text }) => text)
					.join('; '),
			),
		];
	});
	return [header, ...rows].map((row) => `${row.join('\t')}\n`).join('');
}
