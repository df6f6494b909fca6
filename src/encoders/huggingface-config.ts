/** @file Sizes of a CLIP model from Hugging Face's config.json; what that file leaves out has the values of CLIP ViT-B/32. */

import { z } from 'zod';
import { AtelierError } from '../errors.js';
import { validated } from '../validation.js';
import type { ClipConfig } from './clip-config.js';
import type { Pooling } from './text.js';
import type { Activation, TransformerConfig } from './transformer.js';

const count = z.int().positive();

/** The activations that it names; 'gelu_new' and 'gelu_pytorch_tanh' are two names of one formula there. */
export const activations: Readonly<Record<string, Activation>> = {
	quick_gelu: 'quick_gelu',
	gelu: 'gelu',
	gelu_new: 'gelu_tanh',
	gelu_pytorch_tanh: 'gelu_tanh',
};
const activation = z.enum(Object.keys(activations) as [string, ...string[]]).default('quick_gelu');
const epsilon = z.number().positive().default(1e-5);

const textSchema = z.object({
	hidden_size: count.default(512),
	intermediate_size: count.default(2048),
	num_hidden_layers: count.default(12),
	num_attention_heads: count.default(8),
	max_position_embeddings: count.default(77),
	vocab_size: count.default(49408),
	hidden_act: activation,
	layer_norm_eps: epsilon,
	eos_token_id: z.int().nullish(),
});

const visionSchema = z.object({
	hidden_size: count.default(768),
	intermediate_size: count.default(3072),
	num_hidden_layers: count.default(12),
	num_attention_heads: count.default(12),
	num_channels: z.literal(3).default(3),
	image_size: count.default(224),
	patch_size: count.default(32),
	hidden_act: activation,
	layer_norm_eps: epsilon,
});

const towersSchema = z.object({ text_config: textSchema, vision_config: visionSchema });

const loose = z.looseObject({}).nullish();
const fileSchema = z.object({
	model_type: z.literal('clip').default('clip'),
	projection_dim: count.default(512),
	text_config: loose,
	vision_config: loose,
	// Older files state the towers here; where both do, this one counts.
	text_config_dict: loose,
	vision_config_dict: loose,
});

/** Whether a configuration is in Hugging Face's form. */
export function isHuggingFaceConfig(json: object): boolean {
	return 'model_type' in json || 'vision_config' in json || 'vision_config_dict' in json;
}

/** The sizes that a config.json of a CLIPModel states. Throws E_CHECKPOINT, also for models of another kind. */
export function parseHuggingFaceConfig(json: unknown): ClipConfig {
	const what = 'configuration of a CLIP model';
	const kind = (json as { model_type?: unknown } | null)?.model_type;
	if (typeof kind === 'string' && /_(text|vision)_model$/.test(kind))
		throw new AtelierError(
			'E_CHECKPOINT',
			`expected a model of both towers, got '${kind}', which is one alone; fetch the whole model that it is part of`,
		);
	if (typeof kind === 'string' && kind !== 'clip')
		throw new AtelierError(
			'E_CHECKPOINT',
			`expected a model of model_type clip, siglip or align, got '${kind}', which is not known; take one of docs/encoders.md`,
		);
	const c = validated(fileSchema, json, 'E_CHECKPOINT', what);
	const { text_config: text, vision_config: vision } = validated(
		towersSchema,
		{
			text_config: { ...c.text_config, ...c.text_config_dict },
			vision_config: { ...c.vision_config, ...c.vision_config_dict },
		},
		'E_CHECKPOINT',
		what,
	);
	return {
		embed: c.projection_dim,
		text: {
			...blocks(text),
			context: text.max_position_embeddings,
			vocabulary: text.vocab_size,
			causal: true,
			...poolingOf(text.eos_token_id),
		},
		vision: { ...blocks(vision), kind: 'vit', resolution: vision.image_size, patch: vision.patch_size },
	};
}

/** The files of OpenAI's models name 2 as the end of text, which it is not: for those the largest id is looked for, as by transformers. */
const poolingOf = (end: number | null | undefined): { pooling?: Pooling } =>
	end === undefined || end === null ? {} : { pooling: end === 2 ? 'argmax' : { id: end } };

/** What parseHuggingFaceConfig reads, for a causal text tower and a vision transformer. */
export function formatHuggingFaceConfig({ embed, vision, text }: ClipConfig): object {
	if (vision.kind !== 'vit') throw new AtelierError('E_ARGUMENT', 'expected a vision transformer, got a ResNet');
	return {
		model_type: 'clip',
		projection_dim: embed,
		text_config: { ...written(text), max_position_embeddings: text.context, vocab_size: text.vocabulary },
		vision_config: { ...written(vision), image_size: vision.resolution, patch_size: vision.patch },
	};
}

/** Sizes of blocks in its words; what {@link blocks} reads. */
export function written({ width, hidden = 4 * width, layers, heads, activation, epsilon = 1e-5 }: TransformerConfig) {
	return {
		hidden_size: width,
		intermediate_size: hidden,
		num_hidden_layers: layers,
		num_attention_heads: heads,
		hidden_act: activation === 'gelu_tanh' ? 'gelu_pytorch_tanh' : activation,
		layer_norm_eps: epsilon,
	};
}

/** Sizes of blocks from its words. */
export function blocks(c: Omit<z.infer<typeof textSchema>, 'max_position_embeddings' | 'vocab_size' | 'eos_token_id'>) {
	return {
		width: c.hidden_size,
		hidden: c.intermediate_size,
		layers: c.num_hidden_layers,
		heads: c.num_attention_heads,
		activation: activations[c.hidden_act]!,
		epsilon: c.layer_norm_eps,
	};
}
