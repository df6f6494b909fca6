/** @file Zero-shot accuracy of the image tower on held-out pictures, while training. */

import { ParameterStore, type Weights } from '../encoders/parameters.js';
import { engineByName } from '../engines/index.js';
import { plainSample } from './augment.js';
import { conceptEvaluation } from './concept-objective.js';
import type { ConceptTrainingConfig } from './concept-trainer.js';
import type { Corpus } from './corpus/index.js';

/** Shares of held-out pictures whose concept is the best, or among the five best; plain and in gray. */
export interface ConceptAccuracy {
	readonly top1: number;
	readonly top5: number;
	readonly grayTop1: number;
	readonly pictures: number;
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
	let top1 = 0;
	let top5 = 0;
	let grayTop1 = 0;
	try {
		const images = new Float32Array(chunk * stride);
		for (let at = 0; at < heldOut.length; at += chunk) {
			const part = heldOut.slice(at, at + chunk);
			for (const [k, i] of part.entries()) plainSample(corpus.image(i), size, images, k * stride);
			const ranks = rankLabels((await executable.run({ images })).logits!, part, corpus);
			top1 += ranks.filter((r) => r === 0).length;
			top5 += ranks.filter((r) => r < 5).length;
			for (let p = 0; p < images.length; p += 3) {
				const y = 0.299 * images[p]! + 0.587 * images[p + 1]! + 0.114 * images[p + 2]!;
				images.fill(y, p, p + 3);
			}
			grayTop1 += rankLabels((await executable.run({ images })).logits!, part, corpus).filter((r) => r === 0).length;
		}
	} finally {
		await executable.dispose();
	}
	const n = Math.max(1, heldOut.length);
	return { top1: top1 / n, top5: top5 / n, grayTop1: grayTop1 / n, pictures: heldOut.length };
}

/** How many concepts score as high as the true one, for each picture: a tie is a miss, and so is NaN. */
function rankLabels(logits: Float32Array, pictures: readonly number[], corpus: Corpus): number[] {
	const concepts = corpus.concepts.length;
	return pictures.map((i, row) => {
		const scores = logits.subarray(row * concepts, (row + 1) * concepts);
		const { concept } = corpus.images[i]!;
		const own = scores[concept]!;
		let rank = 0;
		scores.forEach((s, k) => {
			if (k !== concept && !(s < own)) rank++;
		});
		return rank;
	});
}
