/** @file What drawings may be made of besides plain strokes and pixels: the parts of a recipe about shapes, tiles, palettes and symmetry. */

import { z } from 'zod';

const fraction = z.number().min(0).max(1);
const weight = z.number().min(0).max(10);

/** Red, green and blue, 0 to 1. */
export const rgb = z.tuple([fraction, fraction, fraction]);

/** A colour as on the web: `#1d3557`. */
const hexColor = z
	.string()
	.regex(/^#[0-9a-f]{6}$/i)
	.meta({ examples: ['#1d3557'] });

export const shapesSchema = z.strictObject({
	count: z.int().min(1).max(10_000).default(14).describe('Number of shapes.'),
	kind: z
		.enum(['blob', 'curve', 'polygon', 'ellipse'])
		.default('blob')
		.describe('Smooth blobs, closed Bezier curves that may have corners, polygons, or ellipses.'),
	corners: z
		.int()
		.min(2)
		.max(64)
		.optional()
		.describe('Vertices of a blob (default 6), segments of a curve (4), corners of a polygon (4).'),
	brush: z
		.enum(['plain', 'watercolour'])
		.default('plain')
		.describe('An even fill, or a translucent one with a darker rim.'),
	radius: z
		.tuple([fraction, fraction])
		.default([0.08, 0.2])
		.meta({ unit: 'of the shorter side' })
		.describe('Smallest and largest radius at the start, as fractions of the shorter side.'),
	outline: fraction
		.default(0)
		.meta({ unit: 'of the shorter side' })
		.describe('Width of a line around every shape, as a fraction of the shorter side; 0: none.'),
	outlineColor: rgb.default([0, 0, 0]).describe('Red, green and blue of that line, 0 to 1.'),
	margin: z
		.number()
		.min(0)
		.max(0.4)
		.default(0.04)
		.meta({ unit: 'of the shorter side' })
		.describe('Shapes stay this far inside the canvas, as a fraction of the shorter side.'),
	background: rgb.default([1, 1, 1]).describe('Red, green and blue of the ground, 0 to 1.'),
	learnBackground: z.boolean().default(false).describe('Optimise the ground too.'),
	opacityPenalty: weight.default(0.02).describe('Weight of the mean opacity in the loss.'),
	spreadPenalty: weight.default(0.1).describe("Weight of how far colours lie from the drawing's mean colour."),
	minOpacity: fraction.default(0.85).describe('Opacity of a visible shape at least.'),
});

export const tilesSchema = z.strictObject({
	columns: z.int().min(2).max(256).default(20).describe('Tiles side by side across the width.'),
	kind: z.enum(['square', 'hexagon', 'triangle', 'diamond']).default('square').describe('Form of a tile.'),
	gap: z
		.number()
		.min(0)
		.max(0.9)
		.default(0.08)
		.meta({ unit: 'of a tile' })
		.describe('Joint between tiles that shows the ground, as a part of their size.'),
	background: rgb.default([1, 1, 1]).describe('Red, green and blue of the joints, 0 to 1.'),
	tv: z.number().min(0).max(100).default(0.5).describe('Weight of the colour differences of neighbours in the loss.'),
});

export const paletteSchema = z.strictObject({
	colors: z.array(hexColor).max(64).default([]).describe('Fixed colours, such as `#1d3557`.'),
	learned: z.int().min(0).max(64).default(0).describe('Number of further colours that are learned.'),
});

export const symmetrySchema = z.strictObject({
	kind: z
		.enum(['none', 'mirror', 'rotate', 'kaleidoscope', 'tile'])
		.default('none')
		.describe('Left like right; turned; turned and mirrored; repeated without a seam.'),
	order: z
		.int()
		.min(1)
		.max(24)
		.optional()
		.describe('Number of turns (default 6), or of repeats across and down (default 2, at most 8).'),
});

/** R, G, B in [0, 1] of a colour `#rrggbb`. */
export function rgbOfHex(hex: string): [r: number, g: number, b: number] {
	return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255) as [number, number, number];
}
