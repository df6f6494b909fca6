/** @file Which phrases name several things, and how these stand. */

import { describe, expect, it } from 'vitest';
import { areThings, thingsIn } from '../../src/guidance/things.js';

describe('thingsIn', () => {
	it.each([
		['a cat and a ball', 'beside', ['a cat', 'a ball']],
		['a red heart next to the blue star', 'beside', ['a red heart', 'the blue star']],
		['a dog with a bone', 'beside', ['a dog', 'a bone']],
		['a cat, a dog and a bird', 'beside', ['a cat', 'a dog', 'a bird']],
		['a cat, a dog, and a bird', 'beside', ['a cat', 'a dog', 'a bird']],
		['a tree to the right of a house', 'beside', ['a house', 'a tree']],
		['the sun above a house', 'above', ['the sun', 'a house']],
		['a man on a horse', 'above', ['a man', 'a horse']],
		['a fish under a boat', 'above', ['a boat', 'a fish']],
	])('%s: %s', (text, arrangement, parts) => {
		expect(thingsIn(text)).toEqual({ arrangement, parts });
	});

	it.each([
		'a cat',
		'a sandy onion',
		'a cup with milk',
		'and a cat',
		'a cat and',
		'a cat and a dog on a mat',
		'(a cat:1.2) and a dog',
		'a cat \\(and a dog\\)',
		'a cat, sitting',
	])('%s is one, or not to be told', (text) => {
		expect(thingsIn(text)).toBeUndefined();
	});
});

describe('areThings', () => {
	const names = new Set(['bow and arrow', 'heart with arrow', 'tree', 'house', 'orange', 'star']);
	const apart = (text: string) => areThings(text, thingsIn(text)!, names);

	it('tells things from the name of one', () => {
		expect(apart('a house and a tree')).toBe(true);
		expect(apart('a bow and arrow')).toBe(false);
		expect(apart('a big Bow and Arrow')).toBe(false);
		expect(apart('a moon and a star')).toBe(true);
	});

	it('tells things from colours', () => {
		expect(apart('a black and white cat')).toBe(false);
		expect(apart('an apple and an orange')).toBe(true);
	});
});
