/**
 * @file Mends text that was written as UTF-8 and read as Latin-1 or Windows-1252 ("schÃ¶n" for "schön"), as ftfy does for a whole
 * line. It must be UTF-8 from end to end when it is written back, and show at least once what nobody writes: chance makes "MÔŽE",
 * "vidíš…" and "CAFÉ™" valid UTF-8 too.
 */

/** What Windows-1252 reads the bytes 0x80 to 0x9f as, as browsers have it: the five that it leaves out stay control characters. */
export const windows1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

const bytesOf1252: ReadonlyMap<string, number> = new Map([...windows1252].map((char, i) => [char, 0x80 + i]));

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text that was meant, where it is certain that it was read wrongly, as often as it was; else the text itself. */
export function mendMojibake(text: string): string {
	for (let mended = text; ; ) {
		const next = unmistakable.test(mended) ? reread(mended) : undefined;
		if (next === undefined) return mended;
		mended = next;
	}
}

/** A text read again as UTF-8; undefined where it is none. */
function reread(text: string): string | undefined {
	const chars = [...text];
	const latin1 = chars.every((char) => char <= '\u00ff');
	const bytes = chars.map((char) =>
		latin1 || char < '\u0080' || (char >= '\u00a0' && char <= '\u00ff') ? char.charCodeAt(0) : bytesOf1252.get(char),
	);
	if (bytes.includes(undefined)) return undefined;
	try {
		return utf8.decode(Uint8Array.from(bytes as number[]));
	} catch {
		return undefined;
	}
}

// What the bytes 0x80 to 0xbf are read as.
/** These stand behind no letter. */
const odd = '\\u0080-\\u009f¤¦¨¬¯¸ˆ˜ƒ‰';
/** These begin something, or belong to numbers. */
const opening = '€¢£¥§©ª¡¿«º‚„‹±µ¶¼½¾';
/** These end something, or follow a word. */
const closing = '†‡…‘“”•–—›™®°²³´·¹»';
const letters = 'ŠŒŽšœžŸ';
const any = `[${odd}${opening}${closing}${letters}’\\u00a0\\u00ad]`;

/** What only mojibake has. */
const unmistakable = new RegExp(
	[
		// A capital with a mark, and a sign or another capital, behind small letters: "naÃ¯ve".
		`[a-z][Â-ÖØ-ß]${any}`,
		// What most often begins two bytes, unless it may be the end of a word in capitals ("AMANHÃ…").
		`[ÂÃ][${odd}${opening}${letters}]`,
		`(?<!\\p{Lu})[ÂÃ][‘“•–—™®°²³´·»\\u00a0\\u00ad]`,
		`[ÂÃ](?:[${closing}]\\p{L}|\\u00ad[a-z])`,
		`[Ä-ÖÙ-Þ][${odd}]`,
		// Twice two bytes: words in Greek, Cyrillic, Hebrew, Arabic.
		`[Â-ß][${odd}${opening}${closing}][Â-ß]${any}`,
		// Three bytes: quotes, dashes, the euro; Chinese, Japanese, Korean.
		`[à-ï](?:[${odd}${opening}]${any}|${any}[${odd}])`,
		// Emoji.
		`ð[\\u009fŸ]${any}`,
	].join('|'),
	'u',
);
