/** @file Seeds and their words. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { largestSeed, newSeed, seedOfWord, seedWord } from '../../src/recipe/seed.js';
import { animalWords, natureWords } from '../../src/recipe/seed-words.js';

describe('seedWord', () => {
	it('says the same word for good', () => {
		expect([0, 1, 2, 7, largestSeed].map(seedWord)).toEqual([
			'StoneLlama60677',
			'FernFerret29524',
			'CanyonWombat57447',
			'WisteriaSwan32754',
			'NebulaCrayfish39242',
		]);
	});

	it('leads back to the seed, however it is written', () => {
		fc.assert(
			fc.property(fc.integer({ min: 0, max: largestSeed }), (seed) => {
				expect(seedOfWord(seedWord(seed))).toBe(seed);
				expect(seedOfWord(` ${seedWord(seed).toLowerCase()} `)).toBe(seed);
			}),
		);
	});

	it.each(['', '7', 'Monsoon', 'MonsoonCaterpillar', 'MonsoonCaterpillar65536', 'CaterpillarMonsoon1', 'x y 3'])(
		'%j is no seed',
		(word) => {
			expect(seedOfWord(word)).toBeUndefined();
		},
	);

	it('has 256 words of either kind, and no two pairs that read alike', () => {
		expect(new Set(natureWords).size).toBe(256);
		expect(new Set(animalWords).size).toBe(256);
		const pairs = natureWords.flatMap((n) => animalWords.map((a) => `${n}${a}`.toLowerCase()));
		expect(new Set(pairs).size).toBe(65536);
		for (const word of [...natureWords, ...animalWords]) expect(word).toMatch(/^[A-Z][a-z]+$/);
	});
});

describe('newSeed', () => {
	it('is an unsigned 32-bit number', () => {
		const seeds = Array.from({ length: 64 }, newSeed);
		for (const seed of seeds) expect(seed >>> 0).toBe(seed);
		expect(Math.max(...seeds)).toBeGreaterThan(2 ** 31);
	});
});
