/**
 * @file MobileCLIP's text towers: S0's "mct", attention between two blocks that mix along the text by convolution, and the
 * plain ones of S1 and S2. No token is hidden from another. Source: Vasu et al. 2024, and Apple's code for the details.
 */

import { AtelierError } from '../errors.js';
import { add, gather, matmul, reshape, slice, type Tensor, transpose } from '../tensor/index.js';
import type { TokenInputs } from './architecture.js';
import { mixerBlock } from './mobileclip-image.js';
import type { ParameterStore } from './parameters.js';
import { norm, type Trace, transformer } from './transformer.js';

/** Sizes of the tower. */
export interface MobileClipTextConfig {
	readonly width: number;
	readonly heads: number;
	/** Of the MLPs. */
	readonly hidden: number;
	readonly context: number;
	readonly vocabulary: number;
	/** Kinds of blocks, in order. */
	readonly blocks: readonly ('mixer' | 'attention')[];
	/** Whether the file has the branches of mixers folded into one convolution each. */
	readonly folded: boolean;
}

/** Tokens that a mixer hears of at once. */
const REACH = 11;

/**
 * Embeddings [N, embed] of texts, not of unit length.
 * @param ids int32 [N, T], T <= context
 * @param positions int32 [N]: flat indices of the tokens that stand for the rows
 * Traces `transformer.0`, ..., [N, T, width].
 */
export function mobileClipText(
	config: MobileClipTextConfig,
	embed: number,
	store: ParameterStore,
	{ ids, positions }: Pick<TokenInputs, 'ids' | 'positions'>,
	trace?: Trace,
): Tensor {
	const { width: d, heads, hidden, context, vocabulary, folded } = config;
	const [n, t] = ids.shape as [number, number];
	if (ids.rank !== 2 || t > context)
		throw new AtelierError('E_SHAPE', `expected ids [N, up to ${context}], got [${ids.shape}]`);
	const tokens = gather(store.get('embedding_layer.weight', [vocabulary, d], { std: 0.02 }), ids);
	const places = store.get('positional_embedding.pos_embed.pos_embed', [1, 1, context, d], { std: 0.01 });
	let x = add(tokens, slice(reshape(places, [context, d]), 0, 0, t));
	config.blocks.forEach((kind, i) => {
		const name = `transformer.${i}`;
		if (kind === 'attention')
			x = transformer({ width: d, heads, hidden, layers: 1, activation: 'gelu' }, store, name, x);
		else {
			// A row of tokens is a map of one row.
			const map = reshape(transpose(x, [0, 2, 1]), [n, d, 1, t]);
			const mixed = mixerBlock(store, name, map, { hidden, kernel: [1, REACH], context: [1, REACH], folded });
			x = transpose(reshape(mixed, [n, d, t]), [0, 2, 1]);
		}
		trace?.(name, x);
	});
	const feature = norm(store, 'final_layer_norm', gather(reshape(x, [n * t, d]), positions));
	return matmul(feature, store.get('projection_layer', [d, embed], { std: d ** -0.5 }));
}
