/** @file Seeds: unsigned 32-bit numbers, each with a word that can be said and remembered, and taken for the number: `MonsoonCaterpillar9594`. */

import { animalWords, natureWords } from './seed-words.js';

/** The seed that asks for a new one. */
export const openSeed = -1;
/** The largest seed. */
export const largestSeed = 2 ** 32 - 1;

/** A seed that nobody chose, in [0, 2^32 - 1]. */
export const newSeed = (): number => crypto.getRandomValues(new Uint32Array(1))[0]!;

// Neighbouring seeds get unlike words: x -> (x ^ mask) * factor mod 2^32 is one to one.
const mask = 0x5bd1e995;
const factor = 0x9e3779b1;
const inverse = 0x0e8b2f51;

/** A seed's word: one of nature, an animal, and a number up to 65535. Every seed has one of its own. */
export function seedWord(seed: number): string {
	const mixed = Math.imul((seed >>> 0) ^ mask, factor) >>> 0;
	return `${natureWords[mixed >>> 24]}${animalWords[(mixed >>> 16) & 0xff]}${mixed & 0xffff}`;
}

/** The seed of a word, upper or lower case; undefined when it is none. */
export function seedOfWord(word: string): number | undefined {
	const match = /^([a-z]+?)(\d{1,5})$/i.exec(word.trim());
	if (!match) return undefined;
	const [letters, number] = [match[1]!.toLowerCase(), Number(match[2])];
	const nature = natureWords.findIndex(
		(word) => letters.startsWith(word.toLowerCase()) && animalIndex(letters.slice(word.length)) >= 0,
	);
	if (nature < 0 || number > 0xffff) return undefined;
	const animal = animalIndex(letters.slice(natureWords[nature]!.length));
	return (Math.imul((nature << 24) | (animal << 16) | number, inverse) ^ mask) >>> 0;
}

const animalIndex = (letters: string): number => animalWords.findIndex((word) => word.toLowerCase() === letters);
