/**
 * @file Sizes of ALIGN in Hugging Face's config.json: EfficientNet by its coefficients, BERT by its sizes.
 * Source: Jia et al. 2021, Tan & Le 2019 (coefficients), and Hugging Face's AlignModel for the details.
 */

import { z } from 'zod';
import { AtelierError } from '../errors.js';
import { validated } from '../validation.js';
import type { BertConfig } from './bert.js';
import type { EfficientNetConfig, MobileBlock } from './efficientnet.js';
import { activations, written } from './huggingface-config.js';

const count = z.int().positive();
const perStage = (values: readonly number[]) => z.array(count).default([...values]);

/** Of EfficientNet-B0's last map. */
const lastChannels = 320;
/** Of all numbers of channels. */
const divisor = 8;

/** What a file leaves out has the values of kakaobrain/align-base: EfficientNet-B7 and BERT-base. */
const fileSchema = z.object({
	projection_dim: count.default(640),
	vision_config: z
		.object({
			num_channels: z.literal(3).default(3),
			image_size: count.default(289),
			width_coefficient: z.number().positive().default(2),
			depth_coefficient: z.number().positive().default(3.1),
			depth_divisor: count.default(divisor),
			kernel_sizes: perStage([3, 3, 5, 3, 5, 5, 3]),
			in_channels: perStage([32, 16, 24, 40, 80, 112, 192]),
			out_channels: perStage([16, 24, 40, 80, 112, 192, lastChannels]),
			/** Blocks whose stride pads by the same on both sides. */
			depthwise_padding: z.array(z.int()).default([]),
			strides: z.array(z.union([z.literal(1), z.literal(2)])).default([1, 2, 2, 2, 1, 2, 1]),
			num_block_repeats: perStage([1, 2, 2, 3, 3, 4, 1]),
			expand_ratios: perStage([1, 6, 6, 6, 6, 6, 6]),
			squeeze_expansion_ratio: z.number().positive().default(0.25),
			hidden_act: z.enum(['swish', 'silu']).default('swish'),
			pooling_type: z.literal('mean').default('mean'),
			batch_norm_eps: z.number().positive().default(1e-3),
		})
		.prefault({}),
	text_config: z
		.object({
			vocab_size: count.default(30522),
			hidden_size: count.default(768),
			num_hidden_layers: count.default(12),
			num_attention_heads: count.default(12),
			intermediate_size: count.default(3072),
			hidden_act: z.enum(Object.keys(activations) as [string, ...string[]]).default('gelu'),
			max_position_embeddings: count.default(512),
			type_vocab_size: count.default(2),
			layer_norm_eps: z.number().positive().default(1e-12),
			position_embedding_type: z.literal('absolute').default('absolute'),
		})
		.prefault({}),
});

/** Sizes of both towers. */
export interface AlignConfig {
	/** Size of the joint embedding: channels of the last map. */
	readonly embed: number;
	readonly resolution: number;
	readonly vision: EfficientNetConfig;
	readonly text: BertConfig;
}

/** The sizes that a config.json of an AlignModel states. @throws E_CHECKPOINT */
export function parseAlignConfig(json: unknown): AlignConfig {
	const what = 'configuration of an ALIGN model';
	const { projection_dim: embed, vision_config: v, text_config: t } = validated(fileSchema, json, 'E_CHECKPOINT', what);
	const stages = [v.kernel_sizes, v.in_channels, v.out_channels, v.strides, v.num_block_repeats, v.expand_ratios];
	if (stages.some((values) => values.length !== v.kernel_sizes.length || values.length === 0))
		throw new AtelierError(
			'E_CHECKPOINT',
			`${what}: expected one number a stage in each of kernel_sizes, in_channels, out_channels, strides, num_block_repeats and expand_ratios, got ${stages.map((values) => values.length).join(', ')}`,
		);
	const channels = (base: number) => rounded(base * v.width_coefficient, v.depth_divisor);
	const blocks: MobileBlock[] = [];
	v.kernel_sizes.forEach((kernel, stage) => {
		const repeats = Math.ceil(v.depth_coefficient * v.num_block_repeats[stage]!);
		const out = channels(v.out_channels[stage]!);
		for (let j = 0; j < repeats; j++) {
			const from = j === 0 ? channels(v.in_channels[stage]!) : out;
			blocks.push({
				in: from,
				out,
				kernel,
				stride: j === 0 ? v.strides[stage]! : 1,
				expand: v.expand_ratios[stage]!,
				squeezed: Math.max(1, Math.floor(from * v.squeeze_expansion_ratio)),
				residual: j > 0,
				symmetric: v.depthwise_padding.includes(blocks.length),
			});
		}
	});
	const last = blocks.at(-1)!.out;
	if (last !== embed)
		throw new AtelierError(
			'E_CHECKPOINT',
			`${what}: expected a last map of projection_dim ${embed} channels, got ${last}`,
		);
	return {
		embed,
		resolution: v.image_size,
		vision: { stem: channels(32), blocks, epsilon: v.batch_norm_eps },
		text: {
			width: t.hidden_size,
			layers: t.num_hidden_layers,
			heads: t.num_attention_heads,
			hidden: t.intermediate_size,
			activation: activations[t.hidden_act]!,
			epsilon: t.layer_norm_eps,
			vocabulary: t.vocab_size,
			positions: t.max_position_embeddings,
			types: t.type_vocab_size,
		},
	};
}

/** To a multiple of the divisor, and not below nine tenths. */
function rounded(channels: number, unit: number): number {
	const near = Math.max(unit, Math.floor((channels + unit / 2) / unit) * unit);
	return near < 0.9 * channels ? near + unit : near;
}

/** Sizes that a new model is made of. */
export interface AlignSizes {
	/** Side of the pictures, pixels. */
	readonly resolution: number;
	/** Factors on the channels and on the blocks a stage of EfficientNet-B0. */
	readonly width: number;
	readonly depth: number;
	readonly text: BertConfig;
}

/** The config.json of an AlignModel of these sizes, which {@link parseAlignConfig} reads. */
export function formatAlignConfig({ resolution, width, depth, text }: AlignSizes): object {
	return {
		architectures: ['AlignModel'],
		model_type: 'align',
		projection_dim: rounded(lastChannels * width, divisor),
		vision_config: {
			model_type: 'align_vision_model',
			image_size: resolution,
			width_coefficient: width,
			depth_coefficient: depth,
		},
		text_config: {
			model_type: 'align_text_model',
			...written(text),
			vocab_size: text.vocabulary,
			max_position_embeddings: text.positions,
			type_vocab_size: text.types,
		},
	};
}
