/** @file PNG at any size: the renderer's own pixels, in bands where it is large, without the background where that is asked for. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FinishedRun } from '../../src/export/finished-run.js';
import { exportPng } from '../../src/export/png.js';
import { encodePngBands } from '../../src/export/png-stream.js';
import { toBytes } from '../../src/image.js';
import { Random } from '../../src/random.js';
import { createPixels } from '../../src/renderers/pixels/index.js';
import { randomScene } from '../renderers/strokes/scenes.js';
import { drawRun, meanDifference, runOf } from './runs.js';

let root: string;
let run: FinishedRun;
beforeAll(async () => {
	root = mkdtempSync(join(tmpdir(), 'atelier-png-'));
	run = await drawRun(root);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const read = (bytes: Uint8Array) => sharp(bytes).raw().toBuffer({ resolveWithObject: true });

describe('png', () => {
	it('is image.png when nothing else is asked for', async () => {
		expect(await read(await exportPng(run))).toEqual(await read(readFileSync(run.folder.file('image.png'))));
	});

	it.each([
		[{ scale: 3 }, [144, 120]],
		[{ scale: 0.5 }, [24, 20]],
		[{ box: [240, 240] }, [240, 200]],
		[{ box: [1000, 100] }, [120, 100]],
	] as const)('for %j is drawn anew at that size', async (options, size) => {
		const { data, info } = await read(await exportPng(run, options));
		expect([info.width, info.height, info.channels]).toEqual([...size, 3]);
		const image = run.renderer.scaled!(size[0] / 24).render(run.params).image;
		expect(data.equals(toBytes(image))).toBe(true);
	});

	it('that is too large to be drawn at once is drawn in bands, to the same picture', async () => {
		for (const transparent of [false, true]) {
			const whole = await read(await exportPng(run, { scale: 4, transparent }));
			const progress: number[] = [];
			const banded = await read(
				await exportPng(run, { scale: 4, transparent, mostPixels: 5000, onProgress: (done) => progress.push(done) }),
			);
			expect(banded.info).toMatchObject({ width: 192, height: 160, channels: transparent ? 4 : 3 });
			expect(progress).toEqual([26, 52, 78, 104, 130, 156, 160]);
			expect(meanDifference(banded.data, whole.data)).toBeLessThan(0.5);
		}
	});

	it('without its background lies on any other as the drawing does', async () => {
		const scene = runOf(randomScene(3), 2);
		const { data, info } = await read(await exportPng(scene, { transparent: true }));
		expect(info.channels).toBe(4);
		for (const ground of [
			[1, 1, 1],
			[0.2, 0.5, 0.9],
		]) {
			const params = { ...scene.params, background: Float32Array.from(ground) };
			const expected = toBytes(scene.renderer.scaled!(2).render(params).image);
			const laid = new Uint8Array(expected.length);
			for (let p = 0; p < data.length / 4; p++) {
				const alpha = data[4 * p + 3]! / 255;
				for (let c = 0; c < 3; c++)
					laid[3 * p + c] = Math.round(alpha * data[4 * p + c]! + (1 - alpha) * 255 * ground[c]!);
			}
			expect(meanDifference(laid, expected)).toBeLessThan(0.5);
			expect(laid.findIndex((v, i) => Math.abs(v - expected[i]!) > 2)).toBe(-1);
		}
	});

	it('is refused where it would not fit into memory, or has no background', async () => {
		await expect(exportPng(run, { scale: 400 })).rejects.toThrow(/16384 px a side, got 19200x16000.*--scale 341/);
		const renderer = createPixels({ width: 24, height: 20 });
		const pixels = { ...run, renderer, params: renderer.init(new Random(1)) };
		await expect(exportPng(pixels, { mostPixels: 1000 })).rejects.toThrow(/'pixels', got 48x40/);
		await expect(exportPng(pixels, { transparent: true })).rejects.toThrow(/background/);
	});
});

describe('encodePngBands', () => {
	it.each([3, 4] as const)('of %i channels reads back the same, however it is cut', async (channels) => {
		const random = new Random(channels);
		const bytes = Uint8Array.from({ length: 13 * 11 * channels }, () => random.int(256));
		for (const rows of [1, 4, 11]) {
			const bands: Uint8Array[] = [];
			for (let top = 0; top < 11; top += rows)
				bands.push(bytes.subarray(top * 13 * channels, (top + rows) * 13 * channels));
			const { data, info } = await read(await encodePngBands(13, 11, channels, bands));
			expect(info).toMatchObject({ width: 13, height: 11, channels });
			expect(data.equals(bytes)).toBe(true);
		}
	});
});
