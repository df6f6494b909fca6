/**
 * @file Stage 1 of training the built-in encoder: the image tower against learned prototypes of concepts and of colours.
 * loss = CE(t cos(shape part, concept prototypes), label smoothing) + c CE(t' cos(colour part, colour prototypes)).
 */

import { imageTower, type TowerConfig } from '../encoders/image-tower.js';
import type { ParameterStore } from '../encoders/parameters.js';
import { type BatchStatistics, embeddingParts } from '../encoders/tower-parts.js';
import {
	add,
	div,
	exp,
	gradients,
	greater,
	input,
	l2Normalise,
	logSoftmax,
	matmul,
	max,
	maximum,
	mean,
	minimum,
	mul,
	neg,
	oneHot,
	reshape,
	sub,
	sum,
	type Tensor,
} from '../tensor/index.js';

/** Sizes and weights of the objective. */
export interface ConceptObjectiveConfig {
	readonly tower: TowerConfig;
	readonly concepts: number;
	readonly colors: number;
	/** Share of the target spread over all concepts. */
	readonly smoothing: number;
	/** Largest temperature, as a factor on the cosine. */
	readonly maxScale: number;
	/** Weight of the colour term. */
	readonly colorWeight: number;
}

/** The training graph for one batch size. */
export interface ConceptProgram {
	/** loss, correct (share of the pictures that show something), dImages, grad:NAME for each parameter, mean:NAME and variance:NAME for each batch norm. */
	readonly outputs: Record<string, Tensor>;
	readonly parameters: Tensor[];
	readonly batchNorms: string[];
}

/** Logits of embeddings against prototypes, temperature included. */
function prototypeLogits(part: Tensor, prototypes: Tensor, logScale: Tensor, maxScale: number): Tensor {
	const scale = minimum(exp(logScale), maxScale);
	return mul(matmul(part, l2Normalise(prototypes), false, true), scale);
}

/** Build the graph of loss and gradients; weights come from the store. */
export function conceptProgram(config: ConceptObjectiveConfig, store: ParameterStore, batch: number): ConceptProgram {
	const { size } = config.tower;
	const images = input('images', [batch, size, size, 3]);
	const labels = input('labels', [batch], 'int32');
	const colors = input('colors', [batch], 'int32');
	const colored = input('colored', [batch]);
	const named = input('named', [batch]);

	const statistics: BatchStatistics = {};
	const embedding = imageTower(config.tower, store, images, statistics);
	const [shapePart, colorPart] = embeddingParts(config.tower, embedding);
	const { shape, color } = config.tower.embedding;
	const concepts = store.get('prototypes.concepts', [config.concepts, shape], { std: shape ** -0.5 });
	const colorPrototypes = store.get('prototypes.colors', [config.colors, color], { std: color ** -0.5 });
	const logits = prototypeLogits(
		shapePart,
		concepts,
		store.get('logit_scale', [], { value: Math.log(10) }),
		config.maxScale,
	);
	const colorLogits = prototypeLogits(
		colorPart,
		colorPrototypes,
		store.get('color_scale', [], { value: Math.log(5) }),
		20,
	);

	// What shows nothing (named 0) is as much of one concept as of any other. With the attack nothing near it may look like
	// something either (Augustin et al. 2020, "Adversarial robustness on in- and out-distribution improves explainability").
	const target = mul(oneHot(labels, config.concepts), reshape(named, [batch, 1]));
	const smoothed = add(
		mul(target, 1 - config.smoothing),
		reshape(mul(sub(1, mul(named, 1 - config.smoothing)), 1 / config.concepts), [batch, 1]),
	);
	const conceptLoss = neg(mean(sum(mul(smoothed, logSoftmax(logits)), [-1])));
	// Pictures without one dominant colour have weight 0.
	const colorLoss = neg(
		div(sum(mul(sum(mul(oneHot(colors, config.colors), logSoftmax(colorLogits)), [-1]), colored)), batch),
	);
	const loss = add(conceptLoss, mul(colorLoss, config.colorWeight));
	const hits = sub(1, greater(max(logits, [-1]), sum(mul(target, logits), [-1])));
	const correct = div(sum(mul(hits, named)), maximum(sum(named), 1));

	const parameters = store.all();
	const [dImages, ...dParameters] = gradients(loss, [images, ...parameters]);
	const outputs: Record<string, Tensor> = { loss, correct, dImages: dImages as Tensor };
	parameters.forEach((p, i) => {
		outputs[`grad:${p.name}`] = dParameters[i] as Tensor;
	});
	for (const [name, s] of Object.entries(statistics)) {
		outputs[`mean:${name}`] = s.mean;
		outputs[`variance:${name}`] = s.variance;
	}
	return { outputs, parameters, batchNorms: Object.keys(statistics) };
}

/** The evaluation graph: concept logits and colour logits of a batch, with running statistics. */
export function conceptEvaluation(
	config: ConceptObjectiveConfig,
	store: ParameterStore,
	batch: number,
): Record<string, Tensor> {
	const images = input('images', [batch, config.tower.size, config.tower.size, 3]);
	const embedding = imageTower(config.tower, store, images);
	const [shapePart, colorPart] = embeddingParts(config.tower, embedding);
	const { shape, color } = config.tower.embedding;
	return {
		embedding,
		logits: matmul(shapePart, l2Normalise(store.get('prototypes.concepts', [config.concepts, shape])), false, true),
		colorLogits: matmul(colorPart, l2Normalise(store.get('prototypes.colors', [config.colors, color])), false, true),
	};
}
