/** @file Cleaning of texts, against what ftfy, Python and the models' own code made of them. */

import { describe, expect, it } from 'vitest';
import {
	canonicalText,
	captionText,
	fixText,
	openClipCanonicalText,
	plainText,
	unescapeHtml,
} from '../../../src/encoders/tokenizers/clean-text.js';
import { clipCases } from './cases.js';

describe('captions', () => {
	it('are repaired as ftfy 6.3.1 repairs them', () => {
		for (const { text, ftfy_text } of clipCases) expect(fixText(text), JSON.stringify(text)).toBe(ftfy_text);
	});

	// Made by ftfy.fix_text of Python.
	it.each([
		['&lt;b&gt; &hellip; &EACUTE;T&EACUTE; &amp &#x41; &copy;\n', '<b> … ÉTÉ &amp A ©\n'],
		['1 < 2 &amp; so', '1 < 2 &amp; so'],
		['&amp;\n<\n&amp;', '&\n<\n&amp;'],
		['\u0093x\u0094 \u0085 \u0080', '"x" … €'],
		['Ĳsland ŉ Ǳ ﬅ', "IJsland 'n DZ ſt"],
		['ﾊﾝｶｸ\u3000ＡＢ￥', 'ハンカク AB¥'],
		['a\u2028b\rc\u0000d', 'a\nb\ncd'],
		['x\ud800y', 'x\ufffdy'],
		['â€œhiâ€\u009d, naÃ¯ve cafÃ©\n“кот”', '"hi", naïve café\n"кот"'],
		['schÃƒÂ¶n &amp; so', 'schön & so'],
	])('%j becomes %j', (text, fixed) => {
		expect(fixText(text)).toBe(fixed);
	});

	// Made by html.unescape of Python.
	it.each([
		['&notit; &amp &ampx &#38 &#x26;', '¬it; & &x & &'],
		['&#150; &#0; &#xD800; &#1114112; &#1;', '– \ufffd \ufffd \ufffd '],
		['&bogus; & &; &#; &#x;', '&bogus; & &; &#; &#x;'],
		['&NotEqualTilde; &acE; &Aacute', '≂̸ ∾̳ Á'],
	])('entities of %j become %j', (text, decoded) => {
		expect(unescapeHtml(text)).toBe(decoded);
	});

	it('have single spaces by the rules of Python, and lower case', () => {
		expect(captionText('\u00a0A\u001c\u3000Red\u0085\n CAT\u2009')).toBe('a red… cat');
		expect(captionText('ΣΑΣ İ ẞ')).toBe('σας i̇ ß');
		expect(plainText('  A\tRed &amp;amp; CAT ')).toBe('A Red & CAT');
	});

	it('of SigLIP have no punctuation', () => {
		expect(canonicalText(' "Hello_World", it\'s 5 o\'clock -- (now)!\n«x» ')).toBe('helloworld its 5 oclock now «x»');
		expect(openClipCanonicalText('Hello_World &amp; “x”')).toBe('hello world x');
	});
});
