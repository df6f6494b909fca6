/** @file Contact sheets: several pictures in a grid, each over its label, or along two labelled axes. */

import { type Canvas, createCanvas, ImageData, type SKRSContext2D } from 'canvas';
import { AtelierError } from '../errors.js';
import { type Picture, toBytes } from '../image.js';
import { wrapText } from './wrap-text.js';

/** One cell of a grid. */
export interface SheetCell {
	/** Or what to write in its place. */
	readonly picture: Picture | string;
	readonly label: string;
}

/** Pictures along two axes. */
export interface AxesSheet {
	/** Labels of the rows from top to bottom; empty ones take no room. */
	readonly rows: readonly string[];
	/** Labels of the columns from left to right. */
	readonly columns: readonly string[];
	/** The picture of a row and a column, by their numbers, or what to write in its place; a place without either stays empty. */
	cell(row: number, column: number): Picture | string | undefined;
	readonly title?: string;
}

const gap = 8;
const fontSize = 15;
const lineHeight = 20;
const titleSize = 20;
const titleHeight = 27;
/** Longer labels end with an ellipsis. */
const mostLines = 4;
/** Sides that the canvas can be trusted with. */
const mostSide = 16_384;
const mostPixels = 1.5e8;
/** Whatever the system has, in any script; where it has none, labels stay blank. */
const font = (size: number, weight = '') => `${weight} ${size}px sans-serif`.trim();

/** A PNG of the cells, row by row; cells are as large as the largest picture. */
export function pictureGrid(cells: readonly SheetCell[], columns: number): Buffer {
	const { width, height } = largest(cells.map((c) => c.picture).filter(isPicture));
	const rows = Math.ceil(cells.length / columns);
	const wrap = wrapper(font(fontSize));
	const labels = cells.map(({ label }) => wrap(label, width, mostLines));
	const labelHeight = heightOf(labels) + 2;
	const [canvas, context] = sheet(gap + columns * (width + gap), gap + rows * (height + labelHeight + gap));
	for (const [i, { picture }] of cells.entries()) {
		const x = gap + (i % columns) * (width + gap);
		const y = gap + Math.floor(i / columns) * (height + labelHeight + gap);
		put(context, picture, x, y, { width, height });
		write(context, labels[i]!, x + width / 2, y + height + fontSize + 1, width);
	}
	return canvas.toBuffer('image/png');
}

/**
 * A PNG of pictures along two axes: labels of columns above them, labels of rows on their left, both wrapped.
 *
 * @throws AtelierError E_ARGUMENT when there are no pictures, or the sheet would be too large
 */
export function contactSheet({ rows, columns, cell, title = '' }: AxesSheet): Buffer {
	const pictures = rows.map((_, row) => columns.map((_, column) => cell(row, column)));
	const present = pictures.flat().filter(isPicture);
	if (present.length === 0)
		throw new AtelierError('E_ARGUMENT', 'expected at least one picture on the sheet, got none');
	const { width, height } = largest(present);
	const wrap = wrapper(font(fontSize, 'bold'));
	const above = columns.map((label) => wrap(label, width, mostLines));
	const linesBeside = Math.max(1, Math.floor(height / lineHeight));
	const sideWidth = rows.some(Boolean) ? Math.max(90, Math.round(0.7 * width)) : 0;
	const beside = rows.map((label) => wrap(label, sideWidth, linesBeside));
	const left = gap + (sideWidth > 0 ? sideWidth + gap : 0);
	const total = left + columns.length * (width + gap);
	const titleLines = wrapper(font(titleSize, 'bold'))(title, total - 2 * gap, mostLines);
	const headTop = gap + titleLines.length * titleHeight;
	const headHeight = heightOf(above);
	const top = headTop + (headHeight > 0 ? headHeight + gap : 0);
	const [canvas, context] = sheet(total, top + rows.length * (height + gap));

	context.font = font(titleSize, 'bold');
	for (const [i, line] of titleLines.entries())
		context.fillText(line, total / 2, gap + titleSize + i * titleHeight, total);
	context.font = font(fontSize, 'bold');
	// Short labels stand on the pictures, not under the ceiling.
	for (const [column, lines] of above.entries())
		write(
			context,
			lines,
			left + column * (width + gap) + width / 2,
			headTop + headHeight - lines.length * lineHeight + fontSize,
			width,
		);
	for (const [row, lines] of beside.entries()) {
		const y = top + row * (height + gap);
		write(context, lines, gap + sideWidth / 2, y + (height - lines.length * lineHeight) / 2 + fontSize, sideWidth);
		for (const [column, picture] of pictures[row]!.entries())
			if (picture) put(context, picture, left + column * (width + gap), y, { width, height });
	}
	return canvas.toBuffer('image/png');
}

const isPicture = (place: Picture | string | undefined): place is Picture => typeof place === 'object';

interface Size {
	readonly width: number;
	readonly height: number;
}

const largest = (pictures: readonly Picture[]): Size => ({
	width: Math.max(...pictures.map((p) => p.width)),
	height: Math.max(...pictures.map((p) => p.height)),
});

const heightOf = (labels: readonly (readonly string[])[]): number =>
	lineHeight * Math.max(0, ...labels.map((lines) => lines.length));

/** Wraps texts of a font into lines of a width. */
function wrapper(style: string): (text: string, width: number, lines: number) => string[] {
	const context = createCanvas(1, 1).getContext('2d');
	context.font = style;
	return (text, width, lines) => wrapText(text, (part) => context.measureText(part).width, width, lines);
}

/** An empty sheet, ready to be written on. */
function sheet(width: number, height: number): [Canvas, SKRSContext2D] {
	if (Math.max(width, height) > mostSide || width * height > mostPixels)
		throw new AtelierError(
			'E_ARGUMENT',
			`expected a sheet of at most ${mostSide} px a side and ${mostPixels / 1e6} million pixels, got ${width}x${height}; take fewer or smaller pictures`,
		);
	const canvas = createCanvas(width, height);
	const context = canvas.getContext('2d');
	context.fillStyle = '#e8e8e8';
	context.fillRect(0, 0, width, height);
	context.font = font(fontSize);
	context.textAlign = 'center';
	context.fillStyle = '#222222';
	return [canvas, context];
}

/** Lines below each other, the first one's base line at `y`. */
function write(context: SKRSContext2D, lines: readonly string[], x: number, y: number, width: number): void {
	for (const [i, line] of lines.entries()) context.fillText(line, x, y + i * lineHeight, width);
}

/** A picture, or a word, in the middle of its cell. */
function put(context: SKRSContext2D, picture: Picture | string, x: number, y: number, cell: Size): void {
	if (typeof picture === 'string') {
		context.fillText(picture, x + cell.width / 2, y + cell.height / 2, cell.width);
		return;
	}
	context.putImageData(
		new ImageData(withAlpha(picture), picture.width, picture.height),
		x + Math.floor((cell.width - picture.width) / 2),
		y + Math.floor((cell.height - picture.height) / 2),
	);
}

function withAlpha(picture: Picture): Uint8ClampedArray<ArrayBuffer> {
	const rgb = toBytes(picture);
	const rgba = new Uint8ClampedArray((rgb.length / 3) * 4).fill(255);
	for (let i = 0; i < rgb.length / 3; i++) rgba.set(rgb.subarray(3 * i, 3 * i + 3), 4 * i);
	return rgba;
}
