/** @file An exported SVG against the renderer's own picture, by way of librsvg. */

import sharp from 'sharp';
import { expect } from 'vitest';
import { toBytes } from '../../src/image.js';
import type { Parameters, Renderer } from '../../src/renderers/renderer.js';

/** RGB bytes of an SVG as librsvg draws it, at a multiple of its nominal size. */
export async function rasterise(svg: string, scale = 1): Promise<{ data: Buffer; width: number; height: number }> {
	const { data, info } = await sharp(Buffer.from(svg), { density: 72 * scale })
		.flatten()
		.toColourspace('srgb')
		.raw()
		.toBuffer({ resolveWithObject: true });
	return { data, width: info.width, height: info.height };
}

/** Mean absolute difference in 1/255 of the SVG and the picture at a scale, over all pixels and channels. */
export async function svgDifference(renderer: Renderer, params: Parameters, scale: number): Promise<number> {
	const { data, width, height } = await rasterise(renderer.toSvg!(params), scale);
	const { image } = renderer.scaled!(scale).render(params);
	expect([width, height]).toEqual([image.width, image.height]);
	const bytes = toBytes(image);
	let sum = 0;
	for (let i = 0; i < bytes.length; i++) sum += Math.abs(bytes[i]! - data[i]!);
	return sum / bytes.length;
}
