/**
 * @file ALIGN as Hugging Face has it: EfficientNet of any size and BERT, by their configuration and names of weights.
 * Source: Jia et al. 2021, and Hugging Face's AlignModel for the details.
 */

import { linear, mean, type Tensor } from '../tensor/index.js';
import { type AlignConfig, parseAlignConfig } from './align-config.js';
import type { Architecture, Family, TokenInputs } from './architecture.js';
import { bert, bertContext } from './bert.js';
import { efficientNet } from './efficientnet.js';
import type { ParameterStore } from './parameters.js';
import { familyPreprocessing } from './preprocessing/family-preprocessing.js';

/** Wordpieces that a text is cut to, as in its training. */
export const alignContext = 64;

export const alignFamily: Family = {
	name: 'ALIGN',
	recognises: ({ config }) => config !== undefined && 'model_type' in config && config.model_type === 'align',
	tables: [
		{
			format: 'Hugging Face',
			sign: /^/,
			// The pooler is in the files, and nothing uses it.
			keys: { 'text_model.pooler.{rest}': null, 'vision_model.{rest}': 'visual.{rest}' },
		},
	],
	architecture: ({ config }) => alignArchitecture(config),
};

/** The towers that a config.json of an AlignModel states. @throws E_CHECKPOINT */
export function alignArchitecture(json: unknown): Architecture {
	const config = parseAlignConfig(json);
	const { embed, resolution, text } = config;
	return {
		embed,
		image: {
			resolution,
			pixels: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
			preprocessing: familyPreprocessing.align,
			graph: (store, images, batches) =>
				mean(efficientNet(config.vision, store, 'visual', images, { batches }), [2, 3]),
		},
		text: {
			context: Math.min(alignContext, bertContext(text)),
			vocabulary: text.vocabulary,
			pooling: 'first',
			croppable: true,
			graph: (store, rows) => alignText(config, store, rows),
		},
		scale: { weight: 'temperature', factor: (temperature) => 1 / temperature, value: (factor) => 1 / factor },
	};
}

/** Embeddings [N, embed] of texts: BERT's first token, projected. */
function alignText({ embed, text }: AlignConfig, store: ParameterStore, rows: TokenInputs): Tensor {
	const feature = bert(text, store, rows, { prefix: 'text_model.', first: true });
	const bias = store.get('text_projection.bias', [embed], { value: 0 });
	return linear(feature, store.get('text_projection.weight', [embed, text.width], { std: text.width ** -0.5 }), bias);
}
