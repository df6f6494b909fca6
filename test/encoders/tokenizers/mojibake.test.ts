/** @file Text that was read in the wrong encoding is mended, and no other. */

import { describe, expect, it } from 'vitest';
import { mendMojibake, windows1252 } from '../../../src/encoders/tokenizers/mojibake.js';

/** UTF-8 read as Windows-1252, or as Latin-1. */
const misread = (text: string, encoding: 'windows-1252' | 'latin1'): string => {
	const latin1 = Buffer.from(text).toString('latin1');
	const chars = [...windows1252];
	return encoding === 'latin1'
		? latin1
		: latin1.replace(/[\u0080-\u009f]/g, (char) => chars[char.charCodeAt(0) - 0x80]!);
};

// All of them as ftfy 6.3.1 mends them too.
const texts = [
	'schön',
	'naïve café',
	'über',
	'MÜNCHEN, KÖNIG, ESPAÑA',
	'voilà!',
	'sólo dos',
	'© 2020, 5×3, ½ cup, £5',
	'“quotes” … don’t – here',
	'кот на окне',
	'Ελλάδα',
	'שלום',
	'مرحبا',
	'日本',
	'東京の猫',
	'한국어',
	'a red 🦊',
];

describe('mojibake', () => {
	it.each(texts)('of %j is mended', (text) => {
		for (const encoding of ['windows-1252', 'latin1'] as const) {
			const once = misread(text, encoding);
			expect(mendMojibake(once), encoding).toBe(text);
			expect(mendMojibake(misread(once, encoding)), `${encoding}, twice`).toBe(text);
		}
	});

	// The last five would be valid UTF-8 too.
	it.each([
		...texts,
		'Ünder',
		'Größe, Ångström, Œuvre, ÉTÉ',
		'« déjà vu »',
		'𝒳 ‰ † ™ ® ° ² ½',
		'Ã is a letter, and so is Â',
		'schÃ¶n — half of it “only”',
		'MÔŽE, SKÚŠKA, ÚŽITOK',
		'vidíš…',
		'CAFÉ™ CAFÉ®',
		'AMANHÃ…',
		'Ø½',
	])('is not seen in %j', (text) => {
		expect(mendMojibake(text)).toBe(text);
	});
});
