/** @file Which preprocessing and pixel statistics a model has, by the files beside its weights. */

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { familyPreprocessing } from '../../../src/encoders/preprocessing/family-preprocessing.js';
import { pictureSettings } from '../../../src/encoders/preprocessing/picture-settings.js';
import type { Preprocessing } from '../../../src/encoders/preprocessing/preprocess.js';
import { folders } from '../tokenizers/cases.js';

const folderWith = folders();
const { clip, sigLip, align, ruClip } = familyPreprocessing;
const settings = (files: Record<string, object | string>, weights = 'model.safetensors') => {
	const folder = folderWith(files);
	return pictureSettings({ folder, weights: join(folder, weights) });
};
const read = (files: Record<string, object | string>, size = 224, family = clip, weights?: string) =>
	settings(files, weights).preprocessing(size, family);
const processor = (json: object, size?: number, family?: (size: number) => Preprocessing) =>
	read({ 'preprocessor_config.json': json }, size, family);

describe("Hugging Face's preprocessor_config.json", () => {
	const floor: Preprocessing = { ...clip(224), rgb: 'first', crop: 'down' };

	it.each([
		[
			'new',
			{ size: { shortest_edge: 224 }, crop_size: { height: 224, width: 224 }, resample: 3, do_center_crop: true },
		],
		['old', { size: 224, crop_size: 224, resample: 3, do_center_crop: true, do_resize: true }],
	])("of CLIP's, %s", (_, json) => {
		expect(processor(json)).toEqual(floor);
	});

	it("of SigLIP's, ALIGN's, and one that says nothing of sizes", () => {
		expect(processor({ size: { height: 224, width: 224 }, resample: 3 }, 224, sigLip)).toEqual(sigLip(224));
		const size = { height: 346, width: 346 };
		const crop = { height: 289, width: 289 };
		expect(processor({ size, crop_size: crop, do_center_crop: true, resample: 2 }, 289)).toEqual(align(289));
		expect(processor({ image_mean: [0, 0, 0] }, 224, sigLip)).toEqual(sigLip(224));
	});

	it.each([
		['another size', { size: { shortest_edge: 336 }, crop_size: 336 }, /expected pictures of 224 px/],
		['a filter that is not known', { size: 224, resample: 1 }, /resample/],
		['no square', { size: { height: 224, width: 112 } }, /expected a square/],
	])('is refused with %s', (_, json, message) => {
		expect(() => processor(json)).toThrow(
			expect.objectContaining({ code: 'E_CHECKPOINT', message: expect.stringMatching(message) as string }),
		);
	});
});

describe("open_clip's open_clip_config.json", () => {
	const openClip = (preprocess_cfg: object) => ({ 'open_clip_config.json': { model_cfg: {}, preprocess_cfg } });

	it('has shortest sides and bicubic, or what it says', () => {
		expect(read(openClip({ mean: [0, 0, 0] }))).toEqual(clip(224));
		const squashed = read(openClip({ interpolation: 'bilinear', resize_mode: 'squash', size: [224, 224] }));
		expect(squashed).toEqual({
			size: 224,
			rgb: 'last',
			resize: { to: 224, sides: 'both', filter: 'bilinear' },
			crop: 'even',
		});
		expect(() => read(openClip({ resize_mode: 'longest' }))).toThrow(/resize_mode/);
	});

	it('counts for weights of open_clip where both are there', () => {
		const both = { ...openClip({}), 'preprocessor_config.json': { size: { height: 224, width: 224 }, resample: 2 } };
		expect(read(both, 224, clip, 'open_clip_model.safetensors')).toEqual(clip(224));
		expect(read(both).resize).toEqual({ to: 224, sides: 'both', filter: 'bilinear' });
	});
});

it("without either, is the family's", () => {
	expect(read({}, 224, ruClip)).toEqual(ruClip(224));
});

describe('pixel statistics', () => {
	const family = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] };
	const huggingFace = { 'preprocessor_config.json': { image_mean: [0.1, 0.2, 0.3], image_std: [1, 1, 1] } };
	const openClip = { 'open_clip_config.json': { preprocess_cfg: { mean: [0.4, 0.5, 0.6], std: [2, 2, 2] } } };

	it('are those of the file that goes with the weights, as the configuration is', () => {
		expect(settings({}).statistics(family)).toEqual(family);
		expect(settings(openClip).statistics(family)).toEqual({ mean: [0.4, 0.5, 0.6], std: [2, 2, 2] });
		const both = { ...huggingFace, ...openClip };
		expect(settings(both).statistics(family)).toEqual({ mean: [0.1, 0.2, 0.3], std: [1, 1, 1] });
		const ofOpenClip = settings(both, 'open_clip_model.safetensors');
		expect(ofOpenClip.statistics(family)).toEqual({ mean: [0.4, 0.5, 0.6], std: [2, 2, 2] });
	});

	it.each([
		['preprocessor_config.json', { image_std: [1, 0, 1] }, /image_std.*above 0/],
		['open_clip_config.json', { preprocess_cfg: { std: [1, 0, 1] } }, /std.*above 0/],
		['open_clip_config.json', { preprocess_cfg: { mean: [1] } }, /mean/],
	])('in %s are refused where they would divide by nothing, or are not three: %j', (name, json, message) => {
		expect(() => settings({ [name]: json }).statistics(family)).toThrow(message);
	});

	it('stand where it is not known how the same file resizes', () => {
		const odd = settings({ 'preprocessor_config.json': { image_mean: [0.1, 0.2, 0.3], resample: 1 } });
		expect(odd.statistics(family).mean).toEqual([0.1, 0.2, 0.3]);
		expect(() => odd.preprocessing(224, clip)).toThrow(/resample/);
	});
});
