/**
 * @file Text towers that are made of BERT or XLM-R: the mean of a text's hidden states, projected. M-CLIP (Carlsson et al.
 * 2022) and open_clip's multilingual models have them.
 */

import { AtelierError } from '../errors.js';
import { gelu, linear, type Shape, type Tensor } from '../tensor/index.js';
import type { TextTower, TokenInputs } from './architecture.js';
import { type BertConfig, bert, bertContext, maskedMean } from './bert.js';
import type { ParameterStore } from './parameters.js';

/** Sizes of such a tower; the weights of its model begin with 'transformer.'. */
export interface SentenceConfig extends BertConfig {
	/**
	 * To the joint embedding: M-CLIP's matrix and bias, or open_clip's matrix, or its two matrices with a GELU between, through
	 * the mean of both widths.
	 */
	readonly projection: 'm-clip' | 'linear' | 'mlp';
}

/** Sizes that a configuration may state; what it leaves out, shapes say. */
export interface StatedSizes {
	readonly width?: number | undefined;
	readonly layers?: number | undefined;
	readonly heads?: number | undefined;
	readonly hidden?: number | undefined;
	readonly vocabulary?: number | undefined;
	readonly positions?: number | undefined;
	readonly epsilon?: number | undefined;
}

/**
 * The sizes of BERT or XLM-R from the shapes of its weights, where they are not stated. Heads are of 64 numbers, as in all that are published.
 * @param padding id of XLM-R's padding; undefined for BERT
 * @throws E_CHECKPOINT when it is no such model
 */
export function inferBert(
	weights: ReadonlyMap<string, { readonly shape: Shape }>,
	padding: number | undefined,
	stated: StatedSizes = {},
): BertConfig {
	const rows = (name: string): readonly [number, number] => {
		const shape = weights.get(`transformer.${name}.weight`)?.shape;
		if (shape?.length !== 2)
			throw new AtelierError(
				'E_CHECKPOINT',
				`expected a text tower of BERT's kind with weight 'transformer.${name}.weight' of 2 axes, got ${shape ? `[${shape}]` : 'none'}`,
			);
		return shape as [number, number];
	};
	const [vocabulary, width] = rows('embeddings.word_embeddings');
	const layer = /^transformer\.encoder\.layer\.(\d+)\.output\.dense\.weight$/;
	const layers = new Set([...weights.keys()].flatMap((name) => layer.exec(name)?.[1] ?? []));
	return {
		width: stated.width ?? width,
		layers: stated.layers ?? layers.size,
		heads: stated.heads ?? Math.max(1, Math.floor(width / 64)),
		hidden: stated.hidden ?? rows('encoder.layer.0.intermediate.dense')[0],
		vocabulary: stated.vocabulary ?? vocabulary,
		positions: stated.positions ?? rows('embeddings.position_embeddings')[0],
		types: rows('embeddings.token_type_embeddings')[0],
		activation: 'gelu',
		epsilon: stated.epsilon ?? (padding === undefined ? 1e-12 : 1e-5),
		...(padding !== undefined && { padding }),
	};
}

/** Id of padding in XLM-R and all of its kind. */
const ROBERTA_PADDING = 1;

/** Id of padding by the name of a model: of XLM-R's kind, or BERT's; undefined for the latter. */
export const robertaPadding = (base: string): number | undefined =>
	/xlm|roberta/i.test(base) ? ROBERTA_PADDING : undefined;

/** Such a tower to the loader. */
export function sentenceTextTower(config: SentenceConfig, embed: number, context = bertContext(config)): TextTower {
	return {
		context: Math.min(context, bertContext(config)),
		vocabulary: config.vocabulary,
		pooling: 'first',
		croppable: true,
		graph: (store, rows) => sentenceEmbedding(config, embed, store, rows),
	};
}

/** Embeddings [N, embed] of rows of tokens, of any length. */
export function sentenceEmbedding(
	config: SentenceConfig,
	embed: number,
	store: ParameterStore,
	rows: TokenInputs,
): Tensor {
	const feature = maskedMean(bert(config, store, rows, { prefix: 'transformer.' }), rows.mask);
	const d = config.width;
	if (config.projection === 'm-clip') {
		const bias = store.get('LinearTransformation.bias', [embed], { value: 0 });
		return linear(feature, store.get('LinearTransformation.weight', [embed, d]), bias);
	}
	if (config.projection === 'linear') return linear(feature, store.get('proj.weight', [embed, d]));
	const middle = Math.floor((d + embed) / 2);
	const inner = gelu(linear(feature, store.get('proj.0.weight', [middle, d])));
	return linear(inner, store.get('proj.2.weight', [embed, middle]));
}
