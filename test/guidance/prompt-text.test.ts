/** @file The marks inside a prompt's text: what they are taken for, and that printing and parsing undo one another. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PromptNode, type PromptText, parsePromptText, printPromptText } from '../../src/guidance/prompt-text.js';

const words = (text: string): PromptNode => ({ kind: 'words', words: text });
const strong = (weight: number, ...inner: PromptNode[]): PromptNode => ({ kind: 'emphasis', weight, inner });
const turn = (before: PromptText, after: PromptText, when: number): PromptNode => ({
	kind: 'schedule',
	before,
	after,
	when,
});

describe('parsePromptText', () => {
	it.each<[string, PromptText]>([
		['a red heart', [words('a red heart')]],
		['a (red) heart', [words('a '), strong(1.1, words('red')), words(' heart')]],
		['a (red:1.3) heart', [words('a '), strong(1.3, words('red')), words(' heart')]],
		['(red: .5 )', [strong(0.5, words('red'))]],
		['(red:-1)', [strong(-1, words('red'))]],
		['((red))', [strong(1.1, strong(1.1, words('red')))]],
		['[red]', [strong(1 / 1.1, words('red'))]],
		['(a [b:2] c:1.5)', [strong(1.5, words('a '), turn([], [words('b')], 2), words(' c'))]],
		['[a:b:0.5]', [turn([words('a')], [words('b')], 0.5)]],
		['[a::0.3]', [turn([words('a')], [], 0.3)]],
		['[:a:0.3]', [turn([], [words('a')], 0.3)]],
		['[b:0.3]', [turn([], [words('b')], 0.3)]],
		['[a:b:10]', [turn([words('a')], [words('b')], 10)]],
		['[(a:2):b:1]', [turn([strong(2, words('a'))], [words('b')], 1)]],
		['[[a:b:0.2]:c:0.5]', [turn([turn([words('a')], [words('b')], 0.2)], [words('c')], 0.5)]],
		// A colon before something else than a number is a colon.
		['[a: b]', [strong(1 / 1.1, words('a: b'))]],
		['(a: b)', [strong(1.1, words('a: b'))]],
		['(a:b:1.2)', [strong(1.2, words('a:b'))]],
		['at 10:30', [words('at 10:30')]],
		['a | b', [words('a | b')]],
		['(a|b)', [strong(1.1, words('a|b'))]],
		['\\(a\\) \\[b\\] \\{c\\} \\|\\:\\_\\\\', [words('(a) [b] {c} |:_\\')]],
		['c:\\dir', [words('c:\\dir')]],
		['a\\', [words('a\\')]],
		['()[] a', [words(' a')]],
		['(10\\:30)', [strong(1.1, words('10:30'))]],
	])('%j', (text, nodes) => {
		expect(parsePromptText(text)).toEqual(nodes);
	});

	it.each([
		['a (red heart', /'\)' for the '\('.*character 3.*write \\\(/],
		['a [red heart', /'\]' for the '\['.*character 3.*write \\\[/],
		['(a [b) c]', /'\]' for the '\['.*character 4/],
		['a red) heart', /no '\)' without its partner.*character 6/],
		['a smiley :)', /write \\\)/],
		['[a|b]', /no \[a\|b\], which alternates, but \[a:b:0\.5\]/],
		['[a:b:c:0.5]', /\[before:after:when\] with two colons/],
		['[a:b:1.5]', /a part of the steps below 1 or a whole number of steps/],
		['[a:b:-1]', /a part of the steps below 1/],
		['(at 10:30)', /an emphasis of -10 to 10.*write \\:/],
		['('.repeat(25) + ')'.repeat(25), /at most 20 brackets inside one another/],
	])('refuses %j, and says where and what to write', (text, message) => {
		expect(() => parsePromptText(text)).toThrow(expect.objectContaining({ code: 'E_ARGUMENT' }));
		expect(() => parsePromptText(text)).toThrow(message);
	});

	it('is not impressed by length', () => {
		expect(() => parsePromptText('('.repeat(100_000))).toThrow(/at most 20 brackets/);
		expect(parsePromptText('[a]'.repeat(10_000))).toHaveLength(10_000);
	});
});

describe('printPromptText', () => {
	const plain = fc
		.string({ minLength: 1, unit: fc.constantFrom(...'ab1.- :\\()[]{}|_é赤'.split('')) })
		.map((text): PromptNode => words(text));
	const weight = fc.oneof(
		fc.constantFrom(1.1, 0, -1, 1e-7),
		fc.float({ min: -10, max: 10, noNaN: true }).map((w) => w + 0),
	);
	const when = fc.oneof(fc.integer({ min: 1, max: 500 }), fc.float({ min: 0, max: Math.fround(0.99), noNaN: true }));
	/** Nodes as the parser makes them: no words beside words, nothing empty. */
	const text = fc.letrec<{ node: PromptNode; list: PromptNode[] }>((tie) => ({
		list: fc
			.array(tie('node'), { minLength: 1, maxLength: 4 })
			.map((nodes) => nodes.filter((node, i) => node.kind !== 'words' || nodes[i - 1]?.kind !== 'words')),
		node: fc.oneof(
			{ depthSize: 'small', withCrossShrink: true },
			plain,
			fc.tuple(weight, tie('list')).map(([w, inner]) => strong(w, ...inner)),
			fc.tuple(fc.option(tie('list'), { nil: [] }), tie('list'), when).map(([b, a, w]) => turn(b, a, w)),
			fc.tuple(tie('list'), when).map(([b, w]) => turn(b, [], w)),
		),
	})).list;

	it('is undone by parsing', () => {
		fc.assert(
			fc.property(text, (nodes) => {
				expect(parsePromptText(printPromptText(nodes))).toEqual(nodes);
			}),
			{ numRuns: 500 },
		);
	});

	it('whatever was parsed is printed in a form that is parsed alike', () => {
		fc.assert(
			fc.property(fc.string({ unit: fc.constantFrom(...'ab1.:\\()[] |'.split('')), maxLength: 30 }), (written) => {
				let nodes: PromptText;
				try {
					nodes = parsePromptText(written);
				} catch {
					return;
				}
				expect(parsePromptText(printPromptText(nodes))).toEqual(nodes);
			}),
			{ numRuns: 2000 },
		);
	});
});
