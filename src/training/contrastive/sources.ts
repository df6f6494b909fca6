/** @file Where training samples come from, and how several sources are mixed; all that a batch depends on can be written down and gone on from. */

import type { Random } from '../../random.js';
import type { CorpusFile, Provenance } from '../corpus/index.js';

/** One sample before it is made into a picture and a row of tokens; plain data, which a thread can be sent. */
export type Item =
	| { readonly kind: 'corpus'; readonly source: number; readonly image: number; readonly concept: number }
	| {
			readonly kind: 'shards';
			readonly source: number;
			readonly key: string;
			/** The image file's bytes. */
			readonly image: Uint8Array;
			readonly text: string;
			/** Index among all concepts of the run; -1 where it is not known. */
			readonly concept: number;
	  };

/** What making samples of a source takes; plain data, pixels in shared memory. */
export type Material =
	| {
			readonly kind: 'corpus';
			readonly file: CorpusFile;
			readonly pixels: Uint8Array;
			/** Strength of the augmentation: see AugmentOptions. */
			readonly hard: number;
	  }
	| {
			readonly kind: 'shards';
			/** Area of the random square crop, as shares of the largest square. */
			readonly crop: readonly [number, number];
			/** Chance of a mirror image. */
			readonly mirror: number;
	  };

/** A pair that is never trained on. */
export interface HeldOutPair {
	readonly text: string;
	/** [size, size, 3] bytes. */
	readonly picture: Uint8Array;
}

/** A place that samples come from. */
export interface TrainingSource {
	/** How often it is drawn from, relative to others. */
	readonly weight: number;
	readonly material: Material;
	/** What a model trained on it learns from. */
	readonly provenance: Provenance;
	/** The next sample; what it is depends on the position and the random numbers alone. */
	next(random: Random): Promise<Item>;
	/** How far it has been read, as plain data. */
	position(): Position;
	/** Go on from a position. */
	seek(position: Position): Promise<void>;
	/** At most this many pairs for evaluation, pictures of this side; always the same. */
	heldOut(most: number, size: number): Promise<HeldOutPair[]>;
	/** Up to this many captions, to learn a tokenizer from; always the same. */
	captions(count: number): Promise<string[]>;
	/** Captions worth being told apart from, up to this many, and the words that samples may have. */
	lexicon(most: number): Promise<{ readonly captions: readonly string[]; readonly words: readonly string[] }>;
	close(): Promise<void>;
}

/** Passes that are over, and samples drawn in the present one. */
export type Position = readonly [pass: number, drawn: number];

/** Draws batches from sources by weight. */
export class Mixture {
	private readonly total: number;

	constructor(
		private readonly sources: readonly TrainingSource[],
		private readonly random: Random,
	) {
		this.total = sources.reduce((sum, s) => sum + s.weight, 0);
	}

	/** The samples of a step, in order. */
	async batch(step: number, count: number): Promise<Item[]> {
		const random = this.random.split(`batch ${step}`);
		const items: Item[] = [];
		for (let i = 0; i < count; i++) items.push(await this.one(random));
		return items;
	}

	/** The n-th sample in place of one of a step's that could not be read. */
	replacement(step: number, n: number): Promise<Item> {
		return this.one(this.random.split(`replacement ${step} ${n}`));
	}

	private one(random: Random): Promise<Item> {
		let left = random.uniform(0, this.total);
		const source = this.sources.find((s) => {
			left -= s.weight;
			return left < 0;
		});
		return (source ?? this.sources.at(-1)!).next(random);
	}

	positions(): Position[] {
		return this.sources.map((s) => s.position());
	}

	async seek(positions: readonly Position[]): Promise<void> {
		for (const [i, source] of this.sources.entries()) await source.seek(positions[i]!);
	}
}
