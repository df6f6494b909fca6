/** @file Draws training images: concepts by (image count capped at 200)^0.4, those that are not drawable less often; images of a concept by kind. */

import { AtelierError } from '../../errors.js';
import type { Random } from '../../random.js';
import type { CorpusImage } from './format.js';
import type { ImageKind } from './sources.js';

/** Emoji are drawn most clearly; clip art least. */
const kindWeight: Readonly<Record<ImageKind, number>> = { emoji: 3, color: 1.5, glyph: 1, clipart: 0.7 };
const countCap = 200;
const countPower = 0.4;
/** Share of the names that are hardly drawings, against the drawable concepts. */
const undrawableWeight = 0.35;

/** The probability of each image under the sampler; 0 for held-out ones. Length images, sums to 1. */
export function samplingWeights(
	images: readonly CorpusImage[],
	concepts: readonly { readonly drawable?: boolean | undefined }[],
): Float64Array {
	const counts = new Float64Array(concepts.length);
	const mass = new Float64Array(concepts.length);
	for (const { concept, kind, heldOut } of images) {
		if (heldOut) continue;
		counts[concept] = (counts[concept] ?? 0) + 1;
		mass[concept] = (mass[concept] ?? 0) + kindWeight[kind];
	}
	const weights = new Float64Array(images.length);
	let total = 0;
	images.forEach(({ concept, kind, heldOut }, i) => {
		if (heldOut) return;
		const share = Math.min(counts[concept] as number, countCap) ** countPower;
		const whole = concepts[concept]?.drawable === false ? share * undrawableWeight : share;
		weights[i] = (whole * kindWeight[kind]) / (mass[concept] as number);
		total += weights[i] as number;
	});
	if (total === 0)
		throw new AtelierError('E_CORPUS', 'expected at least one image to train on, got none; build the corpus again');
	for (let i = 0; i < weights.length; i++) weights[i] = (weights[i] as number) / total;
	return weights;
}

/** A function that draws the index of a training image; held-out images never come. */
export function createSampler(corpus: {
	readonly images: readonly CorpusImage[];
	readonly concepts: readonly { readonly drawable?: boolean | undefined }[];
}): (random: Random) => number {
	const weights = samplingWeights(corpus.images, corpus.concepts);
	const upTo = new Float64Array(weights.length); // cumulative: image i owns [upTo[i - 1], upTo[i])
	let sum = 0;
	for (let i = 0; i < weights.length; i++) {
		sum += weights[i] as number;
		upTo[i] = sum;
	}
	return (random) => {
		const u = random.uniform(0, sum);
		let low = 0;
		let high = upTo.length - 1;
		while (low < high) {
			const middle = (low + high) >>> 1;
			if ((upTo[middle] as number) > u) high = middle;
			else low = middle + 1;
		}
		return low;
	};
}
