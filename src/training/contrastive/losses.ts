/**
 * @file Losses over a batch of embeddings. s = e^logit_scale, c_ij = cos(picture i, text j), Z_ij whether j fits i.
 * softmax (CLIP, ALIGN): symmetric cross-entropy of s c over rows and columns, each target spread over its positives and, by the smoothing, over all.
 * sigmoid (SigLIP, Zhai et al. 2023): mean over rows of sum_j -ln sigmoid(z_ij (s c_ij + logit_bias)), z = 1 where Z, else -1.
 * Beside either, for samples that show a known concept: CE of the picture against learned prototypes of the concepts.
 */

import { cosineLogits } from '../../encoders/clip.js';
import type { ParameterStore } from '../../encoders/parameters.js';
import { AtelierError } from '../../errors.js';
import {
	abs,
	add,
	crossEntropy,
	div,
	exp,
	greater,
	input,
	l2Normalise,
	log,
	logSoftmax,
	matmul,
	max,
	maximum,
	mean,
	minimum,
	mul,
	neg,
	oneHot,
	sub,
	sum,
	type Tensor,
	transpose,
} from '../../tensor/index.js';

/** Which loss. */
export interface LossConfig {
	readonly kind: 'softmax' | 'sigmoid';
	/** Softmax only: share of each target spread over the batch. */
	readonly smoothing: number;
	/** The term against prototypes; absent: none. */
	readonly prototypes?: { readonly concepts: number; readonly weight: number; readonly smoothing: number };
}

/** What each sample of a batch of N means, as inputs of the graph. */
export interface Meanings {
	/** [N, N], symmetric: 1 where text j fits picture i, the diagonal included; else 0. */
	readonly same: Tensor;
	/** int32 [N]: index of the concept, anything where there is none. */
	readonly labels: Tensor;
	/** [N]: 1 where there is one, else 0. */
	readonly labelled: Tensor;
}

/** Weights of the loss itself, beside the towers'. */
export const headNames: readonly string[] = ['logit_scale', 'logit_bias', 'prototypes.concepts', 'prototype_scale'];

/** ln 10: SigLIP's and the prototypes' first temperature; SigLIP's first bias is -10. */
const moderateScale = Math.log(10);
const maxPrototypeScale = 40;

/** Inputs that say what a batch means: `same`, `labels`, `labelled`. */
export function meaningInputs(batch: number): Meanings {
	return {
		same: input('same', [batch, batch]),
		labels: input('labels', [batch], 'int32'),
		labelled: input('labelled', [batch]),
	};
}

/**
 * The loss of embeddings [N, E], of any length, as a scalar; and the share of pictures that the best text fits.
 * A tie between a fitting text and another is a miss.
 */
export function contrastiveLoss(
	config: LossConfig,
	store: ParameterStore,
	pictures: Tensor,
	texts: Tensor,
	{ same, labels, labelled }: Meanings,
): { readonly loss: Tensor; readonly recall: Tensor } {
	if (!(config.smoothing >= 0 && config.smoothing < 1))
		throw new AtelierError('E_ARGUMENT', `expected a smoothing of 0 to below 1, got ${config.smoothing}`);
	const logits = cosineLogits(store, pictures, texts);
	let loss = config.kind === 'softmax' ? softmaxLoss(logits, same, config.smoothing) : sigmoidLoss(store, logits, same);
	if (config.prototypes) {
		const { concepts, weight, smoothing } = config.prototypes;
		const prototypes = store.get('prototypes.concepts', [concepts, pictures.dim(1)], { std: pictures.dim(1) ** -0.5 });
		const scale = minimum(exp(store.get('prototype_scale', [], { value: moderateScale })), maxPrototypeScale);
		const scores = mul(matmul(l2Normalise(pictures), l2Normalise(prototypes), false, true), scale);
		const target = add(mul(oneHot(labels, concepts), 1 - smoothing), smoothing / concepts);
		const cross = neg(sum(mul(target, logSoftmax(scores)), [-1]));
		loss = add(loss, mul(div(sum(mul(cross, labelled)), maximum(sum(labelled), 1)), weight));
	}
	// Far below any logit: what does not count in a maximum.
	const out = 1e9;
	const best = max(sub(logits, mul(sub(1, same), out)), [-1]);
	const rival = max(sub(logits, mul(same, out)), [-1]);
	return { loss, recall: mean(greater(best, rival)) };
}

function softmaxLoss(logits: Tensor, same: Tensor, smoothing: number): Tensor {
	const share = div(same, sum(same, [-1], true));
	const targets = add(mul(share, 1 - smoothing), smoothing / logits.dim(1));
	return mul(add(crossEntropy(logits, targets), crossEntropy(transpose(logits), targets)), 0.5);
}

function sigmoidLoss(store: ParameterStore, logits: Tensor, same: Tensor): Tensor {
	const bias = store.get('logit_bias', [], { value: -10 });
	const against = mul(add(logits, bias), sub(1, mul(same, 2)));
	// -ln sigmoid(-x) = ln(1 + e^x), in the form that does not overflow.
	const softplus = add(maximum(against, 0), log(add(exp(neg(abs(against))), 1)));
	return mean(sum(softplus, [-1]));
}
