/** @file Multilingual-CLIP: text towers alone, taught to embed a hundred languages where a CLIP model embeds English. */

import { z } from 'zod';
import { validated } from '../validation.js';
import type { Architecture, Family } from './architecture.js';
import type { MappedWeight } from './checkpoints/keys.js';
import { inferBert, robertaPadding, sentenceTextTower } from './sentence-tower.js';

const count = z.int().positive();

/** Its own words; the sizes of the model beneath are stated nowhere as a rule, and follow from the shapes of the weights. */
const fileSchema = z.object({
	modelBase: z.string(),
	transformerDimensions: count,
	numDims: count,
	num_hidden_layers: count.optional(),
	num_attention_heads: count.optional(),
	intermediate_size: count.optional(),
	max_position_embeddings: count.optional(),
	vocab_size: count.optional(),
	layer_norm_eps: z.number().positive().optional(),
	pad_token_id: z.int().nonnegative().optional(),
});

export const mclipFamily: Family = {
	name: 'M-CLIP',
	recognises: ({ config }) => config !== undefined && 'modelBase' in config && 'numDims' in config,
	tables: [{ format: 'M-CLIP', sign: /^/, keys: { 'transformer.pooler.{rest}': null } }],
	architecture: ({ config }, weights) => mclipArchitecture(config, weights),
};

function mclipArchitecture(json: unknown, weights: ReadonlyMap<string, MappedWeight>): Architecture {
	const c = validated(fileSchema, json, 'E_CHECKPOINT', 'configuration of an M-CLIP model');
	// What is no XLM-R is a BERT: LaBSE.
	const padding = robertaPadding(c.modelBase);
	const sizes = inferBert(weights, padding === undefined ? undefined : (c.pad_token_id ?? padding), {
		width: c.transformerDimensions,
		layers: c.num_hidden_layers,
		heads: c.num_attention_heads,
		hidden: c.intermediate_size,
		positions: c.max_position_embeddings,
		vocabulary: c.vocab_size,
		epsilon: c.layer_norm_eps,
	});
	return { embed: c.numDims, text: sentenceTextTower({ ...sizes, projection: 'm-clip' }, c.numDims) };
}
