/** @file Which phrases name several things, and how these stand. */

import { describe, expect, it } from 'vitest';
import { surelyThings, thingsIn } from '../../src/guidance/things.js';

describe('thingsIn', () => {
	it.each([
		['a cat and a ball', 'beside', ['a cat', 'a ball']],
		['a red heart next to the blue star', 'beside', ['a red heart', 'the blue star']],
		['a cat & a dog', 'beside', ['a cat', 'a dog']],
		['a cat, a dog and a bird', 'beside', ['a cat', 'a dog', 'a bird']],
		['a cat, a dog, and a bird', 'beside', ['a cat', 'a dog', 'a bird']],
		['a tree to the right of a house', 'beside', ['a house', 'a tree']],
		['the sun above a house', 'above', ['the sun', 'a house']],
		['a hat on top of a cat', 'above', ['a hat', 'a cat']],
		['a fish under a boat', 'above', ['a boat', 'a fish']],
		['a black and a white cat', 'beside', ['a black cat', 'a white cat']],
		[
			'a Black, a light blue and a big White sleeping cat',
			'beside',
			['a Black sleeping cat', 'a light blue sleeping cat', 'a big White sleeping cat'],
		],
		['a small star above a big one', 'above', ['a small star', 'a big one']],
		['a red below a blue star', 'above', ['a blue star', 'a red star']],
		['a light above a big table', 'above', ['a light', 'a big table']],
		['a black and an orange cat', 'beside', ['a black cat', 'an orange cat']],
		['a black and a big orange cat', 'beside', ['a black cat', 'a big orange cat']],
		['a dark and a light cat', 'beside', ['a dark cat', 'a light cat']],
		['an orange and a red apple', 'beside', ['an orange', 'a red apple']],
		['the black and the cat', 'beside', ['the black', 'the cat']],
		['a red fish and a blue', 'beside', ['a red fish', 'a blue']],
	])('%s: %s', (text, arrangement, parts) => {
		expect(thingsIn(text)).toEqual({ arrangement, parts });
	});

	it.each([
		'a cat',
		'a sandy onion',
		'a dog with a bone',
		'a cat, an oil painting',
		'a cat and a dog, an oil painting',
		'and a cat',
		'a cat and',
		'a cat and a dog above a mat',
		'a red heart on a white background',
		'(a cat:1.2) and a dog',
		'a cat \\(and a dog\\)',
		'a cat, sitting',
	])('%s is one, or not to be told', (text) => {
		expect(thingsIn(text)).toBeUndefined();
	});
});

describe('surelyThings', () => {
	const names = new Set(['bow and arrow', 'lock and key', 'tree', 'house', 'star']);
	const apart = (text: string) => surelyThings(text, names)?.parts;

	it('are told from the name of one', () => {
		expect(apart('a house and a tree')).toEqual(['a house', 'a tree']);
		expect(apart('a moon and a star')).toEqual(['a moon', 'a star']);
		expect(apart('an apple and an orange')).toEqual(['an apple', 'an orange']);
		for (const one of ['a bow and arrow', 'a big Bow and Arrow', 'a bow and an arrow', 'a lock and a key'])
			expect(apart(one), one).toBeUndefined();
	});

	it.each([
		'a black and white cat',
		'a big and small dog',
		'a happy and smiling face',
		'a cat and a dog, an oil painting',
		'a cat and a dog and a bird and a fish and a cow',
	])('%s is none, or more than there is room for', (text) => {
		expect(apart(text)).toBeUndefined();
	});
});
