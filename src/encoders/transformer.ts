/**
 * @file Pre-LN transformer blocks: x += MHA(LN1(x)); x += W2 act(W1 LN2(x) + b1) + b2.
 * Source: Radford et al. 2021 (CLIP); weight names and the packed query-key-value matrix are those of OpenAI's files.
 */

import { AtelierError } from '../errors.js';
import {
	add,
	constant,
	gather,
	gelu,
	geluTanh,
	greater,
	layerNorm,
	linear,
	matmul,
	mul,
	quickGelu,
	reshape,
	slice,
	softmax,
	type Tensor,
	transpose,
} from '../tensor/index.js';
import type { ParameterStore } from './parameters.js';

/** Of the MLPs. A wrong one still "works" but costs points of accuracy, so there is no default. */
export type Activation = 'quick_gelu' | 'gelu' | 'gelu_tanh';

/** Sizes of a stack of blocks. */
export interface TransformerConfig {
	readonly width: number;
	readonly layers: number;
	/** Must divide the width. OpenAI's files do not say: theirs have width / 64. */
	readonly heads: number;
	readonly activation: Activation;
	/** Width of the MLP's middle; default 4 * width. */
	readonly hidden?: number;
	/** Of the layer normalisations; default 1e-5. */
	readonly epsilon?: number;
}

/** Hears of intermediate results by name, as they enter the graph: for tests and probes. */
export type Trace = (name: string, value: Tensor) => void;

/**
 * Which one token of each row is wanted: the first, or int32 [B] indices n * T + t into the flattened rows.
 * Everything past the last attention's keys and values is then computed for these alone.
 */
export type Selection = 'first' | Tensor;

/** What a stack of blocks may be told. */
export interface TransformerOptions {
	/** Token t sees tokens 0..t only. */
	readonly causal?: boolean;
	readonly select?: Selection;
	readonly trace?: Trace | undefined;
}

/** Added to a masked score; e to it is 0 in float32, and unlike infinity it may be multiplied. */
export const MASKED = -1e9;

/** The activation function of this name. */
export function activate(x: Tensor, activation: Activation): Tensor {
	switch (activation) {
		case 'quick_gelu':
			return quickGelu(x);
		case 'gelu':
			return gelu(x);
		case 'gelu_tanh':
			return geluTanh(x);
		default:
			throw new AtelierError(
				'E_ARGUMENT',
				`expected activation quick_gelu, gelu or gelu_tanh, got '${String(activation)}'`,
			);
	}
}

/** Layer normalisation with the weights `name.weight` and `name.bias`. */
export function norm(store: ParameterStore, name: string, x: Tensor, epsilon = 1e-5): Tensor {
	const d = x.dim(-1);
	const gain = store.get(`${name}.weight`, [d], { value: 1 });
	return layerNorm(x, gain, store.get(`${name}.bias`, [d], { value: 0 }), epsilon);
}

/** The wanted token of each row: [B, T, d] -> [B, d]. */
export function selectTokens(x: Tensor, select: Selection): Tensor {
	const [b, t, d] = x.shape as [number, number, number];
	return select === 'first' ? reshape(slice(x, 1, 0, 1), [b, d]) : gather(reshape(x, [b * t, d]), select);
}

/**
 * Multi-head attention without its projections.
 * @param q [B, d] (one query a row) or [B, T, d], already divided by sqrt(d / heads)
 * @param k,v [B, T, d]
 * @param mask added to the scores: a shape that broadcasts to [B, heads, queries, T]
 * @returns the shape of q: heads side by side
 */
export function attention(q: Tensor, k: Tensor, v: Tensor, heads: number, mask?: Tensor): Tensor {
	const scores = matmul(splitHeads(q, heads), splitHeads(k, heads), false, true);
	const mixed = matmul(softmax(mask ? add(scores, mask) : scores), splitHeads(v, heads));
	return reshape(q.rank === 2 ? mixed : transpose(mixed, [0, 2, 1, 3]), q.shape);
}

/** [B, T, d] or [B, d] -> [B, heads, T or 1, d / heads]. */
function splitHeads(x: Tensor, heads: number): Tensor {
	const d = x.dim(-1) / heads;
	// A single token's heads already lie in order: no copy.
	if (x.rank === 2) return reshape(x, [x.dim(0), heads, 1, d]);
	return transpose(reshape(x, [x.dim(0), x.dim(1), heads, d]), [0, 2, 1, 3]);
}

/**
 * A stack of blocks named `prefix.0`, `prefix.1`, ...
 * @param x [B, T, width]
 * @returns [B, T, width], or [B, width] with `select`
 */
export function transformer(
	config: TransformerConfig,
	store: ParameterStore,
	prefix: string,
	x: Tensor,
	options: TransformerOptions = {},
): Tensor {
	const { causal = false, select, trace } = options;
	if (config.width % config.heads !== 0)
		throw new AtelierError('E_ARGUMENT', `expected heads that divide the width ${config.width}, got ${config.heads}`);
	const mask = causal ? causalMask(x.dim(1)) : undefined;
	let y = x;
	for (let i = 0; i < config.layers; i++) {
		const last = i === config.layers - 1 ? select : undefined;
		y = block(config, store, `${prefix}.${i}`, y, last && mask ? selectedMask(last, x.dim(0), x.dim(1)) : mask, last);
		trace?.(`${prefix}.${i}`, y);
	}
	return config.layers === 0 && select ? selectTokens(y, select) : y;
}

function block(
	config: TransformerConfig,
	store: ParameterStore,
	name: string,
	x: Tensor,
	mask: Tensor | undefined,
	select: Selection | undefined,
): Tensor {
	const { width: d, layers, epsilon, hidden = 4 * d } = config;
	// Standard deviations of fresh weights: those of OpenAI's CLIP.
	const out = { std: d ** -0.5 * (2 * layers) ** -0.5 };
	const bias = (key: string, size: number) => store.get(`${name}.${key}`, [size], { value: 0 });

	const normed = norm(store, `${name}.ln_1`, x, epsilon);
	const weights = store.get(`${name}.attn.in_proj_weight`, [3 * d, d], { std: d ** -0.5 });
	const biases = bias('attn.in_proj_bias', 3 * d);
	// Three products with row slices of the packed matrix, which engines fold, rather than one product and three slices of
	// activations: those would be copied again for every head transpose, and padded and summed in the backward pass.
	const part = (i: number) => [slice(weights, 0, i * d, (i + 1) * d), slice(biases, 0, i * d, (i + 1) * d)] as const;
	const scale = Math.sqrt(config.heads / d);
	const [wq, bq] = part(0);
	const queries = linear(select ? selectTokens(normed, select) : normed, mul(wq, scale), mul(bq, scale));
	const mixed = attention(queries, linear(normed, ...part(1)), linear(normed, ...part(2)), config.heads, mask);
	const projected = linear(
		mixed,
		store.get(`${name}.attn.out_proj.weight`, [d, d], out),
		bias('attn.out_proj.bias', d),
	);
	const y = add(select ? selectTokens(x, select) : x, projected);

	const up = store.get(`${name}.mlp.c_fc.weight`, [hidden, d], { std: (2 * d) ** -0.5 });
	const inner = linear(norm(store, `${name}.ln_2`, y, epsilon), up, bias('mlp.c_fc.bias', hidden));
	const down = store.get(`${name}.mlp.c_proj.weight`, [d, hidden], out);
	return add(y, linear(activate(inner, config.activation), down, bias('mlp.c_proj.bias', d)));
}

/** [T, T]: 0 on and below the diagonal. */
function causalMask(t: number): Tensor {
	const data = new Float32Array(t * t);
	for (let row = 0; row < t; row++) data.fill(MASKED, row * t + row + 1, (row + 1) * t);
	return constant(data, [t, t]);
}

/** The causal mask's rows for the selected tokens, [B, 1, 1, T]. */
function selectedMask(select: Selection, b: number, t: number): Tensor {
	const mask = causalMask(t);
	if (select === 'first') return slice(mask, 0, 0, 1);
	// Indices run over all rows of the batch, and integers have no arithmetic here: a table brings them back to 0..T-1.
	const token = gather(
		constant(
			Float32Array.from({ length: b * t }, (_, i) => i % t),
			[b * t, 1],
		),
		select,
	);
	const later = greater(constant(Float32Array.from({ length: t }, (_, i) => i)), token);
	return reshape(mul(later, MASKED), [b, 1, 1, t]);
}
