/** @file Which pixel statistics a model has, by the files beside its weights. */

import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readStatistics } from '../../src/encoders/pixel-statistics.js';
import { folders } from './tokenizers/cases.js';

const folderWith = folders();
const otherwise = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] };
const read = (files: Record<string, object>, weights = 'model.safetensors') => {
	const folder = folderWith(files);
	return readStatistics({ folder, weights: join(folder, weights) }, otherwise);
};
const huggingFace = { 'preprocessor_config.json': { image_mean: [0.1, 0.2, 0.3], image_std: [1, 1, 1] } };
const openClip = { 'open_clip_config.json': { preprocess_cfg: { mean: [0.4, 0.5, 0.6], std: [2, 2, 2] } } };

it('are those of the file that goes with the weights, as the configuration is', () => {
	expect(read({})).toEqual(otherwise);
	expect(read(openClip)).toEqual({ mean: [0.4, 0.5, 0.6], std: [2, 2, 2] });
	const both = { ...huggingFace, ...openClip };
	expect(read(both)).toEqual({ mean: [0.1, 0.2, 0.3], std: [1, 1, 1] });
	expect(read(both, 'open_clip_model.safetensors')).toEqual({ mean: [0.4, 0.5, 0.6], std: [2, 2, 2] });
});

it('are refused where they would divide by nothing', () => {
	const zero = { 'preprocessor_config.json': { image_std: [1, 0, 1] } };
	expect(() => read(zero)).toThrow(/image_std.*above 0/);
});
