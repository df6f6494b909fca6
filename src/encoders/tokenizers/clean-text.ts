/**
 * @file Texts as the authors' own code cleans them before tokenising.
 * Sources: openai/CLIP simple_tokenizer.py, open_clip tokenizer.py, ftfy 6.3 (fix_text; of its repair of mojibake what
 * mojibake.ts says), Python's html.unescape and str.split.
 */

import { decodeHTML, decodeHTMLStrict } from 'entities';
import { mendMojibake, windows1252 } from './mojibake.js';

/** What Python takes for white space. JavaScript's \s has U+FEFF besides, and lacks U+001C to U+001F and U+0085. */
const space = '\\p{White_Space}\\u001c-\\u001f';
const spaces = new RegExp(`[${space}]+`, 'gu');
const outerSpaces = new RegExp(`^[${space}]+|[${space}]+$`, 'gu');

const strip = (text: string): string => text.replace(outerSpaces, '');

/** Single spaces, none around. */
const collapse = (text: string): string => strip(text.replace(spaces, ' '));

/** A caption as CLIP's towers were taught them: repaired, without entities, in single spaces, lower case. */
export const captionText = (text: string): string => plainText(text).toLowerCase();

/** As {@link captionText}, upper case kept: what open_clip gives to multilingual text towers. */
export const plainText = (text: string): string => collapse(basicClean(text));

/** As SigLIP takes them: lower case, ASCII punctuation deleted, single spaces. */
export const canonicalText = (text: string): string => collapse(text.toLowerCase().replace(/[!-/:-@[-`{-~]/g, ''));

/** open_clip's `canonicalize`, for its forms of SigLIP: repaired as CLIP's captions are; an underscore parts words. */
export const openClipCanonicalText = (text: string): string => canonicalText(basicClean(text).replaceAll('_', ' '));

const basicClean = (text: string): string => strip(unescapeHtml(unescapeHtml(fixText(text))));

/** Python's html.unescape: HTML 5's entities, with or without semicolon, the longest that a name begins with. */
export function unescapeHtml(text: string): string {
	return text.replace(/&(#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)/g, (whole, name: string) =>
		name.startsWith('#') ? numbered(name.replace(';', '')) : decodeHTML(whole),
	);
}

/** The character of '#233' or '#xe9'; '' for those that HTML forbids. */
function numbered(name: string): string {
	const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10);
	if (code === 0 || (code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) return '\ufffd';
	if (code >= 0x80 && code <= 0x9f) return windows1252[code - 0x80]!;
	if (code === 0x0d) return '\r';
	const control = (code < 0x20 && code !== 9 && code !== 10 && code !== 12) || code === 0x7f;
	const noncharacter = (code & 0xfffe) === 0xfffe || (code >= 0xfdd0 && code <= 0xfdef);
	return control || noncharacter ? '' : String.fromCodePoint(code);
}

/** ftfy.fix_text. Lines are mended one by one, as there: a line with '<' ends the decoding of entities. */
export function fixText(text: string): string {
	// Most captions have nothing to mend.
	if (/^[\n -%'-~]*$/.test(text)) return text;
	let entities = true;
	return text
		.split(/(?<=\n)/)
		.map((line) => {
			entities &&= !line.includes('<');
			return fixLine(line, entities);
		})
		.join('');
}

function fixLine(line: string, entities: boolean): string {
	for (let text = line; ; ) {
		const before = text;
		if (entities) text = text.replace(/&#?[0-9A-Za-z]{1,24};/g, strictEntity);
		text = mendMojibake(text)
			.replace(/[\u0080-\u009f]/g, (c) => windows1252[c.charCodeAt(0) - 0x80]!)
			.replace(/[ĲĳŉǱ-ǳǄ-ǌﬀ-ﬆ]/g, (c) => ligatures[c] ?? c)
			.replace(/[\u3000\uff01-\uffef]/g, (c) => c.normalize('NFKC'))
			.replace(/[\u201c-\u201f]/g, '"')
			.replace(/[\u02bc\u2018-\u201b]/g, "'")
			.replace(/\r\n|[\r\u2028\u2029\u0085]/g, '\n')
			.replace(/\p{Cs}/gu, '\ufffd')
			// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
			.replace(/\u001b\[[\d;]*[a-zA-Z]/g, '')
			// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
			.replace(/[\0-\u0008\u000b\u000e-\u001f\u007f\u206a-\u206f\ufeff\ufff9-\ufffc]/g, '')
			.normalize('NFC');
		if (text === before) return text;
	}
}

/** ftfy decodes what ends in a semicolon, names that were put in upper case as a whole too. */
function strictEntity(entity: string): string {
	if (entity.startsWith('&#')) {
		const decoded = unescapeHtml(entity);
		return decoded.includes(';') ? entity : decoded;
	}
	const decoded = decodeHTMLStrict(entity);
	if (decoded !== entity || entity !== entity.toUpperCase() || unescapeHtml(entity) !== entity) return decoded;
	const lower = decodeHTMLStrict(entity.toLowerCase());
	return lower === entity.toLowerCase() ? entity : lower.toUpperCase();
}

/** Those that stand for two or three Latin letters. */
const ligatures: Readonly<Record<string, string>> = {
	Ĳ: 'IJ',
	ĳ: 'ij',
	ŉ: 'ʼn',
	Ǳ: 'DZ',
	ǲ: 'Dz',
	ǳ: 'dz',
	Ǆ: 'DŽ',
	ǅ: 'Dž',
	ǆ: 'dž',
	Ǉ: 'LJ',
	ǈ: 'Lj',
	ǉ: 'lj',
	Ǌ: 'NJ',
	ǋ: 'Nj',
	ǌ: 'nj',
	ﬀ: 'ff',
	ﬁ: 'fi',
	ﬂ: 'fl',
	ﬃ: 'ffi',
	ﬄ: 'ffl',
	ﬅ: 'ſt',
	ﬆ: 'st',
};
