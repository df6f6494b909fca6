/**
 * @file WebDataset shards as a source of samples: streamed pass after pass, each in another order. A position is gone on from
 * by reading the present pass again up to it, without decoding pictures.
 */

import { basename, dirname } from 'node:path';
import { words } from '../../encoders/words.js';
import { AtelierError } from '../../errors.js';
import { Random } from '../../random.js';
import { readShards, type Sample } from '../shards/index.js';
import type { HeldOutPair, Item, Position, TrainingSource } from './sources.js';
import { squarePicture } from './square-picture.js';

/** Samples whose words count as known. */
const lexiconSamples = 50_000;

/** How to draw from shards. */
export interface ShardSourceOptions {
	/** Index among the sources of the run. */
	readonly source: number;
	readonly weight: number;
	/** Tar files, folders of them, brace ranges. */
	readonly paths: readonly string[];
	/** Samples of the shuffle buffer. */
	readonly shuffle: number;
	/** Share of the samples, chosen by their keys, that is kept for evaluation. */
	readonly heldOut: number;
	readonly crop: readonly [number, number];
	readonly mirror: number;
	/** Key of the samples' JSON that holds the name of their concept. */
	readonly conceptKey: string;
	readonly seed: number;
	/** Index of a concept's name among all concepts of the run; -1 for a stranger. */
	conceptIndex(name: string): number;
	/** Told of every sample that is left out in the first pass. */
	onWarning(message: string): void;
}

/** A source of the samples of shards. */
export function shardSource(options: ShardSourceOptions): TrainingSource {
	const { source, weight, paths, shuffle, crop, mirror, conceptKey, seed, conceptIndex } = options;
	let pass = 0;
	let drawn = 0;
	let stream: AsyncGenerator<Sample> | undefined;
	const open = () =>
		readShards(paths, {
			shuffle: new Random(seed).split(`shards ${source} pass ${pass}`),
			buffer: shuffle,
			onWarning: pass === 0 ? options.onWarning : () => {},
		});
	const sample = async (): Promise<Sample> => {
		for (;;) {
			stream ??= open();
			const { value, done } = await stream.next();
			if (!done) {
				if (isHeldOut(value.key, options.heldOut)) continue;
				drawn++;
				return value;
			}
			if (drawn === 0)
				throw new AtelierError(
					'E_CORPUS',
					`expected samples to train on in ${paths[0]}, got only ones that are held out; lower heldOut`,
				);
			stream = undefined;
			pass++;
			drawn = 0;
		}
	};
	const close = async () => {
		await stream?.return(undefined);
		stream = undefined;
	};
	/** Samples in the order of the files, for what does not change. */
	const plain = () => readShards(paths, { onWarning: () => {} });
	const captions = async (count: number): Promise<string[]> => {
		const texts: string[] = [];
		for await (const { text } of plain()) {
			if (texts.length >= count) break;
			texts.push(text);
		}
		return texts;
	};
	return {
		weight,
		material: { kind: 'shards', crop, mirror },
		// Shards do not say whose pictures they hold: they are named by their place.
		provenance: { learntFrom: [...new Set(paths.map((path) => basename(dirname(path))))].sort(), shareAlike: [] },
		async next(): Promise<Item> {
			const { key, image, text, json } = await sample();
			const name = json[conceptKey];
			const concept = typeof name === 'string' ? conceptIndex(name) : -1;
			return { kind: 'shards', source, key, image, text, concept };
		},
		position: () => [pass, drawn],
		async seek([toPass, toDrawn]: Position) {
			await close();
			pass = toPass;
			drawn = 0;
			while (drawn < toDrawn) {
				await sample();
				if (pass !== toPass)
					throw new AtelierError(
						'E_CORPUS',
						`expected the shards that training was begun with, got fewer samples in ${paths[0]} than were read before`,
					);
			}
		},
		async heldOut(most, size) {
			const pairs: HeldOutPair[] = [];
			if (options.heldOut === 0) return pairs;
			for await (const { key, image, text } of plain()) {
				if (pairs.length >= most) break;
				if (!isHeldOut(key, options.heldOut)) continue;
				try {
					pairs.push({ text, picture: await squarePicture(image, size) });
				} catch {
					// A damaged picture is reported where it is trained on; here there are others.
				}
			}
			return pairs;
		},
		captions,
		async lexicon(most) {
			const texts = await captions(lexiconSamples);
			return { captions: [...new Set(texts)].slice(0, most), words: [...new Set(texts.flatMap(words))] };
		},
		close,
	};
}

/** A hash of the key alone, so that the order and number of shards make no difference. */
const isHeldOut = (key: string, share: number): boolean => share > 0 && new Random(0).split(key).uniform() < share;
