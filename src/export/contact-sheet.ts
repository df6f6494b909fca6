/** @file Contact sheets: several pictures in a grid, each over its label. */

import { createCanvas, ImageData } from 'canvas';
import { type Picture, toBytes } from '../image.js';

/** One cell of a sheet. */
export interface SheetCell {
	readonly picture: Picture;
	readonly label: string;
}

const gap = 8;
const labelHeight = 22;

/** A PNG of the cells, row by row; cells are as large as the largest picture. */
export function contactSheet(cells: readonly SheetCell[], columns: number): Buffer {
	const width = Math.max(...cells.map((c) => c.picture.width));
	const height = Math.max(...cells.map((c) => c.picture.height));
	const rows = Math.ceil(cells.length / columns);
	const canvas = createCanvas(gap + columns * (width + gap), gap + rows * (height + labelHeight + gap));
	const context = canvas.getContext('2d');
	context.fillStyle = '#e8e8e8';
	context.fillRect(0, 0, canvas.width, canvas.height);
	context.font = '15px sans-serif';
	context.textAlign = 'center';
	context.fillStyle = '#222222';
	for (const [i, { picture, label }] of cells.entries()) {
		const x = gap + (i % columns) * (width + gap);
		const y = gap + Math.floor(i / columns) * (height + labelHeight + gap);
		context.putImageData(new ImageData(withAlpha(picture), picture.width, picture.height), x, y);
		context.fillText(label, x + width / 2, y + height + 16, width);
	}
	return canvas.toBuffer('image/png');
}

function withAlpha(picture: Picture): Uint8ClampedArray<ArrayBuffer> {
	const rgb = toBytes(picture);
	const rgba = new Uint8ClampedArray((rgb.length / 3) * 4).fill(255);
	for (let i = 0; i < rgb.length / 3; i++) rgba.set(rgb.subarray(3 * i, 3 * i + 3), 4 * i);
	return rgba;
}
