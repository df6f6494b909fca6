/** @file What pixels are normalised by, as the files beside a model's weights state it. */

import { join } from 'node:path';
import { z } from 'zod';
import { isFile } from '../files.js';
import { validated } from '../validation.js';
import type { PixelStatistics } from './architecture.js';
import { readJsonObject } from './model-folder.js';
import { openClipStatistics } from './open-clip-config.js';

const channels = z.tuple([z.number(), z.number(), z.number()]);
const preprocessorSchema = z.object({
	image_mean: channels.optional(),
	image_std: channels.refine((std) => std.every((s) => s > 0), 'expected numbers above 0').optional(),
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
 * Mean and standard deviation of pixels in [0, 1] that a model in a folder was trained with: those in
 * preprocessor_config.json or open_clip_config.json.
 * @param otherwise of its architecture, where no file states them
 * @throws E_CHECKPOINT
 */
export function readStatistics(folder: string, otherwise: PixelStatistics): PixelStatistics {
	const path = ['preprocessor_config.json', 'open_clip_config.json'].map((name) => join(folder, name)).find(isFile);
	if (path === undefined) return otherwise;
	const found = readJsonObject(path);
	const json = path.endsWith('open_clip_config.json') ? openClipStatistics(found) : found;
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
