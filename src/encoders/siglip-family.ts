/** @file SigLIP models as they are published on Hugging Face: configuration, names of weights, texts. */

import { z } from 'zod';
import { AtelierError } from '../errors.js';
import { validated } from '../validation.js';
import type { Architecture, Family } from './architecture.js';
import { huggingFaceBlocks } from './checkpoints/clip-keys.js';
import type { KeyTable } from './checkpoints/keys.js';
import { exponentialScale } from './clip-family.js';
import { activations, blocks, written } from './huggingface-config.js';
import { familyPreprocessing } from './preprocessing/family-preprocessing.js';
import { type SiglipVisionConfig, siglipImage } from './siglip.js';
import { type TextConfig, textTransformer } from './text.js';

const count = z.int().positive();
const sizes = {
	hidden_size: count.default(768),
	intermediate_size: count.default(3072),
	num_hidden_layers: count.default(12),
	num_attention_heads: count.default(12),
	hidden_act: z.enum(Object.keys(activations) as [string, ...string[]]).default('gelu_pytorch_tanh'),
	layer_norm_eps: z.number().positive().default(1e-6),
};

/** What a file leaves out has the values of base-patch16-224. */
const fileSchema = z.object({
	text_config: z
		.object({
			...sizes,
			vocab_size: count.default(32000),
			max_position_embeddings: count.default(64),
			projection_size: count.optional(),
		})
		.prefault({}),
	vision_config: z
		.object({
			...sizes,
			num_channels: z.literal(3).default(3),
			image_size: count.default(224),
			patch_size: count.default(16),
			vision_use_head: z.literal(true).default(true),
		})
		.prefault({}),
});

const keys: KeyTable['keys'] = {
	'{rest}.position_ids': null,
	'text_model.embeddings.token_embedding.weight': 'token_embedding.weight',
	'text_model.embeddings.position_embedding.weight': 'positional_embedding',
	'text_model.final_layer_norm.{kind}': 'ln_final.{kind}',
	'text_model.head.weight': { transposed: 'text_projection' },
	'text_model.head.bias': 'text_projection.bias',
	'vision_model.embeddings.patch_embedding.{kind}': 'visual.conv1.{kind}',
	'vision_model.embeddings.position_embedding.weight': 'visual.positional_embedding',
	'vision_model.post_layernorm.{kind}': 'visual.ln_post.{kind}',
	'vision_model.head.probe': 'visual.attnpool.probe',
	'vision_model.head.attention.out_proj.{kind}': 'visual.attnpool.out_proj.{kind}',
	'vision_model.head.attention.in_proj_{kind}': 'visual.attnpool.in_proj_{kind}',
	'vision_model.head.layernorm.{kind}': 'visual.attnpool.ln.{kind}',
	'vision_model.head.mlp.fc1.{kind}': 'visual.attnpool.mlp.c_fc.{kind}',
	'vision_model.head.mlp.fc2.{kind}': 'visual.attnpool.mlp.c_proj.{kind}',
	...huggingFaceBlocks('text_model.encoder.layers.{n}', 'transformer.resblocks.{n}'),
	...huggingFaceBlocks('vision_model.encoder.layers.{n}', 'visual.transformer.resblocks.{n}'),
};

/** Vocabulary of SigLIP 2's tokenizer, in which the two generations differ. */
const GEMMA = 256000;

export const siglipFamily: Family = {
	name: 'SigLIP',
	recognises: ({ config }) => config !== undefined && 'model_type' in config && config.model_type === 'siglip',
	tables: [{ format: 'Hugging Face', sign: /^/, keys }],
	architecture: ({ config }) => siglipArchitecture(config),
};

/** Sizes of both towers. */
export interface SiglipConfig {
	readonly vision: SiglipVisionConfig;
	readonly text: TextConfig;
}

/** The sizes that a config.json of a SiglipModel states. @throws E_CHECKPOINT */
export function parseSiglipConfig(json: unknown): SiglipConfig {
	const { text_config: text, vision_config: vision } = validated(
		fileSchema,
		json,
		'E_CHECKPOINT',
		'configuration of a SigLIP model',
	);
	const projection = text.projection_size ?? text.hidden_size;
	if (projection !== vision.hidden_size)
		throw new AtelierError(
			'E_CHECKPOINT',
			`configuration of a SigLIP model: expected a text projection of ${vision.hidden_size} as the image tower, got ${projection}`,
		);
	return {
		vision: { ...blocks(vision), resolution: vision.image_size, patch: vision.patch_size },
		text: {
			...blocks(text),
			context: text.max_position_embeddings,
			vocabulary: text.vocab_size,
			causal: false,
			pooling: 'last',
			projectionBias: true,
		},
	};
}

/** The config.json of a SiglipModel of these sizes, which {@link parseSiglipConfig} reads. */
export function formatSiglipConfig({ vision, text }: SiglipConfig): object {
	return {
		architectures: ['SiglipModel'],
		model_type: 'siglip',
		text_config: {
			model_type: 'siglip_text_model',
			...written(text),
			vocab_size: text.vocabulary,
			max_position_embeddings: text.context,
			projection_size: vision.width,
		},
		vision_config: {
			model_type: 'siglip_vision_model',
			...written(vision),
			image_size: vision.resolution,
			patch_size: vision.patch,
		},
	};
}

/** The towers that a config.json of a SiglipModel states. @throws E_CHECKPOINT */
export function siglipArchitecture(json: unknown): Architecture {
	const { vision, text } = parseSiglipConfig(json);
	return {
		embed: vision.width,
		image: {
			resolution: vision.resolution,
			pixels: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
			preprocessing: text.vocabulary === GEMMA ? familyPreprocessing.sigLip2 : familyPreprocessing.sigLip,
			graph: (store, images) => siglipImage(vision, store, images),
		},
		text: {
			context: text.context,
			vocabulary: text.vocabulary,
			// What fills a row is seen: rows are of one length.
			pooling: 'last',
			croppable: false,
			graph: (store, { ids, positions }) => textTransformer(text, vision.width, store, ids, positions),
		},
		scale: exponentialScale,
	};
}
