/** @file The pictures that training never saw, as an encoder is shown them. */

import { plainSample } from '../augment.js';
import type { Corpus } from '../corpus/index.js';
import type { FillPicture } from './embeddings.js';

/** Indices of the held-out pictures of a corpus. */
export const heldOutPictures = (corpus: Corpus): number[] =>
	corpus.images.flatMap((image, i) => (image.heldOut ? [i] : []));

/** Which concepts are worth drawing. */
export const drawableConcepts = (corpus: Corpus): boolean[] =>
	corpus.concepts.map(({ drawable }) => drawable !== false);

/** Pictures of a corpus by their indices, as stored, on white; in gray on demand. */
export function showPictures(corpus: Corpus, pictures: readonly number[], size: number, gray = false): FillPicture {
	return (i, out, offset) => {
		plainSample(corpus.image(pictures[i]!), size, out, offset);
		if (gray) toGray(out, offset, offset + size * size * 3);
	};
}

/** Each pixel's luma in all channels (ITU-R BT.601), in place. */
export function toGray(rgb: Float32Array, begin = 0, end = rgb.length): void {
	for (let p = begin; p < end; p += 3) {
		const y = 0.299 * rgb[p]! + 0.587 * rgb[p + 1]! + 0.114 * rgb[p + 2]!;
		rgb.fill(y, p, p + 3);
	}
}
