/**
 * @file The towers of SigLIP: a vision transformer without class token, pooled by attention with a learnt query, and a text
 * transformer without mask; and its loss. Source: Zhai et al. 2023, and Hugging Face's SiglipModel for the details.
 */

import { AtelierError } from '../errors.js';
import {
	abs,
	add,
	broadcastTo,
	constant,
	exp,
	linear,
	log,
	mean,
	mul,
	neg,
	relu,
	reshape,
	slice,
	sum,
	type Tensor,
} from '../tensor/index.js';
import type { ParameterStore } from './parameters.js';
import { activate, attention, norm, type TransformerConfig, transformer } from './transformer.js';
import { patchTokens } from './vit.js';

/** Sizes of the image tower. */
export interface SiglipVisionConfig extends TransformerConfig {
	/** Side of the square input, pixels. What is left over beside whole patches is not looked at. */
	readonly resolution: number;
	readonly patch: number;
}

/**
 * Embeddings of images.
 * @param images [B, 3, resolution, resolution], normalised
 * @returns [B, width], not normalised
 */
export function siglipImage(config: SiglipVisionConfig, store: ParameterStore, images: Tensor): Tensor {
	const { width: d, patch, resolution, epsilon, heads, hidden = 4 * d } = config;
	if (images.shape.slice(1).join() !== `3,${resolution},${resolution}` || resolution < patch)
		throw new AtelierError('E_SHAPE', `expected images [B, 3, ${resolution}, ${resolution}], got [${images.shape}]`);
	const grid = Math.floor(resolution / patch);
	const whole = slice(slice(images, 2, 0, grid * patch), 3, 0, grid * patch);
	const std = d ** -0.5;
	const bias = (name: string, size: number) => store.get(`visual.${name}.bias`, [size], { value: 0 });
	const weight = (name: string, out: number, from: number) => store.get(`visual.${name}.weight`, [out, from], { std });

	const tokens = add(patchTokens(store, whole, d, patch), bias('conv1', d));
	const placed = add(tokens, store.get('visual.positional_embedding', [grid * grid, d], { std }));
	const blocks = transformer(config, store, 'visual.transformer.resblocks', placed);
	const seen = norm(store, 'visual.ln_post', blocks, epsilon);

	// One learnt query, the same for every picture.
	const packed = store.get('visual.attnpool.in_proj_weight', [3 * d, d], { std });
	const biases = store.get('visual.attnpool.in_proj_bias', [3 * d], { value: 0 });
	const part = (i: number) => [slice(packed, 0, i * d, (i + 1) * d), slice(biases, 0, i * d, (i + 1) * d)] as const;
	const probe = reshape(store.get('visual.attnpool.probe', [1, 1, d], { std }), [1, d]);
	const query = broadcastTo(mul(linear(probe, ...part(0)), Math.sqrt(heads / d)), [images.dim(0), d]);
	const mixed = attention(query, linear(seen, ...part(1)), linear(seen, ...part(2)), heads);
	const y = linear(mixed, weight('attnpool.out_proj', d, d), bias('attnpool.out_proj', d));
	const up = linear(
		norm(store, 'visual.attnpool.ln', y, epsilon),
		weight('attnpool.mlp.c_fc', hidden, d),
		bias('attnpool.mlp.c_fc', hidden),
	);
	const inner = activate(up, config.activation);
	return add(y, linear(inner, weight('attnpool.mlp.c_proj', d, hidden), bias('attnpool.mlp.c_proj', d)));
}

/**
 * SigLIP's loss of logits [N, N] (scale * cosine + bias), a scalar: each pair alone is right (on the diagonal) or wrong.
 * mean over rows of sum_j -ln sigmoid(z_ij logit_ij), z = 1 on the diagonal, else -1. Source: Zhai et al. 2023, algorithm 1.
 */
export function sigmoidLoss(logits: Tensor): Tensor {
	const n = logits.dim(0);
	const signs = Float32Array.from({ length: n * n }, (_, k) => (k % (n + 1) === 0 ? 1 : -1));
	const x = neg(mul(logits, constant(signs, [n, n])));
	// ln(1 + e^x), which does not overflow so.
	const softplus = add(relu(x), log(add(exp(neg(abs(x))), 1)));
	return mean(sum(softplus, [1]));
}
