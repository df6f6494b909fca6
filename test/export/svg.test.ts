/** @file Optimised SVG: smaller, every stroke still there, and nothing that can be seen changes. */

import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { digitsFor, encodeSvg, optimiseSvg } from '../../src/export/svg.js';
import { Random } from '../../src/random.js';
import { createPixels } from '../../src/renderers/pixels/index.js';
import { randomScene } from '../renderers/strokes/scenes.js';
import { meanDifference, runOf } from './runs.js';

const raster = async (svg: string, width: number) =>
	sharp(Buffer.from(svg), { density: 72 }).resize({ width }).flatten().raw().toBuffer({ resolveWithObject: true });

describe('svg', () => {
	it.each([1, 4, 40])('at %ix differs from what the renderer writes by less than 1/255', async (scale) => {
		for (let seed = 1; seed <= 5; seed++) {
			const scene = randomScene(seed);
			const original = scene.renderer.toSvg(scene.params);
			const small = encodeSvg(runOf(scene, scale));
			expect(small.length).toBeLessThan(original.length);
			expect(small.match(/<path/g)).toHaveLength(original.match(/<path/g)!.length);
			expect(small).toContain(`width="${64 * scale}"`);
			// Curves stay cubic.
			expect(small).not.toMatch(/ d="[^"]*[aqt]/i);
			const at = 64 * Math.min(scale, 16);
			const resized = original.replace('width="64" height="48"', `width="${64 * scale}" height="${48 * scale}"`);
			const [a, b] = [await raster(resized, at), await raster(small, at)];
			expect(meanDifference(a.data, b.data), `seed ${seed}`).toBeLessThan(1);
		}
	});

	it('rounds so that no point moves by more than a twentieth of a pixel', () => {
		expect([0.05, 0.1, 1, 4, 10, 40, 1e6].map(digitsFor)).toEqual([0, 0, 1, 2, 2, 3, 4]);
		for (const scale of [0.3, 1, 4.67, 30]) expect(0.5 * 10 ** -digitsFor(scale) * scale).toBeLessThanOrEqual(0.05);
	});

	it('keeps metadata, titles and the background a rectangle', () => {
		const svg =
			'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><title>a heart</title><metadata><r xmlns="urn:x">{"seed":1}</r></metadata><rect width="4" height="4" fill="#eee"/><path d="M1 1C2 2 3 3 3 1" stroke="#f00"/></svg>';
		const small = optimiseSvg(svg, 1);
		expect(small).toContain('<r xmlns="urn:x">{&quot;seed&quot;:1}</r>');
		expect(small).toContain('a heart');
		expect(small).toContain('<rect');
	});

	it('without its background has none', async () => {
		const svg = encodeSvg(runOf(randomScene(2)), { transparent: true });
		expect(svg).not.toContain('<rect');
		const { data } = await sharp(Buffer.from(svg)).raw().toBuffer({ resolveWithObject: true });
		expect(data[3]).toBe(0);
	});

	it('of a renderer without vectors is refused', () => {
		const renderer = createPixels({ width: 24, height: 20 });
		const run = runOf({ renderer, params: renderer.init(new Random(1)) } as never);
		expect(() => encodeSvg(run)).toThrow(/renderer 'pixels'; export it as png/);
	});
});
