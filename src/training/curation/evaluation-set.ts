/** @file The images that must not be trained on, and the search for pictures that repeat one of them. */

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { AtelierError } from '../../errors.js';
import { readShards } from '../shards/index.js';
import type { Embedder } from './embedder.js';
import { type Hash, hammingDistance, hashBits, perceptualHash } from './perceptual-hash.js';

/** The evaluation image that is nearest to a picture. */
export interface Nearest {
	/** Index of the image. */
	readonly index: number;
	/** Differing bits, or the cosine. */
	readonly value: number;
}

/** Side of the thumbnails that reports show. */
export const thumbnailSide = 72;

/** A file's picture, small, as PNG; transparency on white. */
export const thumbnail = (image: Uint8Array): Promise<Buffer> =>
	sharp(image)
		.autoOrient()
		.flatten({ background: '#ffffff' })
		.resize(thumbnailSide, thumbnailSide, { fit: 'inside' })
		.png()
		.toBuffer();

/** Evaluation images by hash and, with an encoder, by embedding. */
export class EvaluationSet {
	private readonly hashes: Hash[] = [];
	private readonly embeddings: Float32Array[] = [];
	readonly thumbnails: Buffer[] = [];

	private constructor() {}

	/**
	 * Read images from shards, folders of shards or folders of image files (searched deeply).
	 *
	 * @throws AtelierError E_CORPUS when there are none, E_IMAGE when one cannot be read
	 */
	static async read(paths: readonly string[], embedder?: Embedder): Promise<EvaluationSet> {
		const set = new EvaluationSet();
		let batch: Uint8Array[] = [];
		const flush = async (): Promise<void> => {
			if (embedder && batch.length > 0) set.embeddings.push(...(await embedder.images(batch)));
			batch = [];
		};
		for (const path of paths)
			for await (const { name, image } of imagesOf(path)) {
				try {
					set.hashes.push(await perceptualHash(image));
					set.thumbnails.push(await thumbnail(image));
				} catch (cause) {
					throw new AtelierError(
						'E_IMAGE',
						`expected evaluation images that can be read, got ${name} (${(cause as Error).message})`,
						{ cause },
					);
				}
				batch.push(image);
				if (batch.length === 256) await flush();
			}
		await flush();
		return set;
	}

	get size(): number {
		return this.hashes.length;
	}

	/** The image with the nearest hash. */
	nearestHash(hash: Hash): Nearest {
		let best: Nearest = { index: -1, value: hashBits + 1 };
		for (let index = 0; index < this.hashes.length; index++) {
			const value = hammingDistance(hash, this.hashes[index] as Hash, best.value);
			if (value < best.value) best = { index, value };
		}
		return best;
	}

	/** The image with the nearest embedding; all have unit length. */
	nearestEmbedding(embedding: Float32Array): Nearest {
		let best: Nearest = { index: -1, value: Number.NEGATIVE_INFINITY };
		this.embeddings.forEach((other, index) => {
			const value = dot(embedding, other);
			if (value > best.value) best = { index, value };
		});
		return best;
	}
}

/** Inner product. */
export function dot(a: Float32Array, b: Float32Array): number {
	let sum = 0;
	for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
	return sum;
}

async function* imagesOf(path: string): AsyncGenerator<{ name: string; image: Uint8Array }> {
	let names: string[];
	try {
		names = statSync(path).isDirectory() ? (readdirSync(path, { recursive: true }) as string[]).sort() : [];
	} catch {
		names = []; // A brace range, or nothing: the reader of shards knows.
	}
	const files = names.filter((name) => /\.(png|jpe?g|webp|gif|avif|tiff?)$/i.test(name));
	if (files.length === 0) {
		for await (const { key, image } of readShards(path)) yield { name: `${key} of ${path}`, image };
		return;
	}
	for (const name of files) yield { name: join(path, name), image: readFileSync(join(path, name)) };
}
