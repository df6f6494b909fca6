/** @file Retrieval accuracy on embeddings made by hand. */

import { describe, expect, it } from 'vitest';
import { retrieval } from '../../../src/training/contrastive/evaluate.js';

const basis = (n: number) =>
	Array.from({ length: n }, (_, i) => Float32Array.from({ length: n }, (_, k) => (i === k ? 1 : 0)));

describe('retrieval', () => {
	it('is complete when every picture is nearest to its own text', () => {
		const { accuracy } = retrieval(basis(8), basis(8), [...'abcdefgh'], 0);
		expect(accuracy).toEqual({ imageToText1: 1, imageToText5: 1, textToImage1: 1, textToImage5: 1, pairs: 8 });
	});

	it('counts the first and the first five, both ways', () => {
		// Picture i is nearest to text i + 1, then i: second place both ways.
		const pictures = basis(8).map((_, i) =>
			Float32Array.from({ length: 8 }, (_, k) => (k === (i + 1) % 8 ? 0.8 : k === i ? 0.6 : 0)),
		);
		expect(retrieval(pictures, basis(8), [...'abcdefgh'], 0).accuracy).toMatchObject({
			imageToText1: 0,
			imageToText5: 1,
			textToImage1: 0,
			textToImage5: 1,
		});
	});

	it('takes equal texts as one, and a tie as a miss', () => {
		const [x, y] = basis(2) as [Float32Array, Float32Array];
		const same = retrieval([x, y, x], [x, y, x], ['a', 'b', 'a'], 0).accuracy;
		expect(same).toMatchObject({ imageToText1: 1, textToImage1: 1 });
		const flat = Float32Array.of(0.5, 0.5);
		expect(retrieval([flat, flat], [flat, flat], ['a', 'b'], 0).accuracy).toMatchObject({
			imageToText1: 0,
			textToImage1: 0,
		});
		const nan = Float32Array.of(Number.NaN, 0);
		expect(retrieval([nan, nan], [x, y], ['a', 'b'], 0).accuracy).toMatchObject({ imageToText1: 0, textToImage1: 0 });
	});

	it('shows what some texts find, best first', () => {
		const { examples } = retrieval(basis(8), basis(8), [...'abcdefgh'], 2);
		expect(examples.map((e) => e.text)).toEqual(['a', 'e']);
		expect(examples[1]!.nearest[0]).toEqual({ pair: 4, right: true });
		expect(examples[1]!.nearest.slice(1).some((n) => n.right)).toBe(false);
	});

	it('takes no pairs at all', () => {
		expect(retrieval([], [], [], 3)).toEqual({
			accuracy: { imageToText1: 0, imageToText5: 0, textToImage1: 0, textToImage5: 0, pairs: 0 },
			examples: [],
		});
	});
});
