/** @file The built corpus of concepts as a source of samples: any of its images at any time, so there is no position to keep. */

import { Random } from '../../random.js';
import { plainSample } from '../augment.js';
import { CaptionSource } from '../captions.js';
import { type Corpus, createSampler, provenanceOf } from '../corpus/index.js';
import type { HeldOutPair, Item, TrainingSource } from './sources.js';

/** How to draw from a corpus. */
export interface CorpusSourceOptions {
	/** Index among the sources of the run. */
	readonly source: number;
	readonly weight: number;
	readonly hard: number;
	/** Index of a concept's name among all concepts of the run. */
	conceptIndex(name: string): number;
}

/** A source of a corpus' images with captions of their concepts. */
export function corpusSource(corpus: Corpus, options: CorpusSourceOptions): TrainingSource {
	const { source, weight, hard, conceptIndex } = options;
	// Shared, so that threads have it without a copy.
	const pixels = new Uint8Array(new SharedArrayBuffer(corpus.pixels.length));
	pixels.set(corpus.pixels);
	const { size, concepts, images, sources } = corpus;
	const file = {
		version: 1 as const,
		size: size as 40,
		concepts: [...concepts],
		images: [...images],
		sources: [...sources],
	};
	const sample = createSampler(corpus);
	const captions = new CaptionSource(corpus, false);
	return {
		weight,
		material: { kind: 'corpus', file, pixels, hard },
		provenance: provenanceOf(corpus),
		async next(random): Promise<Item> {
			const image = sample(random);
			const { name } = concepts[images[image]!.concept]!;
			return { kind: 'corpus', source, image, concept: conceptIndex(name) };
		},
		position: () => [0, 0],
		seek: async () => {},
		async heldOut(most, side) {
			const all = images.flatMap(({ heldOut }, i) => (heldOut ? [i] : []));
			// Spread over the corpus, which is sorted by concept.
			const step = Math.max(1, all.length / most);
			const pairs: HeldOutPair[] = [];
			const picture = new Float32Array(side * side * 3);
			for (let at = 0; pairs.length < most && at < all.length; at += step) {
				const i = all[Math.floor(at)]!;
				plainSample(corpus.image(i), side, picture, 0);
				const bytes = Uint8Array.from(picture, (x) => Math.round(x * 255));
				pairs.push({ text: concepts[images[i]!.concept]!.name, picture: bytes });
			}
			return pairs;
		},
		async captions(count) {
			const random = new Random(0).split('captions');
			return Array.from({ length: count }, () => captions.draw(random).text);
		},
		lexicon: async (most) => ({ captions: concepts.slice(0, most).map((c) => c.name), words: captions.allWords() }),
		close: async () => {},
	};
}
