/** @file Colour words: silhouettes of held-out pictures in every colour that has a name, told apart by '<colour> <thing>'. */

import type { DualEncoder } from '../../encoders/encoder.js';
import type { Engine } from '../../engines/index.js';
import { colorNames } from '../../guidance/color-words.js';
import { Random } from '../../random.js';
import { randomColor } from '../augment/colors.js';
import { plainSample } from '../augment.js';
import type { Corpus } from '../corpus/index.js';
import { pictureEmbeddings } from './embeddings.js';
import { drawableConcepts, heldOutPictures } from './held-out.js';
import { cosines, largest, rankOf, shareWithin } from './ranks.js';
import { sampled } from './retrieval.js';

/** How well colour words are told apart. */
export interface ColorReport {
	/** Share of pictures whose colour's caption ranks first among those of all colours. */
	readonly right: number;
	readonly pictures: number;
	/** Things that were coloured. */
	readonly things: readonly string[];
	/** By colour: its share, and the colour that it is most often taken for when it is not right. */
	readonly colors: readonly { readonly name: string; readonly right: number; readonly takenFor?: string }[];
}

/** Shapes and objects whose outlines say what they are; where a corpus lacks some, others take their place. */
const preferred = (
	'circle,square,triangle,star,heart,crescent moon,cloud,tree,flower,leaf,apple,banana,fish,bird,cat,dog,rabbit,butterfly,' +
	'elephant,house,car,bicycle,airplane,sailboat,umbrella,key,cup,hat,bell,guitar'
).split(',');

/** A colour this near to white (root mean square over the channels) is shown on gray. */
const leastContrast = 0.25;

/**
 * A silhouette in one colour on white, or on gray where the colour is too near to white.
 *
 * @param rgba [side, side, 4] premultiplied bytes, of which only the alpha matters
 * @param color RGB in [0, 1]
 * @returns opaque bytes of the same size
 */
export function tinted(rgba: Uint8Array, color: ArrayLike<number>): Uint8Array {
	const distance = Math.hypot(1 - color[0]!, 1 - color[1]!, 1 - color[2]!) / Math.sqrt(3);
	const ground = distance < leastContrast ? 0.35 : 1;
	const out = new Uint8Array(rgba.length).fill(255);
	for (let i = 0; i < rgba.length; i += 4) {
		const alpha = rgba[i + 3]! / 255;
		for (let c = 0; c < 3; c++) out[i + c] = Math.round(255 * (alpha * color[c]! + (1 - alpha) * ground));
	}
	return out;
}

/** One held-out picture a thing, the preferred things first. */
export function coloredThings(corpus: Corpus, count: number, random: Random): { name: string; picture: number }[] {
	const drawable = drawableConcepts(corpus);
	const byName = new Map<string, number>();
	for (const picture of heldOutPictures(corpus)) {
		const { concept } = corpus.images[picture]!;
		const { name } = corpus.concepts[concept]!;
		if (drawable[concept] && !byName.has(name)) byName.set(name, picture);
	}
	const first = preferred.filter((name) => byName.has(name));
	const others = sampled(
		[...byName.keys()].filter((name) => !first.includes(name)),
		count,
		random,
	);
	return [...first, ...others].slice(0, count).map((name) => ({ name, picture: byName.get(name)! }));
}

/** Colour every thing in every colour, and ask for the colour. */
export async function colorWords(
	encoder: DualEncoder,
	engine: Engine,
	corpus: Corpus,
	options: { readonly things: number; readonly seed: number },
): Promise<ColorReport> {
	const random = new Random(options.seed).split('colours');
	const things = coloredThings(corpus, options.things, random);
	const colors = colorNames.length;
	const tints = things.map(() =>
		colorNames.map((_, color) => {
			const tint = new Float32Array(3);
			randomColor(color, random, tint);
			return tint;
		}),
	);
	const captions = await encoder.encodeTexts(
		things.flatMap(({ name }) => colorNames.map((color) => `${color} ${name}`)),
	);
	const pictures = await pictureEmbeddings(encoder, engine, things.length * colors, (i, out, offset) => {
		const thing = Math.floor(i / colors);
		const bytes = tinted(corpus.image(things[thing]!.picture), tints[thing]![i % colors]!);
		plainSample(bytes, encoder.imageSize, out, offset);
	});
	const scores = pictures.map((picture, i) => {
		const first = i - (i % colors);
		return cosines(picture, captions.slice(first, first + colors));
	});
	const ranks = scores.map((row, i) => rankOf(row, i % colors));
	return {
		right: shareWithin(ranks, 1),
		pictures: pictures.length,
		things: things.map(({ name }) => name),
		colors: colorNames.map((name, color) => {
			const own = scores.flatMap((row, i) => (i % colors === color ? [{ row, rank: ranks[i]! }] : []));
			const guesses = new Float64Array(colors);
			for (const { row, rank } of own)
				if (rank > 0) guesses[largest(row.map((s, k) => (k === color ? Number.NEGATIVE_INFINITY : s)))]!++;
			const worst = largest(guesses);
			return {
				name,
				right: shareWithin(
					own.map(({ rank }) => rank),
					1,
				),
				...(guesses[worst]! > 0 && { takenFor: colorNames[worst] }),
			};
		}),
	};
}
