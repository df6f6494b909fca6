/** @file CLIP models as they are published by OpenAI, open_clip and on Hugging Face, TinyCLIP among them, and ruCLIP. */

import { z } from 'zod';
import { AtelierError } from '../errors.js';
import { validated } from '../validation.js';
import type { Architecture, Family, ImageTower, ModelSource, PixelStatistics, Scale } from './architecture.js';
import { clipTables } from './checkpoints/clip-keys.js';
import type { MappedWeight } from './checkpoints/keys.js';
import { CLIP_MEAN, CLIP_STD, imageEmbedding, textEmbedding } from './clip.js';
import { type ClipConfig, inferClipConfig, parseClipConfig } from './clip-config.js';
import { isHuggingFaceConfig, parseHuggingFaceConfig } from './huggingface-config.js';
import { hasSentenceTower, isOpenClipConfig, parseOpenClipConfig, parseOpenClipSentence } from './open-clip-config.js';
import { familyPreprocessing } from './preprocessing/family-preprocessing.js';
import { channelSchemas } from './preprocessing/picture-settings.js';
import { inferBert, robertaPadding, type SentenceConfig, sentenceTextTower } from './sentence-tower.js';

/** Of OpenAI's models. */
export const clipPixels: PixelStatistics = { mean: CLIP_MEAN, std: CLIP_STD };

/** The factor on cosines that training learns the logarithm of. */
export const exponentialScale: Scale = { weight: 'logit_scale', factor: Math.exp, value: Math.log };

/** Last of the families: what no other recognises is CLIP or nothing. */
export const clipFamily: Family = {
	name: 'CLIP',
	recognises: () => true,
	tables: clipTables,
	architecture: (source, weights) => clipArchitecture(clipConfig(source, weights)),
};

/** open_clip's models whose text tower is one of Hugging Face's, XLM-R as a rule. */
export const openClipSentenceFamily: Family = {
	name: 'open_clip with a text tower of Hugging Face',
	recognises: ({ config }) => config !== undefined && isOpenClipConfig(config) && hasSentenceTower(config),
	tables: clipTables,
	architecture({ config }, weights) {
		const { embed, vision, base, context, projection } = parseOpenClipSentence(config!);
		const text: SentenceConfig = { ...inferBert(weights, robertaPadding(base)), projection };
		return {
			embed,
			image: imageTowerOf({ embed, vision }),
			text: sentenceTextTower(text, embed, context),
			scale: exponentialScale,
		};
	},
};

/** ruCLIP: OpenAI's modules and words, but for its pixel statistics, and an end of text that is not the largest id. */
export const ruclipFamily: Family = {
	name: 'ruCLIP',
	recognises: ({ config }) =>
		config !== undefined && 'embed_dim' in config && 'mean' in config && 'std' in config && !('activation' in config),
	tables: clipTables,
	architecture({ config }) {
		const { mean, std } = validated(statisticsSchema, config, 'E_CHECKPOINT', 'configuration of a ruCLIP model');
		const { text, ...rest } = parseClipConfig({ ...config, activation: 'quick_gelu' });
		const { image, ...whole } = clipArchitecture({ ...rest, text: { ...text, pooling: { id: RUCLIP_END } } });
		return { ...whole, image: { ...image!, pixels: { mean, std }, preprocessing: familyPreprocessing.ruClip } };
	},
};

const RUCLIP_END = 3;
const statisticsSchema = z.object(channelSchemas);

/** The sizes of a CLIP model in a configuration of any form; those of OpenAI's own files from the weights. @throws E_CHECKPOINT */
export function clipConfig(
	{ config, checkpoint }: ModelSource,
	weights: ReadonlyMap<string, MappedWeight>,
): ClipConfig {
	if (config === undefined) {
		if (marks.every((name) => checkpoint.tensors.get(name)?.dtype === 'I64'))
			return inferClipConfig(weights, { activation: 'quick_gelu' });
		throw new AtelierError(
			'E_CHECKPOINT',
			`expected config.json or open_clip_config.json beside ${checkpoint.name}, got no such file, and the weights do not say how many heads the model has nor which activation; copy it from the place that they are from`,
		);
	}
	if (isOpenClipConfig(config)) return parseOpenClipConfig(config);
	return isHuggingFaceConfig(config) ? parseHuggingFaceConfig(config) : parseClipConfig(config);
}

/** Integer scalars that OpenAI's programs carry, and nobody else's. */
const marks = ['input_resolution', 'context_length', 'vocab_size'];

/** A CLIP model to the loader. */
export function clipArchitecture(config: ClipConfig): Architecture {
	const { embed, text } = config;
	return {
		embed,
		image: imageTowerOf(config),
		text: {
			context: text.context,
			vocabulary: text.vocabulary,
			pooling: text.pooling ?? 'end',
			// A causal token sees none of what follows it.
			croppable: text.causal && text.pooling !== 'last',
			graph: (store, { ids, positions }) => textEmbedding(config, store, ids, positions),
		},
		scale: exponentialScale,
	};
}

function imageTowerOf(config: Omit<ClipConfig, 'text'>): ImageTower {
	return {
		resolution: config.vision.resolution,
		pixels: clipPixels,
		graph: (store, images) => imageEmbedding(config, store, images),
	};
}
