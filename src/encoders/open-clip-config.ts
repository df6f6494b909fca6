/** @file Sizes of a CLIP model from open_clip's configuration: open_clip_config.json, or one of its own model_configs. */

import { z } from 'zod';
import { validated } from '../validation.js';
import type { ClipConfig } from './clip-config.js';
import type { Pooling } from './text.js';
import type { Activation } from './transformer.js';

const count = z.int().positive();
const off = z.literal(false).optional();

// Strict: a key that is not here changes the model in a way that is not known.
const visionSchema = z.strictObject({
	image_size: z.union([count, z.tuple([count, count])]).default(224),
	layers: z.union([count, z.tuple([count, count, count, count])]).default(12),
	width: count.default(768),
	head_width: count.default(64),
	mlp_ratio: z.number().positive().default(4),
	// Null for a ResNet.
	patch_size: count.nullish(),
	// Of training, or as it is anyway.
	patch_dropout: z.number().optional(),
	global_average_pool: off,
	attentional_pool: off,
	input_patchnorm: off,
	no_ln_pre: off,
	output_tokens: off,
	pool_type: z.literal('tok').optional(),
	pos_embed_type: z.literal('learnable').optional(),
	ls_init_value: z.null().optional(),
	timm_model_name: z.null().optional(),
});

const textSchema = z.strictObject({
	context_length: count.default(77),
	vocab_size: count.default(49408),
	width: count.default(512),
	heads: count.default(8),
	layers: count.default(12),
	mlp_ratio: z.number().positive().default(4),
	no_causal_mask: z.boolean().default(false),
	pool_type: z.enum(['first', 'last', 'argmax', 'eos']).default('argmax'),
	eos_id: z.int().default(49407),
	pad_id: z.int().optional(),
	proj_bias: z.boolean().default(false),
	embed_cls: off,
	output_tokens: off,
	ls_init_value: z.null().optional(),
	hf_model_name: z.null().optional(),
	hf_tokenizer_name: z.string().nullish(),
	tokenizer_kwargs: z.looseObject({}).nullish(),
});

const modelSchema = z.object({
	embed_dim: count,
	quick_gelu: z.boolean().default(false),
	vision_cfg: visionSchema,
	text_cfg: textSchema,
});

/** A text tower that is one of Hugging Face's models: its sizes are that model's. */
const sentenceSchema = modelSchema.extend({
	text_cfg: z.strictObject({
		hf_model_name: z.string(),
		hf_tokenizer_name: z.string().nullish(),
		tokenizer_kwargs: z.looseObject({}).nullish(),
		hf_model_pretrained: z.boolean().optional(),
		context_length: count.default(77),
		vocab_size: count.optional(),
		// Older files call the two proj and pooler_type.
		hf_proj_type: z.enum(['mlp', 'linear']).optional(),
		proj: z.enum(['mlp', 'linear']).optional(),
		hf_pooler_type: z.literal('mean_pooler').optional(),
		pooler_type: z.literal('mean_pooler').optional(),
		output_tokens: off,
	}),
});

/** Whether a configuration is in open_clip's form. */
export function isOpenClipConfig(json: object): boolean {
	return 'model_cfg' in json || 'vision_cfg' in json;
}

const what = "open_clip's configuration of a CLIP model";

/** Its model_cfg, wherever that is. */
const innerOf = (json: object): object =>
	'model_cfg' in json && typeof json.model_cfg === 'object' && json.model_cfg ? json.model_cfg : json;

/** The sizes that open_clip's configuration states: its activation is the exact GELU but where it says quick_gelu. Throws E_CHECKPOINT. */
export function parseOpenClipConfig(json: object): ClipConfig {
	const c = validated(modelSchema, innerOf(json), 'E_CHECKPOINT', what);
	const { text_cfg: text } = c;
	const pooling: Pooling = text.pool_type === 'eos' ? { id: text.eos_id } : text.pool_type;
	return {
		embed: c.embed_dim,
		text: {
			activation: activationOf(c.quick_gelu),
			width: text.width,
			hidden: Math.floor(text.width * text.mlp_ratio),
			layers: text.layers,
			heads: text.heads,
			context: text.context_length,
			vocabulary: text.vocab_size,
			causal: !text.no_causal_mask,
			pooling,
			...(text.proj_bias && { projectionBias: true }),
		},
		vision: visionOf(c.vision_cfg, activationOf(c.quick_gelu)),
	};
}

/** What open_clip's configuration states of a model whose text tower is one of Hugging Face's. */
export interface OpenClipSentence {
	readonly embed: number;
	readonly vision: ClipConfig['vision'];
	/** The name of the text model. */
	readonly base: string;
	readonly context: number;
	readonly projection: 'mlp' | 'linear';
}

/** Whether the text tower of an open_clip model is one of Hugging Face's. */
export function hasSentenceTower(json: object): boolean {
	const { text_cfg: text } = innerOf(json) as { text_cfg?: { hf_model_name?: unknown } };
	return typeof text?.hf_model_name === 'string';
}

/** See {@link OpenClipSentence}. Throws E_CHECKPOINT. */
export function parseOpenClipSentence(json: object): OpenClipSentence {
	const c = validated(sentenceSchema, innerOf(json), 'E_CHECKPOINT', what);
	const { text_cfg: text } = c;
	return {
		embed: c.embed_dim,
		vision: visionOf(c.vision_cfg, activationOf(c.quick_gelu)),
		base: text.hf_model_name,
		context: text.context_length,
		projection: text.hf_proj_type ?? text.proj ?? 'mlp',
	};
}

const activationOf = (quick: boolean): Activation => (quick ? 'quick_gelu' : 'gelu');

function visionOf(vision: z.infer<typeof visionSchema>, activation: Activation): ClipConfig['vision'] {
	const resolution = typeof vision.image_size === 'number' ? vision.image_size : vision.image_size[0];
	const base = { resolution, width: vision.width };
	const { layers } = vision;
	return typeof layers === 'number'
		? {
				...base,
				kind: 'vit',
				activation,
				hidden: Math.floor(vision.width * vision.mlp_ratio),
				layers,
				heads: Math.floor(vision.width / vision.head_width),
				patch: vision.patch_size ?? 16,
			}
		: { ...base, kind: 'resnet', layers, heads: Math.floor((vision.width * 32) / vision.head_width) };
}
