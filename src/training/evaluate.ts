/** @file Zero-shot accuracy of the image tower on held-out pictures, while training. */

import { ParameterStore, type Weights } from '../encoders/parameters.js';
import { engineByName } from '../engines/index.js';
import { plainSample } from './augment.js';
import { conceptEvaluation } from './concept-objective.js';
import type { ConceptTrainingConfig } from './concept-trainer.js';
import type { Corpus } from './corpus/index.js';

/** Shares of held-out pictures whose concept is the best, or among the five best; plain and in gray. */
export interface ConceptAccuracy {
	/** Pictures of drawable concepts, told apart from the drawable concepts alone. */
	readonly top1: number;
	readonly top5: number;
	readonly grayTop1: number;
	readonly pictures: number;
	/** Every held-out picture, told apart from every concept. */
	readonly allTop1: number;
	readonly allTop5: number;
	readonly allPictures: number;
}

const chunk = 64;

/** Classify every held-out picture by the concept prototypes. */
export async function evaluateConcepts(
	config: Pick<ConceptTrainingConfig, 'objective' | 'engine'>,
	weights: Weights,
	corpus: Corpus,
): Promise<ConceptAccuracy> {
	const heldOut = corpus.images.flatMap((image, i) => (image.heldOut ? [i] : []));
	const size = config.objective.tower.size;
	const stride = size * size * 3;
	const engine = await engineByName(config.engine, { threads: 1 });
	const executable = await engine.compile(conceptEvaluation(config.objective, new ParameterStore(weights), chunk), {
		threads: 1,
	});
	const drawable = corpus.concepts.map((c) => c.drawable !== false);
	const all = drawable.map(() => true);
	const counts = { top1: 0, top5: 0, grayTop1: 0, pictures: 0, allTop1: 0, allTop5: 0 };
	try {
		const images = new Float32Array(chunk * stride);
		for (let at = 0; at < heldOut.length; at += chunk) {
			const part = heldOut.slice(at, at + chunk);
			for (const [k, i] of part.entries()) plainSample(corpus.image(i), size, images, k * stride);
			const { logits } = await executable.run({ images });
			const ranks = rankLabels(logits!, part, corpus, drawable);
			counts.pictures += ranks.filter((r) => r >= 0).length;
			counts.top1 += ranks.filter((r) => r === 0).length;
			counts.top5 += ranks.filter((r) => r >= 0 && r < 5).length;
			const allRanks = rankLabels(logits!, part, corpus, all);
			counts.allTop1 += allRanks.filter((r) => r === 0).length;
			counts.allTop5 += allRanks.filter((r) => r < 5).length;
			for (let p = 0; p < images.length; p += 3) {
				const y = 0.299 * images[p]! + 0.587 * images[p + 1]! + 0.114 * images[p + 2]!;
				images.fill(y, p, p + 3);
			}
			const gray = rankLabels((await executable.run({ images })).logits!, part, corpus, drawable);
			counts.grayTop1 += gray.filter((r) => r === 0).length;
		}
	} finally {
		await executable.dispose();
	}
	const { pictures } = counts;
	const share = (count: number, of: number) => count / Math.max(1, of);
	return {
		top1: share(counts.top1, pictures),
		top5: share(counts.top5, pictures),
		grayTop1: share(counts.grayTop1, pictures),
		pictures,
		allTop1: share(counts.allTop1, heldOut.length),
		allTop5: share(counts.allTop5, heldOut.length),
		allPictures: heldOut.length,
	};
}

/**
 * How many of the concepts asked for score as high as the true one, for each picture: a tie is a miss, and so is NaN.
 * -1 where the true one is not asked for.
 */
function rankLabels(
	logits: Float32Array,
	pictures: readonly number[],
	corpus: Corpus,
	asked: readonly boolean[],
): number[] {
	const concepts = corpus.concepts.length;
	return pictures.map((i, row) => {
		const scores = logits.subarray(row * concepts, (row + 1) * concepts);
		const { concept } = corpus.images[i]!;
		if (!asked[concept]) return -1;
		const own = scores[concept]!;
		let rank = 0;
		scores.forEach((s, k) => {
			if (k !== concept && asked[k] && !(s < own)) rank++;
		});
		return rank;
	});
}
