/** @file Whether an encoder tells pictures from nonsense: the area under the curve against its definition, encoders that see nothing or the opposite. */

import { describe, expect, it } from 'vitest';
import { engineByName } from '../../../src/engines/index.js';
import { Random } from '../../../src/random.js';
import { add, concat, l2Normalise, mean, mul, reshape, type Tensor } from '../../../src/tensor/index.js';
import { pictureEmbeddings } from '../../../src/training/evaluation/embeddings.js';
import { heldOutPictures, showPictures } from '../../../src/training/evaluation/held-out.js';
import { areaUnderCurve, tellsNonsense } from '../../../src/training/evaluation/nonsense.js';
import { toyCorpus } from '../toy-corpus.js';

describe('areaUnderCurve', () => {
	it('is the share of pairs in the right order; ties and NaN are misses', () => {
		const random = new Random(1);
		const list = (n: number) => Array.from({ length: n }, () => random.int(12));
		for (let k = 0; k < 20; k++) {
			const [a, b] = [list(17), list(9)];
			const pairs = a.flatMap((x) => b.map((y) => (x > y ? 1 : 0) as number));
			expect(areaUnderCurve(a, b)).toBeCloseTo(pairs.reduce((s, p) => s + p, 0) / pairs.length, 12);
		}
		expect(areaUnderCurve([1, Number.NaN], [0, 0.5])).toBe(0.5);
		expect(areaUnderCurve([1, 1], [0, Number.NaN])).toBe(0.5);
		expect(areaUnderCurve([1], [])).toBe(0);
	});
});

describe('tellsNonsense', () => {
	const corpus = toyCorpus();
	/** Embeds the brightness of a picture, times `factor`. */
	const report = async (factor: number) => {
		const imageGraph = (images: Tensor): Tensor => {
			const m = reshape(mul(mean(images, [1, 2, 3]), factor), [-1, 1]);
			return l2Normalise(concat([m, add(mul(m, 0), 1)], 1));
		};
		const engine = await engineByName('onnxruntime', { threads: 1 });
		const pictures = Array.from({ length: 70 }, (_, i) => heldOutPictures(corpus)[i % 3]!);
		const encoder = { imageSize: 16, width: 2, imageGraph };
		const shown = await pictureEmbeddings(encoder, engine, 70, showPictures(corpus, pictures, 16));
		return tellsNonsense(encoder, engine, corpus, pictures, shown, [Float32Array.of(1, 0)], 5);
	};

	it('grants nothing to an encoder to which all pictures are the same', async () => {
		expect(await report(0)).toEqual({ all: 0, scribbles: 0, takenApart: 0, passes: 1, pictures: 70 });
	});

	it('is the same each time, and the opposite for the opposite encoder', async () => {
		const bright = await report(1);
		expect(await report(1)).toEqual(bright);
		const dark = await report(-1);
		for (const part of ['all', 'scribbles', 'takenApart'] as const) {
			// Quarters in another order are as bright as the drawing: ties, lost by both.
			expect(bright[part] + dark[part], part).toBeLessThanOrEqual(1);
			expect(bright[part] + dark[part], part).toBeGreaterThan(0.85);
			expect(bright[part], part).not.toBeCloseTo(0.5, 2);
		}
	});
});
