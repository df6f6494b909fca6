/** @file Sizes of a CLIP model: from its configuration file, or inferred from the shapes of its weights. */

import { z } from 'zod';
import { AtelierError } from '../errors.js';
import type { Shape } from '../tensor/index.js';
import { validated } from '../validation.js';
import type { ResNetConfig } from './resnet.js';
import type { TextConfig } from './text.js';
import type { Activation } from './transformer.js';
import type { VitConfig } from './vit.js';

/** A CLIP model: two towers into one space. */
export interface ClipConfig {
	/** Size of the joint embedding. */
	readonly embed: number;
	readonly vision: VitConfig | ResNetConfig;
	readonly text: TextConfig;
}

const count = z.number().int().positive();
const fileSchema = z.object({
	embed_dim: count,
	image_resolution: count,
	vision_layers: z.union([count, z.tuple([count, count, count, count])]),
	vision_width: count,
	vision_patch_size: count.nullish(),
	vision_heads: count.optional(),
	context_length: count,
	vocab_size: count,
	transformer_width: count,
	transformer_heads: count,
	transformer_layers: count,
	activation: z.string(),
	layer_norm_eps: z.number().positive().optional(),
	text_causal: z.boolean().optional(),
});

/** The sizes that a configuration object states, in the words of OpenAI's constructor plus `activation`. Throws E_CHECKPOINT. */
export function parseClipConfig(json: unknown): ClipConfig {
	const c = validated(fileSchema, json, 'E_CHECKPOINT', 'model configuration');
	const activation = parseActivation(c.activation);
	const shared = { activation, ...(c.layer_norm_eps !== undefined && { epsilon: c.layer_norm_eps }) };
	const text: TextConfig = {
		...shared,
		width: c.transformer_width,
		layers: c.transformer_layers,
		heads: c.transformer_heads,
		context: c.context_length,
		vocabulary: c.vocab_size,
		causal: c.text_causal ?? true,
	};
	const base = { resolution: c.image_resolution, width: c.vision_width };
	if (typeof c.vision_layers !== 'number') {
		const heads = c.vision_heads ?? (c.vision_width * 32) / 64;
		return { embed: c.embed_dim, text, vision: { ...base, kind: 'resnet', layers: c.vision_layers, heads } };
	}
	if (!c.vision_patch_size)
		throw new AtelierError(
			'E_CHECKPOINT',
			"model configuration: expected 'vision_patch_size' beside a single 'vision_layers', got none",
		);
	const heads = c.vision_heads ?? c.vision_width / 64;
	const vision: VitConfig = {
		...shared,
		...base,
		kind: 'vit',
		layers: c.vision_layers,
		heads,
		patch: c.vision_patch_size,
	};
	return { embed: c.embed_dim, text, vision };
}

/** What parseClipConfig reads, for sizes that it can say: MLPs of four times the width. */
export function formatClipConfig({ embed, vision, text }: ClipConfig): object {
	const { epsilon } = text;
	return {
		embed_dim: embed,
		image_resolution: vision.resolution,
		vision_layers: vision.layers,
		vision_width: vision.width,
		vision_heads: vision.heads,
		...(vision.kind === 'vit' && { vision_patch_size: vision.patch }),
		context_length: text.context,
		vocab_size: text.vocabulary,
		transformer_width: text.width,
		transformer_heads: text.heads,
		transformer_layers: text.layers,
		activation: text.activation,
		...(epsilon !== undefined && { layer_norm_eps: epsilon }),
		text_causal: text.causal,
	};
}

/** The transformer activation that a description names, 'relu (visual) / quick_gelu (text)' included. */
function parseActivation(text: string): Activation {
	const found = /\b(quick_gelu|gelu_pytorch_tanh|gelu_tanh|gelu)\b/.exec(text)?.[1];
	if (!found)
		throw new AtelierError('E_CHECKPOINT', `expected activation quick_gelu, gelu or gelu_tanh, got '${text}'`);
	return found === 'gelu_pytorch_tanh' ? 'gelu_tanh' : (found as Activation);
}

/** What weights do not say. */
export interface InferenceOptions {
	/** 'quick_gelu' for OpenAI's own files. */
	readonly activation: Activation;
	/** Default: width / 64, OpenAI's rule (at least 1). */
	readonly visionHeads?: number;
	readonly textHeads?: number;
}

/**
 * The sizes of a model from its weights under OpenAI's names. Throws E_CHECKPOINT when they are not a CLIP model's.
 * Source: the rule that openai/CLIP itself loads by.
 */
export function inferClipConfig(
	weights: ReadonlyMap<string, { readonly shape: Shape }>,
	options: InferenceOptions,
): ClipConfig {
	const shape = (name: string, rank: number): Shape => {
		const found = weights.get(name)?.shape;
		if (found?.length !== rank)
			throw new AtelierError(
				'E_CHECKPOINT',
				`expected a CLIP model with weight '${name}' of ${rank} axes, got ${found ? `[${found}]` : 'none'}`,
			);
		return found;
	};
	const blocks = (pattern: RegExp) => new Set([...weights.keys()].flatMap((k) => pattern.exec(k)?.[1] ?? [])).size;
	const heads = (width: number, stated?: number) => stated ?? Math.max(1, Math.floor(width / 64));

	const [width, embed] = shape('text_projection', 2) as [number, number];
	const text: TextConfig = {
		width,
		layers: blocks(/^transformer\.resblocks\.(\d+)\.attn\.in_proj_weight$/),
		heads: heads(width, options.textHeads),
		activation: options.activation,
		context: shape('positional_embedding', 2)[0]!,
		vocabulary: shape('token_embedding.weight', 2)[0]!,
		causal: true,
	};
	if (weights.has('visual.proj')) {
		const [d, , , patch] = shape('visual.conv1.weight', 4) as [number, number, number, number];
		const grid = Math.round(Math.sqrt(shape('visual.positional_embedding', 2)[0]! - 1));
		const layers = blocks(/^visual\.transformer\.resblocks\.(\d+)\.attn\.in_proj_weight$/);
		const { activation } = options;
		const sizes = {
			resolution: grid * patch,
			patch,
			width: d,
			layers,
			heads: heads(d, options.visionHeads),
			activation,
		};
		return { embed, text, vision: { kind: 'vit', ...sizes } };
	}
	const d = shape('visual.layer1.0.conv1.weight', 4)[0]!;
	const grid = Math.round(Math.sqrt(shape('visual.attnpool.positional_embedding', 2)[0]! - 1));
	const layers = [1, 2, 3, 4].map((i) => blocks(new RegExp(`^visual\\.layer${i}\\.(\\d+)\\.conv1\\.weight$`)));
	const sizes = { resolution: 32 * grid, width: d, heads: heads(32 * d, options.visionHeads) };
	return { embed, text, vision: { kind: 'resnet', layers: layers as [number, number, number, number], ...sizes } };
}
