/** @file What the files beside a model's weights say of its pictures: how they are resized and cut, and what their pixels are normalised by. */

import { z } from 'zod';
import { AtelierError } from '../../errors.js';
import { validated } from '../../validation.js';
import type { PixelStatistics } from '../architecture.js';
import { type ModelFiles, statedBeside } from '../checkpoints/model-files.js';
import { readJsonObject } from '../model-folder.js';
import type { Preprocessing } from './preprocess.js';

/** What a model's files say, else what its family has. Each part is checked when it is asked for: guidance resizes nothing. */
export interface PictureSettings {
	/**
	 * Mean and standard deviation of pixels in [0, 1] that the model was trained with.
	 * @throws E_CHECKPOINT for what is none
	 */
	statistics(family: PixelStatistics): PixelStatistics;
	/**
	 * @param size side of the pictures that the tower takes
	 * @throws E_CHECKPOINT for what is not known, and for another side than the tower's
	 */
	preprocessing(size: number, family: (size: number) => Preprocessing): Preprocessing;
}

/**
 * Read what is beside a model's weights: preprocessor_config.json, by the rules of Hugging Face's image processors, or
 * open_clip_config.json by open_clip's; whichever the architecture is read by.
 * @throws E_CHECKPOINT when it is no JSON
 */
export function pictureSettings(files: Pick<ModelFiles, 'folder' | 'weights'>): PictureSettings {
	const stated = statedBeside(files, 'preprocessor_config.json');
	if (!stated) return { statistics: (family) => family, preprocessing: (size, family) => family(size) };
	const { path, isOpenClip } = stated;
	const { statistics, preprocessing } = (isOpenClip ? openClip : huggingFace)(readJsonObject(path), `'${path}'`);
	return {
		statistics,
		preprocessing(size, family) {
			const found = preprocessing(size, family);
			if (found.size !== size || found.resize.to < size)
				throw new AtelierError(
					'E_CHECKPOINT',
					`expected pictures of ${size} px in '${path}', as the model sees, got ${Math.min(found.size, found.resize.to)} px; it is another model's`,
				);
			return found;
		},
	};
}

const channels = z.tuple([z.number(), z.number(), z.number()]);
const positive = z.number().refine((n) => n > 0, 'expected a number above 0');

/** One number a channel; of the mean, and of the standard deviation. */
export const channelSchemas = { mean: channels, std: z.tuple([positive, positive, positive]) };

const side = z.int().positive();
const sides = z.union([
	side,
	z.looseObject({ shortest_edge: side }),
	z.looseObject({ height: side, width: side }).refine((s) => s.height === s.width, 'expected a square'),
]);

const processorSchema = z.object({
	do_resize: z.literal(true).optional(),
	size: sides.optional(),
	/** PIL's numbers of filters. */
	resample: z.literal([2, 3]).optional(),
	do_center_crop: z.boolean().optional(),
	crop_size: sides.optional(),
	do_normalize: z.boolean().default(true),
	image_mean: channelSchemas.mean.optional(),
	image_std: channelSchemas.std.optional(),
	/** Factor on bytes. */
	rescale_factor: z
		.number()
		.positive()
		.default(1 / 255),
	/** Whether 1 is taken off afterwards. */
	rescale_offset: z.boolean().default(false),
});
const ofPixels = {
	do_normalize: true,
	image_mean: true,
	image_std: true,
	rescale_factor: true,
	rescale_offset: true,
} as const;

/** Of preprocessor_config.json. */
const huggingFace = (json: object, name: string): PictureSettings => ({
	statistics(family) {
		const c = validated(processorSchema.pick(ofPixels), json, 'E_CHECKPOINT', name);
		// ((255 factor) x - offset - mean) / std, written as (x - mean') / std'.
		const factor = 255 * c.rescale_factor;
		const plain = { mean: [0, 0, 0], std: [1, 1, 1] };
		const stated = { mean: c.image_mean ?? family.mean, std: c.image_std ?? family.std };
		const { mean, std } = c.do_normalize ? stated : plain;
		return {
			mean: mean.map((m) => (m + (c.rescale_offset ? 1 : 0)) / factor),
			std: std.map((s) => s / factor),
		};
	},
	preprocessing(size, family) {
		const c = validated(processorSchema.omit(ofPixels), json, 'E_CHECKPOINT', name);
		if (c.size === undefined && c.resample === undefined && c.crop_size === undefined)
			return { ...family(size), rgb: 'first' };
		const { size: stated = { shortest_edge: size } } = c;
		const shorter = typeof stated === 'number' ? c.do_center_crop !== false : 'shortest_edge' in stated;
		const to = sideOf(stated);
		const crops = c.do_center_crop ?? shorter;
		return {
			size: crops && c.crop_size !== undefined ? sideOf(c.crop_size) : to,
			rgb: 'first',
			resize: { to, sides: shorter ? 'shorter' : 'both', filter: c.resample === 2 ? 'bilinear' : 'bicubic' },
			crop: 'down',
		};
	},
});

const sideOf = (stated: z.infer<typeof sides>): number =>
	typeof stated === 'number'
		? stated
		: 'height' in stated
			? (stated.height as number)
			: (stated.shortest_edge as number);

const openClipSchema = z.looseObject({
	mean: channelSchemas.mean.nullish(),
	std: channelSchemas.std.nullish(),
	// 'random' is of training; pictures are resized by bicubic then.
	interpolation: z.enum(['bicubic', 'bilinear', 'random', '']).nullish(),
	resize_mode: z.enum(['shortest', 'squash', '']).nullish(),
	size: z.union([side, z.tuple([side, side]), z.tuple([side, side, side])]).nullish(),
});
const ofColours = { mean: true, std: true } as const;
const within = <T extends z.ZodType>(schema: T) => z.object({ preprocess_cfg: schema.optional() });

/** Of open_clip_config.json. */
const openClip = (json: object, name: string): PictureSettings => ({
	statistics(family) {
		const { preprocess_cfg: c } = validated(within(openClipSchema.pick(ofColours)), json, 'E_CHECKPOINT', name);
		return { mean: c?.mean ?? family.mean, std: c?.std ?? family.std };
	},
	preprocessing(size, family) {
		const { preprocess_cfg: c } = validated(within(openClipSchema.omit(ofColours)), json, 'E_CHECKPOINT', name);
		if (c === undefined) return family(size);
		const stated = typeof c.size === 'number' ? c.size : (c.size?.at(-1) ?? size);
		return {
			size: stated,
			rgb: 'last',
			resize: {
				to: stated,
				sides: c.resize_mode === 'squash' ? 'both' : 'shorter',
				filter: c.interpolation === 'bilinear' ? 'bilinear' : 'bicubic',
			},
			crop: 'even',
		};
	},
});
