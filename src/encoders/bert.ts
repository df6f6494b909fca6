/**
 * @file BERT and XLM-R: post-LN transformers that see all of a text but its padding. a = LN(x + MHA(x)); y = LN(a + MLP(a)).
 * Source: Devlin et al. 2019, Conneau et al. 2020; names of weights are Hugging Face's.
 */

import { AtelierError } from '../errors.js';
import { add, div, gather, linear, matmul, mul, reshape, slice, sub, sum, type Tensor } from '../tensor/index.js';
import type { ParameterStore } from './parameters.js';
import { activate, attention, MASKED, norm, selectTokens, type Trace, type TransformerConfig } from './transformer.js';

/** Sizes of the model. */
export interface BertConfig extends TransformerConfig {
	readonly hidden: number;
	readonly epsilon: number;
	readonly vocabulary: number;
	/** Rows of the table of positions. */
	readonly positions: number;
	/** Kinds of tokens: BERT has two, for two texts in a row. */
	readonly types: number;
	/**
	 * Present for XLM-R: the id of padding, whose position is that id, while texts start at the next one. Absent: tokens and
	 * padding alike are at 0, 1, ...
	 */
	readonly padding?: number;
}

/** Of fresh matrices: BERT-base's 0.02 at its width of 768, and at any other what keeps its activations as large as there. */
const freshDeviation = (width: number): number => 0.02 * Math.sqrt(768 / width);

/** Most tokens in a row. */
export const bertContext = ({ positions, padding }: BertConfig): number =>
	positions - (padding === undefined ? 0 : padding + 1);

/** Rows of tokens. */
export interface BertRows {
	/** int32 [N, T] */
	readonly ids: Tensor;
	/** [N, T]: 1, and 0 for the padding at the end. */
	readonly mask: Tensor;
	/** int32 [N, T]; default: all of type 0. */
	readonly types?: Tensor;
}

/** What the model may be told. */
export interface BertOptions {
	/** Of the names, e.g. 'text_model.'. */
	readonly prefix?: string;
	/** The first token alone is wanted: [N, width]. */
	readonly first?: boolean;
	/** Hears of `embeddings` and `layer0`, ... */
	readonly trace?: Trace;
}

/** Hidden states [N, T, width] of the last layer. */
export function bert(config: BertConfig, store: ParameterStore, rows: BertRows, options: BertOptions = {}): Tensor {
	const { prefix = '', first = false, trace } = options;
	const { width: d, epsilon, vocabulary, types, layers, heads } = config;
	const [n, t] = rows.ids.shape as [number, number];
	if (rows.ids.rank !== 2 || t > bertContext(config))
		throw new AtelierError('E_SHAPE', `expected ids [N, up to ${bertContext(config)}], got [${rows.ids.shape}]`);
	if (d % heads !== 0) throw new AtelierError('E_ARGUMENT', `expected heads that divide the width ${d}, got ${heads}`);
	const at = `${prefix}embeddings`;
	const words = gather(store.get(`${at}.word_embeddings.weight`, [vocabulary, d]), rows.ids);
	const kinds = store.get(`${at}.token_type_embeddings.weight`, [types, d]);
	const typed = add(words, rows.types ? gather(kinds, rows.types) : slice(kinds, 0, 0, 1));
	let x = norm(store, `${at}.LayerNorm`, add(typed, places(config, store, at, rows.mask)), epsilon);
	trace?.('embeddings', x);
	const mask = reshape(mul(sub(1, rows.mask), MASKED), [n, 1, 1, t]);
	for (let i = 0; i < layers; i++) {
		x = layer(config, store, `${prefix}encoder.layer.${i}`, x, mask, first && i === layers - 1);
		trace?.(`layer${i}`, x);
	}
	return first && layers === 0 ? selectTokens(x, 'first') : x;
}

/** Position embeddings, [T, width] or [N, T, width]. */
function places(config: BertConfig, store: ParameterStore, at: string, mask: Tensor): Tensor {
	const t = mask.dim(1);
	const table = store.get(`${at}.position_embeddings.weight`, [config.positions, config.width]);
	const { padding } = config;
	if (padding === undefined) return slice(table, 0, 0, t);
	const texts = slice(table, 0, padding + 1, padding + 1 + t);
	const ends = slice(table, 0, padding, padding + 1);
	return add(ends, mul(reshape(mask, [mask.dim(0), t, 1]), sub(texts, ends)));
}

function layer(
	config: BertConfig,
	store: ParameterStore,
	name: string,
	x: Tensor,
	mask: Tensor,
	first: boolean,
): Tensor {
	const { width: d, hidden, heads, epsilon, activation } = config;
	const dense = (key: string, from: Tensor, out: number) =>
		linear(
			from,
			store.get(`${name}.${key}.weight`, [out, from.dim(-1)], { std: freshDeviation(d) }),
			store.get(`${name}.${key}.bias`, [out], { value: 0 }),
		);
	const asking = first ? selectTokens(x, 'first') : x;
	const query = mul(dense('attention.self.query', asking, d), Math.sqrt(heads / d));
	const [key, value] = [dense('attention.self.key', x, d), dense('attention.self.value', x, d)];
	const mixed = attention(query, key, value, heads, mask);
	const seen = add(asking, dense('attention.output.dense', mixed, d));
	const a = norm(store, `${name}.attention.output.LayerNorm`, seen, epsilon);
	const inner = activate(dense('intermediate.dense', a, hidden), activation);
	return norm(store, `${name}.output.LayerNorm`, add(a, dense('output.dense', inner, d)), epsilon);
}

/** Mean [N, width] of the hidden states of each text, its padding left out. */
export function maskedMean(states: Tensor, mask: Tensor): Tensor {
	const [n, t] = mask.shape as [number, number];
	const total = reshape(matmul(reshape(mask, [n, 1, t]), states), [n, states.dim(2)]);
	return div(total, sum(mask, [1], true));
}
