/** @file A new model in the configuration of contrastive training: its kinds, their sizes and defaults. */

import { z } from 'zod';
import { formatAlignConfig } from '../../encoders/align-config.js';
import { alignContext } from '../../encoders/align-family.js';
import { CLIP_MEAN, CLIP_STD } from '../../encoders/clip.js';
import type { ResNetConfig } from '../../encoders/resnet.js';
import { formatSiglipConfig } from '../../encoders/siglip-family.js';
import type { VitConfig } from '../../encoders/vit.js';
import { convSchema } from '../default-config.js';
import { published } from './published.js';
import type { ModelConfig } from './towers.js';

/** A number of steps, layers, tokens and the like in a configuration. */
export const count = z
	.int()
	.min(1)
	.max(1 << 24);
const activations = z.enum(['quick_gelu', 'gelu', 'gelu_tanh']);
const activation = activations.default('quick_gelu');
const embed = count.default(128);
/** Each head has the same part of the width. */
const inHeads = ({ width, heads }: { readonly width: number; readonly heads: number }) => width % heads === 0;
const heads = { error: 'expected a width that is a multiple of heads', path: ['width'] };
const textSizes = {
	width: count.default(128),
	layers: count.default(2),
	heads: count.default(4),
	context: z.int().min(3).max(1024).default(32),
	/** Tokens to learn, where no tokenizer is given. */
	vocabulary: z.int().min(514).max(100_000).default(4096),
};
const text = z
	.strictObject({ ...textSizes, causal: z.boolean().default(true) })
	.refine(inHeads, heads)
	.prefault({});
const patches = z
	.strictObject({
		size: z.int().min(8).max(1024).default(64),
		patch: count.default(8),
		width: count.default(128),
		layers: count.default(4),
		heads: count.default(4),
	})
	.refine(inHeads, heads)
	.refine(({ size, patch }) => patch <= size, { error: 'expected patches no larger than the picture', path: ['patch'] })
	.prefault({});

/** The key `model` of a configuration file. */
export const modelSchema = z.discriminatedUnion('kind', [
	z.strictObject({ kind: z.literal('vit'), embed, activation, image: patches, text }),
	z.strictObject({
		kind: z.literal('resnet'),
		embed,
		activation,
		image: z
			.strictObject({
				size: z.int().min(32).max(1024).multipleOf(32).default(64),
				width: z.int().min(2).max(1024).multipleOf(2).default(16),
				layers: z.tuple([count, count, count, count]).default([1, 1, 1, 1]),
				heads: count.default(8),
			})
			.prefault({}),
		text,
	}),
	z.strictObject({ kind: z.literal('builtin'), activation, image: convSchema.prefault({}), text }),
	/** The embedding is as wide as the image tower. */
	z.strictObject({
		kind: z.literal('siglip'),
		activation: activations.default('gelu_tanh'),
		image: patches,
		text: z.strictObject(textSizes).refine(inHeads, heads).prefault({}),
	}),
	/** The embedding is as wide as the image tower's last map: 320 channels times `width`, in eights. */
	z.strictObject({
		kind: z.literal('align'),
		/** Of the text tower. */
		activation: activations.default('gelu'),
		image: z
			.strictObject({
				size: z.int().min(32).max(1024).default(64),
				/** Factors on the channels and on the blocks of EfficientNet-B0. */
				width: z.number().min(0.05).max(10).default(0.5),
				depth: z.number().min(0.05).max(10).default(0.5),
			})
			.prefault({}),
		text: z
			.strictObject({ ...textSizes, context: z.int().min(3).max(alignContext).default(32) })
			.refine(inHeads, heads)
			.prefault({}),
	}),
]);

/** Sizes of a new model as the file says. */
export type ModelFile = z.infer<typeof modelSchema>;

/** Sizes of a new model whose tokenizer has this many tokens. */
export function newModel(file: ModelFile, vocabulary: number): ModelConfig {
	const { activation } = file;
	const { vocabulary: _, ...rest } = file.text;
	const tower = { activation, ...rest, vocabulary };
	switch (file.kind) {
		case 'builtin':
			return { kind: 'builtin', image: file.image, text: { causal: true, ...tower } };
		case 'siglip': {
			const { size: resolution, ...image } = file.image;
			const vision = { activation, resolution, epsilon, ...image };
			return published('siglip', formatSiglipConfig({ vision, text: { ...tower, epsilon, causal: false } }));
		}
		case 'align': {
			const { size: resolution, ...image } = file.image;
			const { context: positions, ...sizes } = tower;
			const bert = { ...sizes, positions, hidden: 4 * tower.width, epsilon: bertEpsilon, types: 2 };
			return published('align', formatAlignConfig({ resolution, ...image, text: bert }));
		}
		default: {
			const { size: resolution, ...image } = file.image;
			const vision = (
				file.kind === 'vit'
					? { kind: 'vit', activation, resolution, ...image }
					: { kind: 'resnet', resolution, ...image }
			) as VitConfig | ResNetConfig;
			const clip = { embed: file.embed, vision, text: { causal: true, ...tower } };
			return { kind: 'clip', clip, mean: CLIP_MEAN, std: CLIP_STD };
		}
	}
}

/** Of SigLIP's and of BERT's layer normalisations. */
const epsilon = 1e-6;
const bertEpsilon = 1e-12;
