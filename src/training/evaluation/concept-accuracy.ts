/** @file Zero-shot accuracy of the image tower on held-out pictures, while training. */

import { ParameterStore, type Weights } from '../../encoders/parameters.js';
import { engineByName } from '../../engines/index.js';
import { plainSample } from '../augment.js';
import { conceptEvaluation } from '../concept-objective.js';
import type { ConceptTrainingConfig } from '../concept-trainer.js';
import type { Corpus } from '../corpus/index.js';
import { drawableConcepts, heldOutPictures, toGray } from './held-out.js';
import { rankOf, shareWithin } from './ranks.js';

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
	const heldOut = heldOutPictures(corpus);
	const size = config.objective.tower.size;
	const stride = size * size * 3;
	const engine = await engineByName(config.engine, { threads: 1 });
	const executable = await engine.compile(conceptEvaluation(config.objective, new ParameterStore(weights), chunk), {
		threads: 1,
	});
	const drawable = drawableConcepts(corpus);
	const concepts = drawable.length;
	const ranks: Record<'plain' | 'gray' | 'all', number[]> = { plain: [], gray: [], all: [] };
	try {
		const images = new Float32Array(chunk * stride);
		for (let at = 0; at < heldOut.length; at += chunk) {
			const part = heldOut.slice(at, at + chunk);
			for (const [k, i] of part.entries()) plainSample(corpus.image(i), size, images, k * stride);
			const plain = (await executable.run({ images })).logits!;
			toGray(images);
			const gray = (await executable.run({ images })).logits!;
			for (const [k, i] of part.entries()) {
				const { concept } = corpus.images[i]!;
				const row = (logits: Float32Array) => logits.subarray(k * concepts, (k + 1) * concepts);
				ranks.all.push(rankOf(row(plain), concept));
				if (!drawable[concept]) continue;
				ranks.plain.push(rankOf(row(plain), concept, drawable));
				ranks.gray.push(rankOf(row(gray), concept, drawable));
			}
		}
	} finally {
		await executable.dispose();
	}
	return {
		top1: shareWithin(ranks.plain, 1),
		top5: shareWithin(ranks.plain, 5),
		grayTop1: shareWithin(ranks.gray, 1),
		pictures: ranks.plain.length,
		allTop1: shareWithin(ranks.all, 1),
		allTop5: shareWithin(ranks.all, 5),
		allPictures: ranks.all.length,
	};
}
