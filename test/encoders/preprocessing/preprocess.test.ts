/** @file Preprocessing against what the models' own code made of four pictures, in bytes. */

import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { CLIP_MEAN, CLIP_STD } from '../../../src/encoders/clip.js';
import { familyPreprocessing } from '../../../src/encoders/preprocessing/family-preprocessing.js';
import { type Preprocessing, preprocess } from '../../../src/encoders/preprocessing/preprocess.js';
import { type Raster, readRaster } from '../../../src/image-io.js';
import { arrayOf, expectClose, fixture } from '../parity.js';

const expected = fixture('preprocess.expected');
const names = ['img0_rgb_57x43', 'img1_rgba_40x90', 'img2_gray_300x120', 'img3_palette_64x48'];
const { clip, mobileClip, sigLip, align, ruClip } = familyPreprocessing;
const huggingFace: Preprocessing = { ...clip(32), rgb: 'first', crop: 'down' };

const rasters = new Map<string, Raster>();
beforeAll(async () => {
	for (const name of names)
		rasters.set(name, await readRaster(fileURLToPath(new URL(`../../fixtures/${name}.png`, import.meta.url))));
});

/** [h, w, c] bytes to [c, h, w], as (x / 255 - mean) / std. */
function normalised(bytes: Uint8Array, mean: readonly number[], std: readonly number[]): Float32Array {
	const n = bytes.length / 3;
	return Float32Array.from(bytes, (_, i) => {
		const [c, at] = [Math.floor(i / n), i % n];
		return (bytes[at * 3 + c]! / 255 - mean[c]!) / std[c]!;
	});
}

describe.each(names)('%s', (name) => {
	it.each([
		['clip32_rgbfirst', { ...clip(32), rgb: 'first' as const }],
		['siglip32_squash_bicubic', sigLip(32)],
		['mobileclip32_bilinear_shortest', mobileClip(32)],
		['ruclip32', ruClip(32)],
	])('is the same bytes as %s', (kind, settings) => {
		expect([...preprocess(rasters.get(name)!, settings)]).toEqual([
			...expected.integers.get(`${name}.${kind}.u8_hwc`)!.data,
		]);
	});

	it.each([
		['clip32', clip(32), CLIP_MEAN, CLIP_STD],
		['hfclip32', huggingFace, CLIP_MEAN, CLIP_STD],
		['align46c37', { ...align(37), resize: { ...align(37).resize, to: 46 } }, [0.5, 0.5, 0.5], [0.5, 0.5, 0.5]],
	] as const)('is the same numbers as %s', (kind, settings, mean, std) => {
		const own = normalised(preprocess(rasters.get(name)!, settings), mean, std);
		expectClose(kind, own, arrayOf(expected, `${name}.${kind}.f32`).data, 1e-6);
	});
});

it('is the same bytes as CLIP at its own size', () => {
	const name = 'img2_gray_300x120';
	expect([...preprocess(rasters.get(name)!, clip(224))]).toEqual([
		...expected.integers.get(`${name}.clip224.u8_hwc`)!.data,
	]);
});

// Made by Pillow 9.5 of the same bytes in its mode CMYK.
it.each([
	['last', [72, 70, 77, 57, 71, 81, 61, 68, 78, 64, 70, 76]],
	['first', [63, 60, 76, 48, 61, 81, 51, 58, 78, 54, 60, 77]],
] as const)('inks become colours %s', (rgb, bytes) => {
	const data = Uint8Array.from({ length: 7 * 5 * 4 }, (_, i) => i * 37 + (i >> 3) * 11);
	const inks: Raster = { width: 7, height: 5, channels: 4, data, inks: true, indexed: false };
	expect([...preprocess(inks, { ...clip(2), rgb })]).toEqual(bytes);
});
