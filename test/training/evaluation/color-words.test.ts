/** @file Colour words with an encoder that sees colours and nothing else. */

import { describe, expect, it } from 'vitest';
import { engineByName } from '../../../src/engines/index.js';
import { colorNames } from '../../../src/guidance/color-words.js';
import { Random } from '../../../src/random.js';
import { colorValues } from '../../../src/training/augment.js';
import { coloredThings, colorWords, tinted } from '../../../src/training/evaluation/color-words.js';
import { colorEncoder, type Patch, patchCorpus, type Rgb } from './toys.js';

const meanings = Object.fromEntries(colorNames.map((name, i) => [name, colorValues[i] as Rgb]));
const patches: Patch[] = ['heart', 'zebra', 'star', 'yak'].map((concept) => ({ concept, color: [0, 0, 0] }));
const corpus = patchCorpus(patches, ['yak']);
const engine = await engineByName('reference');

describe('colorWords', () => {
	it('are all right for an encoder that tells typical colours apart', async () => {
		const report = await colorWords(colorEncoder(meanings), engine, corpus, { things: 3, seed: 1 });
		expect(report).toMatchObject({ pictures: 3 * colorNames.length, things: ['star', 'heart', 'zebra'] });
		// The colours are drawn around the typical ones, so that near the borders an encoder may err.
		expect(report.right).toBeGreaterThan(0.85);
		expect(report.colors.map(({ name }) => name)).toEqual([...colorNames]);
		expect(report.colors.find(({ name }) => name === 'red')).toEqual({ name: 'red', right: 1 });
	});

	it('are wrong, and for what, when two words are mixed up', async () => {
		const mixed = { ...meanings, red: meanings.blue!, blue: meanings.red! };
		const { colors } = await colorWords(colorEncoder(mixed), engine, corpus, { things: 3, seed: 1 });
		const of = (wanted: string) => colors.find(({ name }) => name === wanted);
		expect(of('red')).toEqual({ name: 'red', right: 0, takenFor: 'blue' });
		expect(of('blue')).toEqual({ name: 'blue', right: 0, takenFor: 'red' });
		expect(of('green')!.right).toBe(1);
	});

	it('are all wrong when every word means the same', async () => {
		const { right } = await colorWords(colorEncoder({ '': [1, 1, 1] }), engine, corpus, { things: 3, seed: 1 });
		expect(right).toBe(0);
	});

	it('depend on the seed only', async () => {
		const run = (seed: number) => colorWords(colorEncoder(meanings), engine, corpus, { things: 2, seed });
		expect(await run(3)).toEqual(await run(3));
	});
});

describe('coloredThings', () => {
	it('are drawable, the preferred ones first, as many as there are', () => {
		expect(coloredThings(corpus, 9, new Random(1)).map(({ name }) => name)).toEqual(['star', 'heart', 'zebra']);
		expect(coloredThings(corpus, 2, new Random(1)).map(({ name }) => name)).toEqual(['star', 'heart']);
	});
});

describe('tinted', () => {
	const bytes = Uint8Array.of(9, 9, 9, 255, 0, 0, 0, 0, 7, 7, 7, 51);

	it('keeps the silhouette and nothing of its colours', () => {
		expect([...tinted(bytes, [1, 0, 0])]).toEqual([255, 0, 0, 255, 255, 255, 255, 255, 255, 204, 204, 255]);
	});

	it('shows what is nearly white on gray', () => {
		expect([...tinted(bytes, [0.98, 0.98, 0.98])].slice(4, 8)).toEqual([89, 89, 89, 255]);
	});
});
