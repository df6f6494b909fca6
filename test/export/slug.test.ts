/** @file Names from words. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { slugOf } from '../../src/export/slug.js';

/** Any characters of Unicode, surrogates and controls included. */
const anyText = fc
	.array(fc.integer({ min: 0, max: 0x10ffff }), { maxLength: 80 })
	.map((c) => String.fromCodePoint(...c));

describe('slugOf', () => {
	it.each([
		['a red heart', 'a-red-heart'],
		['  A  Red, HEART! ', 'a-red-heart'],
		['Crème brûlée', 'creme-brulee'],
		['../../etc/passwd', 'etc-passwd'],
		['C:\\Windows\\system32', 'c-windows-system32'],
		['赤い ハート', '赤い-ハート'],
		['красное сердце', 'красное-сердце'],
		['दिल', 'दिल'],
		['심장', '심장'],
		['❤️', 'untitled'],
		['', 'untitled'],
		['one two three four five six seven eight nine', 'one-two-three-four-five-six-seven-eight'],
		['x'.repeat(60), 'x'.repeat(40)],
	])('%j to %j', (text, slug) => {
		expect(slugOf(text)).toBe(slug);
	});

	it('is always a safe, short, non-empty name of one piece', () => {
		fc.assert(
			fc.property(anyText, (text) => {
				const slug = slugOf(text);
				expect([...slug].length).toBeGreaterThan(0);
				expect([...slug].length).toBeLessThanOrEqual(40);
				expect(slug).not.toMatch(/[/\\:*?"<>|.\s\p{C}]/u);
				expect(slug).not.toMatch(/^-|-$/);
			}),
			{ numRuns: 200 },
		);
	});
});
