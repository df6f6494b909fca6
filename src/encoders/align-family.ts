/**
 * @file ALIGN as Hugging Face has it: EfficientNet of any size and BERT, by their configuration and names of weights.
 * Source: Jia et al. 2021, and Hugging Face's AlignModel for the details.
 */

import { z } from 'zod';
import { AtelierError } from '../errors.js';
import { linear, mean, type Tensor } from '../tensor/index.js';
import { validated } from '../validation.js';
import type { Architecture, Family, TokenInputs } from './architecture.js';
import { type BertConfig, bert, bertContext } from './bert.js';
import { type EfficientNetConfig, efficientNet, type MobileBlock } from './efficientnet.js';
import { activations } from './huggingface-config.js';
import type { ParameterStore } from './parameters.js';
import { familyPreprocessing } from './preprocessing/family-preprocessing.js';

const count = z.int().positive();
const perStage = (values: readonly number[]) => z.array(count).default([...values]);

/** What a file leaves out has the values of kakaobrain/align-base: EfficientNet-B7 and BERT-base. */
const fileSchema = z.object({
	projection_dim: count.default(640),
	vision_config: z
		.object({
			num_channels: z.literal(3).default(3),
			image_size: count.default(289),
			width_coefficient: z.number().positive().default(2),
			depth_coefficient: z.number().positive().default(3.1),
			depth_divisor: count.default(8),
			kernel_sizes: perStage([3, 3, 5, 3, 5, 5, 3]),
			in_channels: perStage([32, 16, 24, 40, 80, 112, 192]),
			out_channels: perStage([16, 24, 40, 80, 112, 192, 320]),
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

/** Wordpieces that a text is cut to, as in its training. */
const mostTokens = 64;

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
	architecture: ({ config }) => alignArchitecture(parseAlignConfig(config)),
};

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
function rounded(channels: number, divisor: number): number {
	const near = Math.max(divisor, Math.floor((channels + divisor / 2) / divisor) * divisor);
	return near < 0.9 * channels ? near + divisor : near;
}

function alignArchitecture(config: AlignConfig): Architecture {
	const { embed, resolution, text } = config;
	return {
		embed,
		image: {
			resolution,
			pixels: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
			preprocessing: familyPreprocessing.align,
			graph: (store, images) => mean(efficientNet(config.vision, store, 'visual', images), [2, 3]),
		},
		text: {
			context: Math.min(mostTokens, bertContext(text)),
			vocabulary: text.vocabulary,
			pooling: 'first',
			croppable: true,
			graph: (store, rows) => alignText(config, store, rows),
		},
		scale: { weight: 'temperature', factor: (temperature) => 1 / temperature },
	};
}

/** Embeddings [N, embed] of texts: BERT's first token, projected. */
function alignText({ embed, text }: AlignConfig, store: ParameterStore, rows: TokenInputs): Tensor {
	const feature = bert(text, store, rows, { prefix: 'text_model.', first: true });
	const bias = store.get('text_projection.bias', [embed], { value: 0 });
	return linear(feature, store.get('text_projection.weight', [embed, text.width]), bias);
}
