/** @file PNG of a drawing at any size, drawn anew for it: whole while that fits into memory, else in bands of rows. */

import sharp from 'sharp';
import { AtelierError } from '../errors.js';
import { type Picture, toBytes } from '../image.js';
import { encodePng } from '../image-io.js';
import { drawerOf, exportSize, type FinishedRun, type SizeOptions } from './finished-run.js';
import type { PictureSize } from './picture-size.js';
import { encodePngBands } from './png-stream.js';
import { rendererSvg } from './svg.js';

export interface PngOptions extends SizeOptions {
	/** Leave the background out. */
	readonly transparent?: boolean;
	/** Pixels that are drawn at once at most; default 2^24. */
	readonly mostPixels?: number;
	readonly onProgress?: (done: number, total: number) => void;
}

/** A PNG of 16384 x 16384 px takes about a minute. */
const mostSide = 16_384;
/** 4096 x 4096: a renderer takes some 20 bytes a pixel. */
const defaultPixels = 2 ** 24;

/**
 * PNG bytes. What is larger than `mostPixels` is drawn band by band from the drawing's SVG, by librsvg, which
 * differs from the renderer only in how edges are smoothed.
 *
 * @throws AtelierError E_ARGUMENT for more than 16384 px a side, for large pictures of pixels, and for a background that cannot be left out
 */
export async function exportPng(run: FinishedRun, options: PngOptions = {}): Promise<Buffer> {
	const { transparent = false, mostPixels = defaultPixels } = options;
	const size = exportSize(run, options, mostSide);
	const isVector = run.renderer.toSvg !== undefined;
	if (transparent && !(isVector && run.params.background))
		throw new AtelierError(
			'E_ARGUMENT',
			`expected a drawing on a background for --transparent, got one of the renderer '${run.renderer.name}', which has none to leave out`,
		);
	if (size.width * size.height > mostPixels) {
		if (isVector) return inBands(run, size, transparent, mostPixels, options.onProgress);
		throw new AtelierError(
			'E_ARGUMENT',
			`expected at most ${mostPixels} pixels for the renderer '${run.renderer.name}', got ${size.width}x${size.height}; ask for a smaller picture`,
		);
	}
	const draw = drawerOf(run, size);
	if (!transparent) return encodePng(await draw(run.params));
	const on = (value: number) => draw({ ...run.params, background: new Float32Array(3).fill(value) });
	return encodePngBands(size.width, size.height, 4, [unmixed(await on(0), await on(1))]);
}

/** RGBA of a drawing from how it looks on black and on white: what black and white differ by is what shows through. */
function unmixed(onBlack: Picture, onWhite: Picture): Uint8Array {
	const [dark, light] = [onBlack.data, onWhite.data];
	const rgba = { ...onBlack, data: new Float32Array((dark.length / 3) * 4) };
	for (let i = 0, o = 0; i < dark.length; i += 3, o += 4) {
		let through = 0;
		for (let c = 0; c < 3; c++) through += (light[i + c]! - dark[i + c]!) / 3;
		const alpha = Math.min(1, Math.max(0, 1 - through));
		rgba.data[o + 3] = alpha;
		if (alpha > 0) for (let c = 0; c < 3; c++) rgba.data[o + c] = dark[i + c]! / alpha;
	}
	return toBytes(rgba);
}

async function inBands(
	run: FinishedRun,
	{ width, height }: PictureSize,
	transparent: boolean,
	mostPixels: number,
	onProgress: PngOptions['onProgress'],
): Promise<Buffer> {
	const svg = rendererSvg(run, transparent);
	const box = svg
		.match(/viewBox="([^"]*)"/)![1]!
		.split(' ')
		.map(Number) as [number, number, number, number];
	const rows = Math.max(1, Math.floor(mostPixels / width));
	async function* bands() {
		for (let top = 0; top < height; top += rows) {
			const count = Math.min(rows, height - top);
			const part = [0, (top * box[3]) / height, box[2], (count * box[3]) / height].join(' ');
			const root = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="${part}" width="${width}" height="${count}" preserveAspectRatio="none">`;
			const band = sharp(Buffer.from(svg.replace(/<svg\b[^>]*>/, root)), { limitInputPixels: false, unlimited: true });
			yield new Uint8Array(await (transparent ? band.ensureAlpha() : band.flatten().removeAlpha()).raw().toBuffer());
			onProgress?.(top + count, height);
		}
	}
	return encodePngBands(width, height, transparent ? 4 : 3, bands());
}
