/** @file What pixels are normalised by, as the files beside a model's weights state it. */

import { z } from 'zod';
import { validated } from '../validation.js';
import type { PixelStatistics } from './architecture.js';
import { type ModelFiles, statedBeside } from './checkpoints/model-files.js';
import { readJsonObject } from './model-folder.js';
import { openClipStatistics } from './open-clip-config.js';

const channels = z.tuple([z.number(), z.number(), z.number()]);
const positive = z.number().refine((n) => n > 0, 'expected a number above 0');

/** One number a channel; of the mean, and of the standard deviation. */
export const channelSchemas = { mean: channels, std: z.tuple([positive, positive, positive]) };

const preprocessorSchema = z.object({
	image_mean: channelSchemas.mean.optional(),
	image_std: channelSchemas.std.optional(),
	do_normalize: z.boolean().default(true),
	/** Factor on bytes. */
	rescale_factor: z
		.number()
		.positive()
		.default(1 / 255),
	/** Whether 1 is taken off afterwards. */
	rescale_offset: z.boolean().default(false),
});

/**
 * Mean and standard deviation of pixels in [0, 1] that a model was trained with: those in
 * preprocessor_config.json or open_clip_config.json beside its weights.
 * @param otherwise of its architecture, where no file states them
 * @throws E_CHECKPOINT
 */
export function readStatistics(
	files: Pick<ModelFiles, 'folder' | 'weights'>,
	otherwise: PixelStatistics,
): PixelStatistics {
	const found = statedBeside(files, 'preprocessor_config.json');
	if (found === undefined) return otherwise;
	const { path, isOpenClip } = found;
	const stating = readJsonObject(path);
	const json = isOpenClip ? openClipStatistics(stating) : stating;
	const c = validated(preprocessorSchema, json, 'E_CHECKPOINT', `'${path}'`);
	// ((255 factor) x - offset - mean) / std, written as (x - mean') / std'.
	const factor = 255 * c.rescale_factor;
	const plain = { mean: [0, 0, 0], std: [1, 1, 1] };
	const stated = { mean: c.image_mean ?? otherwise.mean, std: c.image_std ?? otherwise.std };
	const { mean, std } = c.do_normalize ? stated : plain;
	return {
		mean: mean.map((m) => (m + (c.rescale_offset ? 1 : 0)) / factor),
		std: std.map((s) => s / factor),
	};
}
