/** @file Encoders and corpora whose embeddings are known by construction: a picture is one colour, and its embedding is that colour. */

import type { DualEncoder } from '../../../src/encoders/encoder.js';
import { unit } from '../../../src/encoders/vectors.js';
import { add, concat, l2Normalise, mean, mul, reshape, sub, type Tensor } from '../../../src/tensor/index.js';
import { type Corpus, type CorpusFile, corpusOf } from '../../../src/training/corpus/index.js';
import { builtinViews } from '../../../src/views/index.js';

export type Rgb = readonly [number, number, number];

/** The embedding of a colour: its difference from mid gray, lifted by a one so that length counts, and normalised. */
export const liftedColor = ([r, g, b]: Rgb): Float32Array => unit(Float32Array.of(r - 0.5, g - 0.5, b - 0.5, lift));
const lift = 0.5;

/** Mean colour of [n, size, size, 3], lifted: [n, 4]. */
function colorGraph(images: Tensor): Tensor {
	const color = sub(mean(images, [1, 2]), 0.5);
	const one = add(mul(reshape(mean(color, [1]), [-1, 1]), 0), lift);
	return l2Normalise(concat([color, one], 1));
}

/** An encoder that sees the mean colour of a picture; a text means the first of the given words that it contains. */
export function colorEncoder(meanings: Readonly<Record<string, Rgb>>, changes: Partial<DualEncoder> = {}): DualEncoder {
	const words = Object.keys(meanings).sort((a, b) => b.length - a.length);
	return {
		name: 'colours',
		hash: 'colours',
		imageSize: 4,
		width: 4,
		logitScale: 20,
		views: builtinViews,
		viewCount: 2,
		canvas: 16,
		imageGraph: colorGraph,
		encodeTexts: async (texts) =>
			texts.map((text) => {
				const word = words.find((w) => text.includes(w));
				return word === undefined ? Float32Array.of(0, 0, 0, -1) : liftedColor(meanings[word]!);
			}),
		encodeImages: async () => {
			throw new Error('not asked for');
		},
		unknownWords: () => [],
		isTruncated: () => false,
		...changes,
	};
}

/** A picture of a corpus in one colour: its concept's name, its colour, its source. */
export interface Patch {
	readonly concept: string;
	readonly color: Rgb;
	readonly source?: string;
	readonly heldOut?: boolean;
	readonly label?: string;
}

/** A corpus of such pictures; concepts in the order of their first picture, those named in `hidden` not drawable. */
export function patchCorpus(patches: readonly Patch[], hidden: readonly string[] = []): Corpus {
	const names = [...new Set(patches.map(({ concept }) => concept))];
	const sources = [...new Set(patches.map(({ source = 'test' }) => source))];
	const file: CorpusFile = {
		version: 1,
		size: 40,
		concepts: names.map((name) => ({
			name,
			...(hidden.includes(name) && { drawable: false }),
			words: [{ text: name, lang: 'en' }],
		})),
		images: patches.map(({ concept, source = 'test', heldOut = true, label }, i) => ({
			concept: names.indexOf(concept),
			kind: 'emoji',
			source,
			name: `${concept}-${i}`,
			...(label !== undefined && { label }),
			heldOut,
		})),
		sources: sources.map((name) => ({ name, title: name, package: 'test', version: '1', licence: 'MIT', images: 1 })),
	};
	const pixels = new Uint8Array(patches.length * 6400);
	for (const [i, { color }] of patches.entries()) {
		const rgba = [...color.map((v) => Math.round(v * 255)), 255];
		for (let p = 0; p < 1600; p++) pixels.set(rgba, i * 6400 + p * 4);
	}
	return corpusOf(file, pixels);
}

/** Six colours far apart. */
export const paints = {
	red: [1, 0, 0],
	green: [0, 1, 0],
	blue: [0, 0, 1],
	yellow: [1, 1, 0],
	cyan: [0, 1, 1],
	magenta: [1, 0, 1],
} as const satisfies Record<string, Rgb>;
