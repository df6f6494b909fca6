/** @file Recall of pairs whose ranks are known, and the choice of pairs. */

import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/random.js';
import { captionedPictures, retrieval, sampled } from '../../../src/training/evaluation/retrieval.js';
import { paints, patchCorpus } from './toys.js';

/** Unit vectors at these angles in degrees: cosines fall with the difference of angles. */
const at = (...degrees: number[]) =>
	degrees.map((d) => Float32Array.of(Math.cos((d * Math.PI) / 180), Math.sin((d * Math.PI) / 180)));

describe('retrieval', () => {
	it('is perfect for pairs that coincide', () => {
		const rows = at(0, 20, 50, 90);
		const all = { r1: 1, r5: 1, r10: 1 };
		expect(retrieval(rows, rows)).toEqual({ pairs: 4, wanted: 4, captions: all, pictures: all });
	});

	it('ranks both ways, which differ', () => {
		// From pictures: 0 -> own at 5 (first), 11 -> own at 30, but 5 is nearer (second), 100 -> own at 100 (first).
		// From captions: 5 -> 0, 30 -> 11, 100 -> 100 are all first.
		const report = retrieval(at(0, 11, 100), at(5, 30, 100));
		expect(report.captions.r1).toBeCloseTo(2 / 3, 9);
		expect(report.pictures.r1).toBe(1);
	});

	it('takes a tie for a miss', () => {
		const between = [Float32Array.of(0.5, 0.5), Float32Array.of(0, 1)];
		const ends = [Float32Array.of(1, 0), Float32Array.of(0, 1)];
		expect(retrieval(between, ends).captions.r1).toBe(0.5);
		expect(retrieval(between, ends).pictures.r1).toBe(1);
	});

	it('counts the first five and ten', () => {
		const pictures = at(...Array.from({ length: 12 }, (_, i) => i));
		// Every caption is that of the picture seven on: own rank 7 or more, but for the few at the end.
		const captions = at(...Array.from({ length: 12 }, (_, i) => (i + 7) % 12));
		const { captions: recall } = retrieval(pictures, captions);
		expect(recall.r1).toBe(0);
		expect(recall.r5).toBeLessThan(recall.r10);
		expect(recall.r10).toBeGreaterThan(0.5);
	});

	it('takes embeddings that are all alike for no success', () => {
		const same = at(3, 3, 3);
		expect(retrieval(same, same).captions).toEqual({ r1: 0, r5: 1, r10: 1 });
	});
});

describe('captionedPictures', () => {
	const corpus = patchCorpus([
		{ concept: 'apple', color: paints.red, label: 'red apple' },
		{ concept: 'apple', color: paints.green, label: 'green apple' },
		{ concept: 'apple', color: paints.blue, label: 'red apple' },
		{ concept: 'apple', color: paints.blue, heldOut: false, label: 'blue apple' },
		{ concept: 'pear', color: paints.yellow },
		{ concept: 'pear', color: paints.cyan },
	]);

	it('takes one held-out picture a caption', () => {
		const pairs = captionedPictures(corpus, 100, new Random(1));
		expect(pairs.map(({ caption }) => caption).sort()).toEqual(['green apple', 'pear', 'red apple']);
		expect(pairs.map(({ picture }) => picture).sort()).toEqual([0, 1, 4]);
	});

	it('takes as many as asked for, by the seed', () => {
		const choose = (seed: number) => captionedPictures(corpus, 2, new Random(seed)).map(({ caption }) => caption);
		expect(choose(1)).toHaveLength(2);
		expect(choose(1)).toEqual(choose(1));
		expect(new Set(Array.from({ length: 20 }, (_, seed) => choose(seed).join())).size).toBeGreaterThan(1);
	});

	it('samples without repetition', () => {
		const items = Array.from({ length: 30 }, (_, i) => i);
		expect(new Set(sampled(items, 30, new Random(2))).size).toBe(30);
		expect(sampled(items, 5, new Random(2))).toEqual(sampled(items, 30, new Random(2)).slice(0, 5));
		expect(sampled(items, 99, new Random(2))).toHaveLength(30);
	});
});
