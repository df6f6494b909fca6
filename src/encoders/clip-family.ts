/** @file CLIP models as they are published by OpenAI, open_clip and on Hugging Face, TinyCLIP among them, and ruCLIP. */

import { AtelierError } from '../errors.js';
import type { Architecture, Family, ModelSource, PixelStatistics } from './architecture.js';
import { clipTables } from './checkpoints/clip-keys.js';
import type { MappedWeight } from './checkpoints/keys.js';
import { CLIP_MEAN, CLIP_STD, imageEmbedding, textEmbedding } from './clip.js';
import { type ClipConfig, inferClipConfig, parseClipConfig } from './clip-config.js';
import { isHuggingFaceConfig, parseHuggingFaceConfig } from './huggingface-config.js';
import { isOpenClipConfig, parseOpenClipConfig } from './open-clip-config.js';

/** Of OpenAI's models. */
export const clipPixels: PixelStatistics = { mean: CLIP_MEAN, std: CLIP_STD };

/** The factor on cosines that training learns the logarithm of. */
export const exponentialScale = { weight: 'logit_scale', factor: Math.exp };

/** Last of the families: what no other recognises is CLIP or nothing. */
export const clipFamily: Family = {
	name: 'CLIP',
	recognises: () => true,
	tables: clipTables,
	architecture: (source, weights) => clipArchitecture(clipConfig(source, weights)),
};

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
	const { embed, vision, text } = config;
	return {
		embed,
		image: {
			resolution: vision.resolution,
			pixels: clipPixels,
			graph: (store, images) => imageEmbedding(config, store, images),
		},
		text: {
			context: text.context,
			vocabulary: text.vocabulary,
			pooling: text.pooling ?? 'end',
			croppable: text.causal && text.pooling !== 'last',
			graph: (store, { ids, positions }) => textEmbedding(config, store, ids, positions),
		},
		scale: exponentialScale,
	};
}
