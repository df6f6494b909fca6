/** @file Drawings at the size of the picture that was asked for. */

import sharp from 'sharp';
import { fromBytes, type Picture, toBytes } from '../image.js';

/** Size of the picture in pixels, its pixels a canvas pixel, and what the encoder ran on. */
export interface PictureSize {
	readonly width: number;
	readonly height: number;
	readonly scale: number;
	readonly engine?: string;
}

/** The canvas has whole pixels: when the picture's shape is not quite the canvas', it is stretched, by less than a canvas pixel. */
export async function exactSize(image: Picture, { width, height }: PictureSize): Promise<Picture> {
	if (image.width === width && image.height === height) return image;
	const { data } = await sharp(toBytes(image), { raw: { width: image.width, height: image.height, channels: 3 } })
		.resize(width, height, { fit: 'fill' })
		.raw()
		.toBuffer({ resolveWithObject: true });
	return fromBytes(width, height, data);
}

/** The same drawing at the picture's size: only the root's width and height change, the view box stays. */
export function resizeSvg(svg: string, { width, height }: Pick<PictureSize, 'width' | 'height'>): string {
	return svg.replace(/<svg\b[^>]*>/, (root) =>
		root
			.replace(/ (?:width|height|preserveAspectRatio)="[^"]*"/g, '')
			.replace(/>$/, ` width="${width}" height="${height}" preserveAspectRatio="none">`),
	);
}
