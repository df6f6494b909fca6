/** @file The built corpus: loading it, how often each image is drawn from it, near copies, rasters. */

import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../src/random.js';
import {
	type CorpusFile,
	corpusOf,
	createSampler,
	loadCorpus,
	samplingWeights,
} from '../../../src/training/corpus/index.js';
import { NearCopies } from '../../../src/training/corpus/near-copies.js';
import { rasterize } from '../../../src/training/corpus/rasterize.js';

const stride = 40 * 40 * 4;
const image = (concept: number, kind: 'emoji' | 'color' | 'glyph' | 'clipart', heldOut = false) => ({
	concept,
	kind,
	source: 'test',
	name: `${kind}-${concept}`,
	heldOut,
});
const file: CorpusFile = {
	version: 1,
	size: 40,
	concepts: ['heart', 'tree'].map((name) => ({ name, words: [{ text: name, lang: 'en' }] })),
	images: [
		image(0, 'emoji'),
		image(0, 'glyph'),
		image(0, 'color'),
		image(0, 'clipart'),
		image(1, 'glyph'),
		image(1, 'emoji', true),
	],
	sources: [{ name: 'test', title: 'Test', package: 'test', version: '1', licence: 'MIT', images: 6 }],
};
const pixels = new Uint8Array(stride * file.images.length).map((_, i) => Math.floor(i / stride));

describe('loading', () => {
	let folder: string;
	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'corpus-'));
		await writeFile(join(folder, 'corpus.json'), JSON.stringify(file));
		await writeFile(join(folder, 'images.bin'), pixels);
	});
	afterAll(async () => await rm(folder, { recursive: true }));

	it('gives views into one block', async () => {
		const corpus = await loadCorpus(folder);
		expect(corpus.image(3)).toHaveLength(stride);
		expect(corpus.image(3).every((byte) => byte === 3)).toBe(true);
		expect(corpus.image(3).buffer).toBe(corpus.pixels.buffer);
	});

	it('names what is wrong', async () => {
		const fails = async (pattern: RegExp) =>
			await expect(loadCorpus(folder)).rejects.toMatchObject({
				code: 'E_CORPUS',
				message: expect.stringMatching(pattern),
			});
		await truncate(join(folder, 'images.bin'), stride * 5 + 17);
		await fails(/expected 38400 bytes for 6 images, got 32017/);
		await rm(join(folder, 'images.bin'));
		await fails(/images\.bin/);
		const lost = { ...file, images: file.images.map((entry) => ({ ...entry, concept: 9 })) };
		await writeFile(join(folder, 'corpus.json'), JSON.stringify(lost));
		await fails(/concepts 0\.\.1, got 9/);
		await writeFile(join(folder, 'corpus.json'), JSON.stringify({ ...file, version: 7 }));
		await fails(/version 1/);
		await writeFile(join(folder, 'corpus.json'), '{');
		await fails(/corpus\.json/);
		await rm(join(folder, 'corpus.json'));
		await fails(/expected corpus\.json/);
	});
});

describe('sampling', () => {
	it('weighs concepts by count^0.4 and their images by kind', () => {
		const weights = samplingWeights(file.images, file.concepts);
		const concept = 4 ** 0.4 / (4 ** 0.4 + 1);
		const kinds = 3 + 1 + 1.5 + 0.7;
		expect(weights[0]).toBeCloseTo((concept * 3) / kinds, 12);
		expect(weights[3]).toBeCloseTo((concept * 0.7) / kinds, 12);
		expect(weights[4]).toBeCloseTo(1 - concept, 12);
		expect(weights[5]).toBe(0);
		expect(weights.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
	});

	it('caps the count of a concept at 200', () => {
		const many = [
			...Array.from({ length: 800 }, () => image(0, 'glyph')),
			...Array.from({ length: 200 }, () => image(1, 'glyph')),
		];
		const weights = samplingWeights(many, [{}, {}]);
		expect(weights.subarray(0, 800).reduce((a, b) => a + b)).toBeCloseTo(0.5, 12);
	});

	it('draws what is hardly a drawing about a third as often', () => {
		const weights = samplingWeights([image(0, 'emoji'), image(1, 'emoji')], [{}, { drawable: false }]);
		expect(weights[1]! / weights[0]!).toBeCloseTo(0.35, 12);
	});

	it('draws with these frequencies, the same for the same seed, and never a held-out image', () => {
		const corpus = corpusOf(file, pixels);
		const expected = samplingWeights(file.images, file.concepts);
		const draw = createSampler(corpus);
		const random = new Random(7);
		const again = new Random(7);
		const counts = new Float64Array(6);
		const n = 40_000;
		for (let i = 0; i < n; i++) {
			const k = draw(random);
			if (i < 100) expect(draw(again)).toBe(k);
			counts[k] = (counts[k] as number) + 1;
		}
		expect(counts[5]).toBe(0);
		// Four standard deviations of a binomial share are below 0.01 here.
		for (let k = 0; k < 6; k++)
			expect(Math.abs((counts[k] as number) / n - (expected[k] as number))).toBeLessThan(0.01);
	});

	it('refuses a corpus with nothing to train on', () => {
		expect(() => samplingWeights([image(0, 'emoji', true)], [{}])).toThrow(
			expect.objectContaining({ code: 'E_CORPUS' }),
		);
	});
});

describe('rasters', () => {
	const svg = (body: string) =>
		`<svg xmlns="http://www.w3.org/2000/svg" width="120" height="120" viewBox="0 0 24 24">${body}</svg>`;

	it('centre the ink, longer side 36 px, premultiplied', async () => {
		const raster = (await rasterize(
			svg('<rect x="1" y="3" width="6" height="3" fill="#f00" fill-opacity=".5"/>'),
		)) as Uint8Array;
		expect(raster).toHaveLength(stride);
		const at = (x: number, y: number) => [...raster.subarray((y * 40 + x) * 4, (y * 40 + x) * 4 + 4)];
		for (const [r, g, b, a] of [at(20, 20)]) {
			expect(Math.abs((a as number) - 128)).toBeLessThanOrEqual(1);
			expect([r, g, b]).toEqual([a, 0, 0]);
		}
		expect(at(1, 20)[3]).toBe(0);
		expect(at(3, 20)[3]).toBeGreaterThan(120);
		expect(at(37, 20)[3]).toBe(0 + (at(2, 20)[3] as number));
		expect(at(20, 9)[3]).toBe(0);
		expect(at(20, 12)[3]).toBeGreaterThan(120);
	});

	it('are refused when empty, nearly empty or broken', async () => {
		expect(await rasterize(svg(''))).toBeUndefined();
		expect(await rasterize(svg('<circle cx="12" cy="12" r=".4"/>'))).toBeUndefined();
		expect(await rasterize('<svg')).toBeUndefined();
	});

	it('count as copies within a concept only when alike', async () => {
		const big = (await rasterize(svg('<circle cx="12" cy="12" r="11"/>'))) as Uint8Array;
		const small = (await rasterize(svg('<circle cx="10" cy="9" r="7"/>'))) as Uint8Array;
		const ring = (await rasterize(svg('<circle cx="12" cy="12" r="10" fill="none" stroke="#000"/>'))) as Uint8Array;
		const copies = new NearCopies();
		expect(copies.admit(0, big)).toBe(true);
		expect(copies.admit(0, small)).toBe(false);
		expect(copies.admit(1, small)).toBe(true);
		expect(copies.admit(0, ring)).toBe(true);
	});
});
