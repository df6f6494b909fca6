/**
 * @file CLIP as graphs: image and text embeddings, their cosines, and the symmetric contrastive loss.
 * logits = e^logit_scale * cos(I_i, T_j); loss = (CE over rows + CE over columns) / 2. Source: Radford et al. 2021, figure 3.
 */

import { AtelierError } from '../errors.js';
import {
	add,
	constant,
	crossEntropy,
	exp,
	l2Normalise,
	matmul,
	mul,
	reshape,
	type Tensor,
	transpose,
} from '../tensor/index.js';
import type { ClipConfig } from './clip-config.js';
import type { LayerStatistics } from './normed-convolution.js';
import type { ParameterStore } from './parameters.js';
import { modifiedResNet } from './resnet.js';
import { textTransformer } from './text.js';
import type { Trace } from './transformer.js';
import { visionTransformer } from './vit.js';

export { type ClipConfig, formatClipConfig, inferClipConfig, parseClipConfig } from './clip-config.js';

/** Pixel statistics that OpenAI's models were trained with, per channel of [0, 1] RGB. */
export const CLIP_MEAN: readonly number[] = [0.48145466, 0.4578275, 0.40821073];
/** See {@link CLIP_MEAN}. */
export const CLIP_STD: readonly number[] = [0.26862954, 0.26130258, 0.27577711];

/** ln(1 / 0.07): the logit scale that training starts from. */
const FRESH_LOGIT_SCALE = Math.log(1 / 0.07);

/** What the image tower may be told. */
export interface ImageOptions {
	readonly trace?: Trace;
	/** For a ResNet in training: normalise by the batch and append its statistics here. */
	readonly batches?: LayerStatistics[];
	/** Take images of another size than the configuration's, with positions resampled. */
	readonly resample?: boolean;
}

/** Pixels [N, H, W, C] in 0..1 to the encoder's input [N, C, H, W] = (x - mean) / std; differentiable. */
export function normaliseImages(
	x: Tensor,
	means: readonly number[] = CLIP_MEAN,
	stds: readonly number[] = CLIP_STD,
): Tensor {
	const c = x.dim(-1);
	if (x.rank !== 4 || means.length !== c || stds.length !== c)
		throw new AtelierError('E_SHAPE', `expected images [N, H, W, ${means.length}], got [${x.shape}]`);
	// Planes first: engines broadcast one number along a plane faster than three along every pixel.
	const planes = transpose(x, [0, 3, 1, 2]);
	const factor = constant(
		Float32Array.from(stds, (s) => 1 / s),
		[c, 1, 1],
	);
	const shift = constant(
		Float32Array.from(stds, (s, i) => -means[i]! / s),
		[c, 1, 1],
	);
	return add(mul(planes, factor), shift);
}

/** Embeddings [B, embed] of normalised images [B, 3, resolution, resolution]; not of unit length. */
export function imageEmbedding(
	config: Omit<ClipConfig, 'text'>,
	store: ParameterStore,
	images: Tensor,
	options: ImageOptions = {},
): Tensor {
	return config.vision.kind === 'vit'
		? visionTransformer(config.vision, config.embed, store, images, options)
		: modifiedResNet(config.vision, config.embed, store, images, options);
}

/** Embeddings [N, embed] of token rows: int32 ids [N, T] and pooled positions [N] (see pooledPositions); not of unit length. */
export function textEmbedding(
	config: ClipConfig,
	store: ParameterStore,
	ids: Tensor,
	positions: Tensor,
	options: { readonly trace?: Trace } = {},
): Tensor {
	return textTransformer(config.text, config.embed, store, ids, positions, options.trace);
}

/** Cosine of every image embedding [B, E] with every text embedding [N, E]: [B, N], -1..1. */
export function cosineMatrix(images: Tensor, texts: Tensor): Tensor {
	return matmul(l2Normalise(images), l2Normalise(texts), false, true);
}

/** e^logit_scale, a scalar: the factor on cosines that training learnt. Files hold it as [] or [1]. */
export function logitScale(store: ParameterStore): Tensor {
	const shape = store.weights.get('logit_scale')?.shape.length === 1 ? [1] : [];
	return exp(reshape(store.get('logit_scale', shape, { value: FRESH_LOGIT_SCALE }), []));
}

/** Scaled cosines [B, N] of image and text embeddings: a softmax over texts gives zero-shot probabilities. */
export function cosineLogits(store: ParameterStore, images: Tensor, texts: Tensor): Tensor {
	return mul(cosineMatrix(images, texts), logitScale(store));
}

/**
 * Symmetric cross-entropy of logits [N, N], a scalar: image i belongs to text i.
 * @param smoothing share of each target that is spread over all N
 */
export function clipLoss(logits: Tensor, smoothing = 0): Tensor {
	const [n, columns] = logits.shape as [number, number];
	if (logits.rank !== 2 || n !== columns)
		throw new AtelierError('E_SHAPE', `expected logits [N, N] of N pairs, got [${logits.shape}]`);
	const target = new Float32Array(n * n).fill(smoothing / n);
	for (let i = 0; i < n; i++) target[i * n + i] = 1 - smoothing + smoothing / n;
	const targets = constant(target, [n, n]);
	return mul(add(crossEntropy(logits, targets), crossEntropy(transpose(logits), targets)), 0.5);
}
