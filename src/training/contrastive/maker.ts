/** @file Makes samples: pictures, augmented, and the texts that go with them. What comes out depends on the item and its random numbers alone. */

import type { Random } from '../../random.js';
import { augment } from '../augment.js';
import { CaptionSource } from '../captions.js';
import { type Corpus, corpusOf } from '../corpus/index.js';
import type { Item, Material } from './sources.js';
import { intoUnit, squarePicture } from './square-picture.js';

type Prepared =
	| { readonly kind: 'corpus'; readonly corpus: Corpus; readonly captions: CaptionSource; readonly hard: number }
	| Extract<Material, { kind: 'shards' }>;

/** Makes samples of all sources of a run. */
export class SampleMaker {
	private readonly sources: readonly Prepared[];

	constructor(materials: readonly Material[]) {
		this.sources = materials.map((m): Prepared => {
			if (m.kind !== 'corpus') return m;
			const corpus = corpusOf(m.file, m.pixels);
			return { kind: 'corpus', corpus, captions: new CaptionSource(corpus, false), hard: m.hard };
		});
	}

	/**
	 * Write an item's picture into `out` at `offset`, [side, side, 3] in [0, 1]; resolves to its text.
	 *
	 * @throws Error when the image file is damaged
	 */
	async make(item: Item, random: Random, side: number, out: Float32Array, offset: number): Promise<string> {
		const source = this.sources[item.source]!;
		if (source.kind === 'corpus' && item.kind === 'corpus') {
			const { corpus, captions, hard } = source;
			const { concept, kind } = corpus.images[item.image]!;
			const mirror = corpus.concepts[concept]!.fixed !== true;
			const pixels = corpus.image(item.image);
			const { color } = augment(pixels, kind, random, { size: side, mirror, hard }, out, offset);
			return captions.about(concept, random, { shown: color }).text;
		}
		if (source.kind !== 'shards' || item.kind !== 'shards') throw new Error('expected an item of its own source');
		const { crop, mirror } = source;
		const bytes = await squarePicture(item.image, side, { random, crop, mirror });
		intoUnit(bytes, out, offset);
		return item.text;
	}
}
