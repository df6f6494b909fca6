/** @file What captions mean, as embeddings: prototypes of concepts joined with those of colours, or with the concept's natural colour. */

import { imageTower, type TowerConfig } from '../encoders/image-tower.js';
import { ParameterStore, type Weights } from '../encoders/parameters.js';
import { type EmbeddingTower, embeddingParts, embeddingWidth } from '../encoders/tower-parts.js';
import { rowsOf, unit } from '../encoders/vectors.js';
import { engineByName } from '../engines/index.js';
import { colorNames, englishColors } from '../guidance/color-words.js';
import { input } from '../tensor/index.js';
import { plainSample } from './augment.js';
import type { Caption } from './captions.js';
import type { Corpus } from './corpus/index.js';
import { plainWords } from './corpus/names.js';

/** Rows of a weight matrix, each of unit length. */
export function unitRows(weights: Weights, name: string): Float32Array[] {
	const { shape, data } = weights.get(name)!;
	return rowsOf(data, shape[1]!).map(unit);
}

/** Joins a shape vector and a colour vector as the image tower does; the result has unit length. */
export function joinParts(tower: EmbeddingTower, shape: Float32Array, color: Float32Array): Float32Array {
	const { colorShare } = tower.embedding;
	const out = new Float32Array(embeddingWidth(tower));
	shape.forEach((x, i) => {
		out[i] = x * Math.sqrt(1 - colorShare);
	});
	color.forEach((x, i) => {
		out[shape.length + i] = x * Math.sqrt(colorShare);
	});
	return unit(out);
}

/** So many emoji show the colour of a thing by themselves: icons in colour often have that of their set. */
const enoughEmoji = 3;

/** The coloured pictures of a concept that show its usual colour: emoji that are not named by another (a blue heart, a black cat), or where those are few all emoji, or all. */
function usualPictures({ concepts, images }: Corpus, k: number): readonly number[] {
	const colored = images.flatMap((im, i) => (im.concept === k && !im.heldOut && im.kind !== 'glyph' ? [i] : []));
	const emoji = colored.filter((i) => images[i]!.kind === 'emoji');
	const own = plainWords(concepts[k]!.name);
	const plain = emoji.filter((i) => {
		const { label, name } = images[i]!;
		const named = plainWords(label ?? name);
		// Some sets write names in one word: bluebook, largebluediamond.
		const squeezed = named.replace(/^(large|small)/, '');
		return !englishColors.some(
			(color) =>
				!own.includes(color) &&
				(named.split(' ').includes(color) || (!named.includes(' ') && squeezed.startsWith(color))),
		);
	});
	return [plain, emoji].find(({ length }) => length >= enoughEmoji) ?? colored;
}

/** The mean colour part of the pictures of each concept that show its usual colour: its length says how sure the colour is. */
export async function naturalColors(
	tower: TowerConfig,
	weights: Weights,
	corpus: Corpus,
	engineName: string,
): Promise<Float32Array[]> {
	const engine = await engineByName(engineName, { threads: 1 });
	const batch = 32;
	const images = input('images', [batch, tower.size, tower.size, 3]);
	const [, color] = embeddingParts(tower, imageTower(tower, new ParameterStore(weights), images));
	const executable = await engine.compile({ color });
	const width = tower.embedding.color;
	const stride = tower.size ** 2 * 3;
	const result: Float32Array[] = [];
	try {
		for (let k = 0; k < corpus.concepts.length; k++) {
			const own = usualPictures(corpus, k).slice(0, batch);
			const pixels = new Float32Array(batch * stride);
			for (const [j, i] of own.entries()) plainSample(corpus.image(i), tower.size, pixels, j * stride);
			const total = new Float32Array(width);
			if (own.length > 0) {
				const out = (await executable.run({ images: pixels })).color!;
				for (let j = 0; j < own.length; j++)
					for (let c = 0; c < width; c++) total[c]! += out[j * width + c]! / own.length;
			}
			result.push(total);
		}
		return result;
	} finally {
		await executable.dispose();
	}
}

/** What is only drawn in one colour is drawn in black. */
const black = colorNames.indexOf('black');

/** How much a caption that names no colour insists on the usual one, against one that names it: chosen by the accuracy of ideal captions on held-out pictures (0: 67.7 %, .3: 69.1, .5: 68.2, 1: 64.2). */
const naturalLength = 0.3;

/** What captions mean, as embeddings. */
export class CaptionTargets {
	constructor(
		private readonly tower: EmbeddingTower,
		readonly concepts: readonly Float32Array[],
		readonly colors: readonly Float32Array[],
		readonly natural: readonly Float32Array[],
	) {}

	embedding({ concepts, color }: Pick<Caption, 'concepts' | 'color'>): Float32Array {
		const mean = (rows: readonly Float32Array[]) =>
			rows[0]!.map((_, i) => rows.reduce((s, r) => s + r[i]!, 0) / rows.length);
		const shape =
			concepts.length === 1 ? this.concepts[concepts[0]!]! : unit(mean(concepts.map((k) => this.concepts[k]!)));
		return joinParts(
			this.tower,
			shape,
			color >= 0 ? this.colors[color]! : this.naturalColor(mean(concepts.map((k) => this.natural[k]!))),
		);
	}

	/** Of the same length for all, lest names of things of any colour, whose mean is short, come nearer to every picture. */
	private naturalColor(mean: Float32Array): Float32Array {
		const known = mean.some((x) => x !== 0);
		return unit(known ? mean : this.colors[black]!).map((x) => naturalLength * x);
	}
}
