/** @file The concept corpus as WebDataset shards, with captions made of each concept's words: what open_clip's trainer reads. */

import { join } from 'node:path';
import { AtelierError } from '../errors.js';
import { Random } from '../random.js';
import { CaptionSource } from './captions.js';
import type { Corpus } from './corpus/index.js';
import { pngOnWhite } from './corpus/rasterize.js';
import { claimFolder, type NewSample, type ShardTotals, writeShards } from './shards/index.js';

/** How to write a corpus as shards. */
export interface CorpusShardsOptions {
	/** Folder for `train/` and `held-out/`. */
	readonly out: string;
	/** Captions for each picture, each a sample of its own; default 1. */
	readonly captions?: number;
	/** Default 1. */
	readonly seed?: number;
	readonly shardSize?: number;
	readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Write the pictures of a corpus, on white, in random order; held-out ones into shards of their own.
 *
 * @throws AtelierError E_IO when the folder holds shards or cannot be written to
 */
export async function writeCorpusShards(
	corpus: Corpus,
	options: CorpusShardsOptions,
): Promise<{ train: ShardTotals; heldOut: ShardTotals }> {
	const captions = options.captions ?? 1;
	if (!(Number.isInteger(captions) && captions > 0))
		throw new AtelierError('E_ARGUMENT', `expected 1 caption a picture or more, got ${captions}`);
	const folders = { train: join(options.out, 'train'), heldOut: join(options.out, 'held-out') };
	for (const folder of Object.values(folders)) claimFolder(folder);
	const random = new Random(options.seed ?? 1);
	const words = new CaptionSource(corpus, false);
	const licences = new Map(corpus.sources.map(({ name, licence }) => [name, licence]));
	const order = random.split('order').shuffle(Array.from({ length: corpus.images.length * captions }, (_, i) => i));
	let done = 0;
	async function* samples(heldOut: boolean): AsyncGenerator<NewSample> {
		for (const k of order) {
			const i = Math.floor(k / captions);
			const image = corpus.images[i]!;
			if (image.heldOut !== heldOut) continue;
			const concept = corpus.concepts[image.concept]!;
			// No colour: the words of a concept do not say which its pictures have.
			const { text } = words.about(image.concept, random.split(`caption ${k}`), { shown: -1 });
			yield {
				text,
				image: await pngOnWhite(corpus.image(i), corpus.size),
				imageType: 'png',
				json: {
					url: `${image.source}:${image.name}`,
					width: corpus.size,
					height: corpus.size,
					original_width: corpus.size,
					original_height: corpus.size,
					source: image.source,
					name: image.name,
					kind: image.kind,
					licence: licences.get(image.source) ?? null,
					held_out: heldOut,
					concept: concept.name,
				},
			};
			options.onProgress?.(++done, order.length);
		}
	}
	const sizes = options.shardSize ? { shardSize: options.shardSize } : {};
	const train = await writeShards(folders.train, samples(false), sizes);
	return { train, heldOut: await writeShards(folders.heldOut, samples(true), sizes) };
}
