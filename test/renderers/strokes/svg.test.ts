/** @file The exported SVG, drawn by librsvg, is the picture the renderer draws. */

import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { toBytes } from '../../../src/image.js';
import { strokesToSvg } from '../../../src/renderers/strokes/index.js';
import { DEGENERATE, randomScene, type Scene } from './scenes.js';

/** librsvg's RGB bytes of an SVG at a multiple of its nominal size. */
async function rasterise(svg: string, scale: number): Promise<{ data: Buffer; width: number; height: number }> {
	const { data, info } = await sharp(Buffer.from(svg), { density: 72 * scale })
		.flatten()
		.toColourspace('srgb')
		.raw()
		.toBuffer({ resolveWithObject: true });
	return { data, width: info.width, height: info.height };
}

/** Mean absolute difference in 1/255, over all pixels and channels. */
async function difference({ renderer, params }: Scene, scale: number): Promise<number> {
	const { data, width, height } = await rasterise(renderer.toSvg(params), scale);
	const { image } = (scale === 1 ? renderer : renderer.scaled(scale)).render(params);
	expect([width, height]).toEqual([image.width, image.height]);
	const bytes = toBytes(image);
	let sum = 0;
	for (let i = 0; i < bytes.length; i++) sum += Math.abs(bytes[i]! - data[i]!);
	return sum / bytes.length;
}

describe('SVG export', () => {
	for (const scale of [1, 4]) {
		it(`agrees with librsvg over 20 random scenes at ${scale}x`, async () => {
			for (let seed = 1; seed <= 20; seed++) {
				expect(await difference(randomScene(seed), scale), `seed ${seed}`).toBeLessThan(2);
			}
		});
	}

	it('agrees with librsvg on CLIPDraw strokes at 224 px', async () => {
		const scene = randomScene(2, { width: 224, height: 224, paths: 256 });
		expect(await difference(scene, 1)).toBeLessThan(2);
	});

	for (const [name, scene] of Object.entries(DEGENERATE)) {
		// Hairlines and the edges of dots fill these small pictures, and the box filter is exact only for straight edges.
		it(`agrees with librsvg within 3/255 where it is hard: ${name}`, async () => {
			expect(await difference(scene, 4)).toBeLessThan(3);
		});
	}

	it('has the nominal viewBox, a background and one round-capped path a stroke', () => {
		const { renderer, params } = randomScene(4);
		const svg = renderer.toSvg(params);
		expect(svg).toContain('viewBox="0 0 64 48"');
		expect(svg.match(/<rect /g)).toHaveLength(1);
		expect(svg.match(/<path /g)).toHaveLength(12);
		expect(svg).toContain('stroke-linecap="round"');
		expect(svg).toContain('stroke-linejoin="round"');
	});

	it('leaves invisible strokes out', () => {
		const stroke = (alpha: number) => ({
			points: Float32Array.of(1, 1, 2, 2, 3, 3, 4, 4),
			width: 1,
			color: [1, 0, 0, alpha] as const,
		});
		const svg = strokesToSvg(8, 8, [1, 1, 1], [stroke(0), stroke(0.5)]);
		expect(svg.match(/<path/g)).toHaveLength(1);
	});
});
