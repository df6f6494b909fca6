/** @file Rival captions of a prompt: other colours, and neighbours from the bank. */

import { describe, expect, it } from 'vitest';
import { bankRivals, colorVariants } from '../../src/guidance/rivals.js';

describe('colorVariants', () => {
	it('says the prompt in each other colour', () => {
		const variants = colorVariants('A Red heart');
		expect(variants).toHaveLength(11);
		expect(variants).toContain('a blue heart');
		expect(variants).not.toContain('a red heart');
		expect(new Set(variants).size).toBe(11);
	});

	it('keeps gender and number of Russian words, and takes ё for е', () => {
		expect(colorVariants('красная роза')).toContain('зеленая роза');
		for (const written of ['жёлтый шар', 'жёлтый шар'.normalize('NFD')]) {
			const variants = colorVariants(written);
			expect(variants).toHaveLength(11);
			expect(variants).toContain('красный шар');
			expect(variants).not.toContain('желтый шар');
		}
	});

	it('takes grey for gray', () => {
		expect(colorVariants('a grey cat')).toHaveLength(11);
		expect(colorVariants('a grey cat')).not.toContain('a gray cat');
		expect(colorVariants('a grey cat')).toContain('a pink cat');
	});

	it('changes the first colour alone, and nothing but whole words', () => {
		expect(colorVariants('red and green')).toContain('blue and green');
		expect(colorVariants('red and green')).not.toContain('red and blue');
		expect(colorVariants('a bored blueprint')).toEqual([]);
		expect(colorVariants('two cats, one pink')).toContain('two cats, one red');
	});

	it('has none for a prompt without a colour', () => {
		expect(colorVariants('a house')).toEqual([]);
		expect(colorVariants('')).toEqual([]);
	});
});

describe('bankRivals', () => {
	const embedding = Float32Array.of(1, 0);
	const at = (cosine: number) => Float32Array.of(cosine, Math.sqrt(1 - cosine * cosine));
	it('leaves out captions that say the same', () => {
		const embeddings = [at(1), at(0.95), at(0.7), at(-0.5)];
		const bank = { captions: ['own', 'synonym', 'other', 'opposite'], embeddings };
		expect(bankRivals(bank, [embedding])).toEqual([embeddings[2], embeddings[3]]);
		// However far the prompt is from all captions, the nearest is its own.
		expect(bankRivals(bank, [Float32Array.of(0.3, 0.1)])).not.toContain(embeddings[1]);
		// A second wanted meaning is no rival of the first.
		expect(bankRivals(bank, [embedding, embeddings[2]!])).not.toContain(embeddings[2]);
	});
	it('has none without a bank', () => {
		expect(bankRivals(undefined, [embedding])).toEqual([]);
	});
});
