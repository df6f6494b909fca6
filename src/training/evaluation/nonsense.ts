/** @file Whether an encoder knows that nothing is shown: the best cosine with any name, of pictures held out against that of scribbles and of such pictures taken apart. */

import type { Engine } from '../../engines/index.js';
import { Random } from '../../random.js';
import { createNonsense } from '../augment/nonsense.js';
import { plainSample } from '../augment.js';
import type { Corpus } from '../corpus/index.js';
import { type PictureEncoder, pictureEmbeddings } from './embeddings.js';
import { cosines } from './ranks.js';

/** In how many pairs the picture looks more like something than the nonsense does: area under the ROC curve, .5 by chance. */
export interface NonsenseReport {
	readonly all: number;
	readonly scribbles: number;
	/** Bent drawings, quarters and parts in the wrong places. */
	readonly takenApart: number;
	/** Share of the nonsense that looks at least as much like something as the median picture does. */
	readonly passes: number;
	readonly pictures: number;
}

/**
 * @param pictures indices of held-out pictures; as many of nonsense are made of them
 * @param embeddings of those pictures, as they are
 * @param names embeddings, one for each name
 */
export async function tellsNonsense(
	encoder: PictureEncoder,
	engine: Engine,
	corpus: Corpus,
	pictures: readonly number[],
	embeddings: readonly Float32Array[],
	names: readonly Float32Array[],
	seed: number,
): Promise<NonsenseReport> {
	const random = new Random(seed).split('nonsense');
	const make = createNonsense((source) => corpus.image(pictures[source.int(pictures.length)]!));
	const scribbled: boolean[] = [];
	const best = (rows: readonly Float32Array[]) => rows.map((row) => Math.max(...cosines(row, names)));
	const shown = best(embeddings);
	const nothing = best(
		await pictureEmbeddings(encoder, engine, pictures.length, (_, out, offset) => {
			const { drawing, kind } = make(random);
			scribbled.push(kind === 'glyph');
			plainSample(drawing, encoder.imageSize, out, offset);
		}),
	);
	const median = [...shown].sort((a, b) => a - b)[shown.length >> 1]!;
	return {
		all: areaUnderCurve(shown, nothing),
		scribbles: areaUnderCurve(
			shown,
			nothing.filter((_, i) => scribbled[i]),
		),
		takenApart: areaUnderCurve(
			shown,
			nothing.filter((_, i) => !scribbled[i]),
		),
		passes: nothing.filter((v) => !(v < median)).length / Math.max(1, nothing.length),
		pictures: pictures.length,
	};
}

/** Share of all pairs in which the first list's number is the larger; a tie is a miss, and so is NaN. 0 of none. */
export function areaUnderCurve(larger: readonly number[], smaller: readonly number[]): number {
	const sorted = smaller.filter((v) => !Number.isNaN(v)).sort((a, b) => a - b);
	let pairs = 0;
	for (const value of larger) {
		let low = 0;
		let high = sorted.length;
		while (low < high) {
			const middle = (low + high) >> 1;
			if (sorted[middle]! < value) low = middle + 1;
			else high = middle;
		}
		pairs += low;
	}
	return pairs / Math.max(1, larger.length * smaller.length);
}
