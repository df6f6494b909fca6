/** @file Names of icons and clip art: what cleaning leaves of them, and which concepts they then match. */

import { describe, expect, it } from 'vitest';
import { matchTitle } from '../../../src/training/corpus/clipart.js';
import { type ConceptEntry, ConceptMatcher, defaultConcepts } from '../../../src/training/corpus/concepts.js';
import { cleanName, otherNumber, plainText, plainWords, singular } from '../../../src/training/corpus/names.js';

const concepts: ConceptEntry[] = [
	{ name: 'tree', also: ['deciduous tree'] },
	{ name: 'christmas tree' },
	{ name: 'apple' },
	{ name: 'heart', also: ['red heart'], exact: true },
	{ name: 'mouse', notIcon: true, emoji: ['rat'] },
	{ name: 'computer mouse', icons: ['mouse'] },
	{ name: 'scissors', icons: ['cut'] },
	{ name: 'truck', also: ['delivery truck'] },
];
const matcher = new ConceptMatcher(concepts);
const name = (index: number): string | undefined => concepts[index]?.name;
const icon = (id: string): string | undefined => name(matcher.match(cleanName(id).words, 'icon'));

describe('cleaning names', () => {
	it('strips styles, sizes and counters, not things', () => {
		expect(cleanName('heart-24-filled').words).toEqual(['heart']);
		expect(cleanName('umbrella-bold-duotone').words).toEqual(['umbrella']);
		expect(cleanName('apple-2').words).toEqual(['apple']);
		expect(cleanName('food-apple--fruit-healthy').words).toEqual(['food', 'apple']);
		expect(cleanName('traffic-light').words).toEqual(['traffic', 'light']);
		expect(cleanName('baseline-home').words).toEqual(['home']);
	});

	it('takes doubtful words as styles only where the set declares them', () => {
		expect(cleanName('heart-light', new Set(['light'])).words).toEqual(['heart']);
		expect(cleanName('heart-broken').words).toEqual(['heart', 'broken']);
	});

	it('gives the sizes of one drawing one key and its styles several', () => {
		expect(cleanName('heart-16-filled').sizeless).toBe(cleanName('heart-20-filled').sizeless);
		expect(cleanName('heart-16-filled').sizeless).not.toBe(cleanName('heart-16-regular').sizeless);
	});

	it('folds marks and punctuation', () => {
		expect(plainWords('Jack-O-Lantern')).toBe('jack o lantern');
		expect(plainWords('Woman’s clothes')).toBe('woman s clothes');
		expect(plainWords('piñata')).toBe('pinata');
		expect(plainText('Cœur_rouge')).toBe('cœur rouge');
		expect(plainText('«Сердце»')).toBe('сердце');
	});

	it('finds the other number of a name, where it has one', () => {
		const other = {
			cat: 'cats',
			cherry: 'cherries',
			toy: 'toys',
			box: 'boxes',
			church: 'churches',
			sandwich: 'sandwiches',
			stomach: 'stomachs',
			snowman: 'snowmen',
			bookshelf: 'bookshelves',
			'police car': 'police cars',
			tomato: 'tomatoes',
			piano: 'pianos',
			socks: 'sock',
			cherries: 'cherry',
			goldfish: undefined,
			jeans: undefined,
			rhinoceros: undefined,
			'wine glass': undefined,
			bowling: undefined,
			'face with sunglasses': undefined,
		};
		expect(Object.fromEntries(Object.keys(other).map((name) => [name, otherNumber(name)]))).toEqual(other);
	});

	it('makes rough singulars', () => {
		expect(['cherries', 'boxes', 'glass', 'trees', 'bus'].map(singular)).toEqual([
			'cherry',
			'box',
			'glass',
			'tree',
			'bus',
		]);
	});
});

describe('matching concepts', () => {
	it('takes whole names and names with an adjective in front, the longest concept winning', () => {
		expect(icon('tree-filled')).toBe('tree');
		expect(icon('bonsai-tree')).toBe('tree');
		expect(icon('christmas-tree-outline')).toBe('christmas tree');
	});

	it('refuses badges, parts, negations and compounds of two things', () => {
		for (const id of ['file-tree', 'apple-tree', 'no-tree', 'tree-house', 'user-heart', 'beating-heart'])
			expect(icon(id), id).toBeUndefined();
	});

	it('reads loose icon names only whole', () => {
		expect(icon('cut')).toBe('scissors');
		expect(icon('low-cut')).toBeUndefined();
	});

	it('lets a word mean one thing in icons and another in emoji', () => {
		expect(icon('mouse')).toBe('computer mouse');
		expect(name(matcher.match(['mouse'], 'emoji'))).toBe('mouse');
		expect(name(matcher.match(['rat'], 'emoji'))).toBe('mouse');
		expect(icon('rat')).toBeUndefined();
	});

	it('matches emoji whole only, so that variants never leak in', () => {
		expect(name(matcher.match(['red', 'heart'], 'emoji'))).toBe('heart');
		expect(matcher.match(['heart', 'dark', 'skin', 'tone'], 'emoji')).toBe(-1);
		expect(matcher.match(['tall', 'tree'], 'emoji')).toBe(-1);
		expect(name(matcher.exactSqueezed('deliverytruck'))).toBe('truck');
	});

	it('reads clip-art titles, plurals included, and no sentences', () => {
		expect(name(matchTitle('Apples 02', matcher))).toBe('apple');
		expect(name(matchTitle('red apple', matcher))).toBe('apple');
		expect(matchTitle('part of the flat icon collection (apple)', matcher)).toBe(-1);
		expect(matchTitle('a boy who climbs a tree', matcher)).toBe(-1);
	});

	it('refuses two concepts with one name', () => {
		const twice = [{ name: 'lamp' }, { name: 'light bulb', also: ['lamp'] }];
		expect(() => new ConceptMatcher(twice)).toThrow(expect.objectContaining({ code: 'E_CORPUS' }));
	});

	it('ships a list without collisions that holds the plainest things', () => {
		expect(() => new ConceptMatcher(defaultConcepts)).not.toThrow();
		const names = new Set(defaultConcepts.map((concept) => concept.name));
		for (const plain of ['smiling face', 'heart', 'tree', 'sun', 'umbrella', 'house', 'cat', 'star'])
			expect(names.has(plain), plain).toBe(true);
		expect(defaultConcepts.find((concept) => concept.name === 'left arrow')?.fixed).toBe(true);
	});
});
