/** @file The text transformer of CLIP: token and position embeddings -> causal blocks -> one token -> embedding. Source: Radford et al. 2021. */

import { AtelierError } from '../errors.js';
import { add, gather, matmul, slice, type Tensor } from '../tensor/index.js';
import type { ParameterStore } from './parameters.js';
import { norm, type Trace, type TransformerConfig, transformer } from './transformer.js';

/** Sizes of a text transformer. */
export interface TextConfig extends TransformerConfig {
	/** Most tokens in a row. */
	readonly context: number;
	readonly vocabulary: number;
	/** Whether a token sees earlier tokens only; true in CLIP. */
	readonly causal: boolean;
	/** Which token stands for a row; default: the tokenizer's end of text. */
	readonly pooling?: Pooling;
	/** Whether the projection has a bias; CLIP's has none. */
	readonly projectionBias?: boolean;
}

/**
 * Embeddings of texts.
 * @param ids int32 [N, T], T <= context
 * @param positions int32 [N]: flat index n * T + t of the token that stands for row n; see {@link pooledPositions}
 * @returns [N, embed], not normalised
 * Traces the blocks (the last one [N, width]) and `ln_final` ([N, width]).
 */
export function textTransformer(
	config: TextConfig,
	embed: number,
	store: ParameterStore,
	ids: Tensor,
	positions: Tensor,
	trace?: Trace,
): Tensor {
	const { width: d, context, vocabulary, causal, epsilon, projectionBias } = config;
	const t = ids.dim(1);
	if (ids.rank !== 2 || t > context || positions.size !== ids.dim(0))
		throw new AtelierError(
			'E_SHAPE',
			`expected ids [N, up to ${context}] and positions [N], got [${ids.shape}] and [${positions.shape}]`,
		);
	const tokens = gather(store.get('token_embedding.weight', [vocabulary, d], { std: 0.02 }), ids);
	const places = store.get('positional_embedding', [context, d], { std: 0.01 });
	const x = add(tokens, slice(places, 0, 0, t));
	const seen = transformer(config, store, 'transformer.resblocks', x, { causal, select: positions, trace });
	const feature = norm(store, 'ln_final', seen, epsilon);
	trace?.('ln_final', feature);
	const embedding = matmul(feature, store.get('text_projection', [d, embed], { std: d ** -0.5 }));
	return projectionBias ? add(embedding, store.get('text_projection.bias', [embed], { value: 0 })) : embedding;
}

/** Which token stands for a row: the first of the largest id (OpenAI: its end-of-text is the largest), the first of a given id, the first or the last. */
export type Pooling = 'argmax' | 'first' | 'last' | { readonly id: number };

/** The index n * T + t of each row's pooled token, for rows of T ids. An id that a row lacks falls back to its last token. */
export function pooledPositions(ids: Int32Array, length: number, pooling: Pooling = 'argmax'): Int32Array {
	const rows = ids.length / length;
	if (!Number.isInteger(rows))
		throw new AtelierError('E_SHAPE', `expected rows of ${length} ids, got ${ids.length} ids`);
	return Int32Array.from({ length: rows }, (_, n) => {
		const row = ids.subarray(n * length, (n + 1) * length);
		return n * length + pooledToken(row, pooling);
	});
}

function pooledToken(row: Int32Array, pooling: Pooling): number {
	if (pooling === 'first') return 0;
	if (pooling === 'last') return row.length - 1;
	if (pooling !== 'argmax') {
		const at = row.indexOf(pooling.id);
		return at < 0 ? row.length - 1 : at;
	}
	let best = 0;
	for (let t = 1; t < row.length; t++) if (row[t]! > row[best]!) best = t;
	return best;
}

/** A length for rows of which `longest` tokens count: up to a multiple of 8, and to `most`, so that few different programs are compiled. */
export const roundedLength = (longest: number, most: number): number => Math.min(most, Math.ceil(longest / 8) * 8);

/** The first `cut` ids of each row of `length`. */
export function cutRows(ids: Int32Array, length: number, cut: number): Int32Array {
	if (cut === length) return ids;
	const rows = ids.length / length;
	const out = new Int32Array(rows * cut);
	for (let n = 0; n < rows; n++) out.set(ids.subarray(n * length, n * length + cut), n * cut);
	return out;
}
