/** @file Which preprocessing a model has: from the files beside its weights, else its family's. */

import { z } from 'zod';
import { AtelierError } from '../../errors.js';
import { validated } from '../../validation.js';
import { type ModelFiles, statedBeside } from '../checkpoints/model-files.js';
import { readJsonObject } from '../model-folder.js';
import type { Filter } from './pil-resize.js';
import type { Preprocessing } from './preprocess.js';

/** Of families, for a side of `size` pixels: as their authors' own code has it. */
export const familyPreprocessing = {
	/** OpenAI's and open_clip's CLIP. */
	clip: (size: number): Preprocessing => shorterSide(size, 'bicubic'),
	/** Its code takes pictures of three channels. */
	mobileClip: (size: number): Preprocessing => ({ ...shorterSide(size, 'bilinear'), rgb: 'first' }),
	sigLip: (size: number): Preprocessing => bothSides(size, size, 'bicubic'),
	sigLip2: (size: number): Preprocessing => bothSides(size, size, 'bilinear'),
	/** 346 px for 289. */
	align: (size: number): Preprocessing => bothSides(size, Math.round((size * 346) / 289), 'bilinear'),
	ruClip: (size: number): Preprocessing => ({ ...bothSides(size, size, 'bilinear'), square: true }),
};

const shorterSide = (size: number, filter: Filter): Preprocessing => ({
	size,
	rgb: 'last',
	resize: { to: size, sides: 'shorter', filter },
	crop: 'even',
});

const bothSides = (size: number, to: number, filter: Filter): Preprocessing => ({
	size,
	rgb: 'first',
	resize: { to, sides: 'both', filter },
	crop: 'down',
});

/**
 * The preprocessing of a model: what preprocessor_config.json says, by the rules of Hugging Face's image
 * processors, or open_clip_config.json by open_clip's; else its family's.
 * @param size side of the pictures that the tower takes
 * @throws E_CHECKPOINT for what is not known, and for another side than the tower's
 */
export function readPreprocessing(
	files: Pick<ModelFiles, 'folder' | 'weights'>,
	size: number,
	family: (size: number) => Preprocessing,
): Preprocessing {
	const stated = statedBeside(files, 'preprocessor_config.json');
	if (!stated) return family(size);
	const { path, isOpenClip } = stated;
	const found = (isOpenClip ? openClip : huggingFace)(readJsonObject(path), size, path, family(size));
	if (found.size !== size || found.resize.to < size)
		throw new AtelierError(
			'E_CHECKPOINT',
			`expected pictures of ${size} px in '${path}', as the model sees, got ${Math.min(found.size, found.resize.to)} px; it is another model's`,
		);
	return found;
}

const side = z.int().positive();
const sides = z.union([
	side,
	z.looseObject({ shortest_edge: side }),
	z.looseObject({ height: side, width: side }).refine((s) => s.height === s.width, 'expected a square'),
]);
/** PIL's numbers of filters. */
const resample = z.literal([2, 3]);
const processorSchema = z.object({
	do_resize: z.literal(true).optional(),
	size: sides.optional(),
	resample: resample.optional(),
	do_center_crop: z.boolean().optional(),
	crop_size: sides.optional(),
});

function huggingFace(json: object, size: number, path: string, family: Preprocessing): Preprocessing {
	const c = validated(processorSchema, json, 'E_CHECKPOINT', `'${path}'`);
	if (c.size === undefined && c.resample === undefined && c.crop_size === undefined) return { ...family, rgb: 'first' };
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
}

const sideOf = (stated: z.infer<typeof sides>): number =>
	typeof stated === 'number'
		? stated
		: 'height' in stated
			? (stated.height as number)
			: (stated.shortest_edge as number);

const openClipSchema = z.object({
	preprocess_cfg: z
		.looseObject({
			// 'random' is of training; pictures are resized by bicubic then.
			interpolation: z.enum(['bicubic', 'bilinear', 'random', '']).nullish(),
			resize_mode: z.enum(['shortest', 'squash', '']).nullish(),
			size: z.union([side, z.tuple([side, side]), z.tuple([side, side, side])]).nullish(),
		})
		.optional(),
});

function openClip(json: object, size: number, path: string, family: Preprocessing): Preprocessing {
	const { preprocess_cfg: c } = validated(openClipSchema, json, 'E_CHECKPOINT', `'${path}'`);
	if (c === undefined) return family;
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
}
