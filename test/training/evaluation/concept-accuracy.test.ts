/** @file Retrieval accuracy of prototypes that are right, swapped or absent. */

import { describe, expect, it } from 'vitest';
import { ParameterStore } from '../../../src/encoders/parameters.js';
import { engineByName } from '../../../src/engines/index.js';
import { Random } from '../../../src/random.js';
import { plainSample } from '../../../src/training/augment.js';
import { conceptEvaluation } from '../../../src/training/concept-objective.js';
import { evaluateConcepts } from '../../../src/training/evaluation/concept-accuracy.js';
import { toyCorpus, toyTraining } from '../toy-corpus.js';

const corpus = toyCorpus();
const config = toyTraining();
const { size } = config.objective.tower;
const heldOut = corpus.images.flatMap((image, i) => (image.heldOut ? [i] : []));

/** Fresh weights whose prototypes are the embeddings of the held-out pictures themselves. */
async function sureWeights() {
	const store = new ParameterStore(new Map(), new Random(3));
	const graph = conceptEvaluation(config.objective, store, heldOut.length);
	const images = new Float32Array(heldOut.length * size * size * 3);
	for (const [k, i] of heldOut.entries()) plainSample(corpus.image(i), size, images, k * size * size * 3);
	const engine = await engineByName('onnxruntime', { threads: 1 });
	const { embedding } = await (await engine.compile({ embedding: graph.embedding! })).run({ images });
	const prototypes = store.weights.get('prototypes.concepts')!.data;
	const width = embedding!.length / heldOut.length;
	heldOut.forEach((i, k) => {
		prototypes.set(embedding!.subarray(k * width, k * width + 8), corpus.images[i]!.concept * 8);
	});
	return store.weights;
}

describe('evaluateConcepts', () => {
	it('finds every held-out picture when the prototypes are their own embeddings', async () => {
		expect(await evaluateConcepts(config, await sureWeights(), corpus)).toMatchObject({
			top1: 1,
			top5: 1,
			pictures: 3,
		});
	});

	it('finds none when the prototypes are swapped round, though all are among the first five', async () => {
		const weights = await sureWeights();
		const p = weights.get('prototypes.concepts')!.data;
		p.set([...p.subarray(8), ...p.subarray(0, 8)].slice(0, p.length));
		expect(await evaluateConcepts(config, weights, corpus)).toMatchObject({ top1: 0, top5: 1 });
	});

	it.each([0.5, Number.NaN])(
		'takes a tower that tells nothing apart for no success (prototypes of %s)',
		async (value) => {
			const weights = await sureWeights();
			weights.get('prototypes.concepts')!.data.fill(value);
			expect(await evaluateConcepts(config, weights, corpus)).toMatchObject({ top1: 0, grayTop1: 0 });
		},
	);

	it('tells drawable concepts apart from each other alone, and all pictures from all concepts', async () => {
		const weights = await sureWeights();
		// The prototype of the second concept also fits the first one's picture, exactly as well: a tie is a miss.
		const p = weights.get('prototypes.concepts')!.data;
		p.copyWithin(8, 0, 8);
		const signs = {
			...corpus,
			concepts: corpus.concepts.map((c, k) => (k === 1 ? { ...c, drawable: false } : c)),
		};
		const result = await evaluateConcepts(config, weights, signs);
		expect(result.allPictures).toBe(3);
		expect(result.pictures).toBe(2);
		expect(result.top1).toBe(1);
		expect(result.allTop1).toBeCloseTo(1 / 3, 12);
	});

	it('reports nothing of nothing', async () => {
		const empty = { ...corpus, images: corpus.images.map((image) => ({ ...image, heldOut: false })) };
		expect(await evaluateConcepts(config, await sureWeights(), empty)).toEqual({
			top1: 0,
			top5: 0,
			grayTop1: 0,
			pictures: 0,
			allTop1: 0,
			allTop5: 0,
			allPictures: 0,
		});
	});
});
