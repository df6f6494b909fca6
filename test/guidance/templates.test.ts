/** @file Filling templates in: at random, and all of them; lists that name lists; what is refused. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTemplate } from '../../src/guidance/template-syntax.js';
import { countExpansions, expandAll, expandTemplate, type WildcardLists } from '../../src/guidance/templates.js';
import { Random } from '../../src/random.js';

const listsOf = (lists: Record<string, readonly string[]>): WildcardLists => ({
	names: () => Object.keys(lists),
	lines: (name) => (Object.hasOwn(lists, name) ? lists[name] : undefined),
});
const lists = listsOf({
	color: ['red', 'blue'],
	pet: ['cat', 'dog', '{lop|dwarf} rabbit'],
	any: ['__pet__', 'a __color__ bird'],
	empty: [],
	self: ['a', 'b __self__'],
	ping: ['__pong__'],
	pong: ['__ping__'],
	bad: ['{a|b'],
});
const fill = (text: string, seed = 1) => expandTemplate(text, new Random(seed), lists);

describe('expandTemplate', () => {
	it.each([
		['a red heart', 'a red heart'],
		['{a}', 'a'],
		['{2$$a|b}', 'a, b'],
		['{2$$ and $$a|b}', 'a and b'],
		['{9$$a|b|c}', 'a, b, c'],
		['{2-$$a|b}', 'a, b'],
		['x {0$$a|b} y', 'x y'],
		['{0::a|1::b}', 'b'],
		['\\{a\\|b\\} \\__color\\__', '\\{a\\|b\\} \\__color\\__'],
		['{\\{|\\{}', '\\{'],
		['snake_case __ dunder', 'snake_case __ dunder'],
		['a  {b}   c', 'a b c'],
		['it costs $$5', 'it costs $$5'],
	])('%j is %j', (text, filled) => {
		expect(fill(text)).toBe(filled);
	});

	it('is decided by the seed, and uses all choices', () => {
		const text = 'a {big|small} __color__ __pet__';
		expect(fill(text, 5)).toBe(fill(text, 5));
		const seen = new Set(Array.from({ length: 200 }, (_, seed) => fill(text, seed)));
		expect(seen).toEqual(new Set(expandAll(text, 1000, lists)));
		expect(seen.size).toBe(16);
	});

	it('chooses by weight', () => {
		const heads = Array.from({ length: 400 }, (_, seed) => fill('{3::a|b}', seed)).filter((t) => t === 'a').length;
		expect(heads).toBeGreaterThan(260);
		expect(heads).toBeLessThan(340);
	});

	it('never takes an option twice, not even a line of a list', () => {
		for (let seed = 0; seed < 50; seed++) {
			expect(['red, blue', 'blue, red']).toContain(fill('{2$$__color__}', seed));
			expect(fill('{1-3$$a|b|c}', seed)).toMatch(/^a?(, )?b?(, )?c?$/);
		}
	});

	it.each([
		['__colr__', /unknown wildcard 'colr'; did you mean 'color'\?/],
		['__empty__', /lines in the wildcard 'empty', got none/],
		['__bad__', /^wildcard 'bad': expected '\}' for the '\{', got '\{a\|b'/],
		['__ping__', /wildcards that end somewhere, got 'ping' in 'pong' in 'ping'/],
		['__../../etc/passwd__', /a wildcard's name of letters, digits, - and _ \(names, never paths\)/],
		['__a/b__', /names, never paths/],
		['__..__', /names, never paths/],
		['{a|b', /'\}' for the '\{'.*character 1.*write \\\{/],
		['a} b', /no '\}' without its '\{'.*character 2.*write \\\}/],
		['{3-1$$a|b|c}', /the smaller number of options first/],
		['{0::a}', /an option of a weight above 0/],
		['{'.repeat(30) + '}'.repeat(30), /at most 20 braces inside one another/],
	])('refuses %j', (text, message) => {
		expect(() => fill(text)).toThrow(expect.objectContaining({ code: 'E_ARGUMENT' }));
		expect(() => fill(text)).toThrow(message);
	});

	it('finds a list that leads back to itself when it gets there', () => {
		expect(() => countExpansions('__self__', lists)).toThrow(/'self' in 'self'/);
	});

	it('does not follow lists without end', () => {
		const levels = Array.from(
			{ length: 12 },
			(_, i) => [`l${i}`, [new Array(50).fill(`__l${i + 1}__`).join('')]] as const,
		);
		for (const last of ['word', '{|}']) {
			const bomb = listsOf({ ...Object.fromEntries(levels), l12: [last] });
			expect(() => expandTemplate('__l0__', new Random(1), bomb)).toThrow(/at most 4000 characters and 10000 parts/);
			expect(() => expandAll('__l0__', 2, bomb)).toThrow(/at most 4000 characters and 10000 parts/);
			expect(countExpansions('__l0__', bomb)).toBe(last === 'word' ? 1 : Number.POSITIVE_INFINITY);
		}
	});
});

describe('expandAll', () => {
	it.each<[string, string[]]>([
		['a {b|c} {d|e}', ['a b d', 'a b e', 'a c d', 'a c e']],
		['{2$$a|b|c}', ['a, b', 'a, c', 'b, c']],
		['{1-2$$+$$a|b}', ['a', 'b', 'a+b']],
		['{0-1$$a|b} x', ['x', 'a x', 'b x']],
		['__pet__', ['cat', 'dog', 'lop rabbit', 'dwarf rabbit']],
		['{2$$__color__}', ['red, blue']],
		['plain', ['plain']],
	])('%j', (text, all) => {
		expect(expandAll(text, 100, lists)).toEqual(all);
		expect(countExpansions(text, lists)).toBe(all.length);
	});

	it('stops at the limit, however many there are', () => {
		const huge = '{a|b|c|d|e|f|g|h}'.repeat(40);
		expect(expandAll(huge, 3)).toEqual(['a', 'b', 'c'].map((last) => `${'a'.repeat(39)}${last}`));
		expect(countExpansions(huge)).toBe(8 ** 40);
		expect(expandAll('a', 0)).toEqual([]);
	});

	it('is as long as was counted', () => {
		const template = fc.letrec<{ text: string }>((tie) => ({
			text: fc.oneof(
				{ depthSize: 'small' },
				fc.constantFrom('a', 'b ', '__color__', '__pet__'),
				fc.tuple(tie('text'), tie('text')).map(([a, b]) => `${a}${b}`),
				fc.array(tie('text'), { minLength: 1, maxLength: 3 }).map((o) => `{${o.join('|')}}`),
				fc
					.tuple(
						fc.integer({ min: 0, max: 2 }),
						fc.integer({ min: 0, max: 2 }),
						fc.array(tie('text'), { minLength: 2, maxLength: 3 }),
					)
					.map(([least, more, o]) => `{${least}-${least + more}$$${o.join('|')}}`),
			),
		})).text;
		fc.assert(
			fc.property(template, (text) => {
				const count = countExpansions(text, lists);
				fc.pre(count <= 2000);
				const all = expandAll(text, 2001, lists);
				expect(all).toHaveLength(count);
				expect(all).toContain(fill(text, 3));
			}),
		);
	});
});

it.each([
	['a {b|c}', true],
	['__x__', true],
	['a b', false],
	['\\{a\\}', false],
	['a __ b', false],
])('isTemplate(%j) is %s', (text, expected) => {
	expect(isTemplate(text)).toBe(expected);
});
