/** @file Renderers by name, from a recipe. */

import type { Picture } from '../image.js';
import { aimsOf, arrangementOf } from '../recipe/layout.js';
import { rgbOfHex } from '../recipe/looks.js';
import { type Recipe, redrawn } from '../recipe/schema.js';
import type { PaletteOptions } from '../renderers/palette.js';
import { placeSide, placesOf } from '../renderers/paths/places.js';
import { createPixels } from '../renderers/pixels/index.js';
import type { Renderer } from '../renderers/renderer.js';
import { createShapes } from '../renderers/shapes/index.js';
import { createStrokes } from '../renderers/strokes/index.js';
import { createTiles } from '../renderers/tiles/index.js';

/** What a recipe's strokes look like where it leaves that open; widths and margin as fractions of the shorter side. */
interface Look {
	readonly width: readonly [number, number];
	readonly margin?: number;
	readonly opacityPenalty: number;
	readonly spreadPenalty: number;
	readonly minOpacity: number;
}

/** Chosen by eye on sheets of drawings: opaque strokes of related colours, whole on the canvas, read best. */
const line: Look = { width: [0.03, 0.06], margin: 0.06, opacityPenalty: 0.05, spreadPenalty: 3, minOpacity: 0.85 };
const bold: Look = { width: [0.035, 0.11], margin: 0.06, opacityPenalty: 0.02, spreadPenalty: 0.2, minOpacity: 0.85 };
/** Redrawing a picture wants every freedom. */
const redraw: Look = { width: [0.01, 0.12], opacityPenalty: 0, spreadPenalty: 0, minOpacity: 0 };
/** Frans et al. 2021: widths of 1 to 50 px at 224 px. */
const clipdraw: Look = { width: [1 / 224, 50 / 224], opacityPenalty: 0, spreadPenalty: 0, minOpacity: 0 };

/**
 * How many times larger a canvas has to be on which each thing of a recipe has as much room as one alone has on a canvas of
 * its own.
 */
export function enlargementOf(recipe: Recipe): number {
	const { size } = recipe;
	const arrangement = arrangementOf(recipe);
	return arrangement ? Math.min(...size) / placeSide(arrangement, aimsOf(recipe).length, ...size) : 1;
}

interface Size {
	readonly width: number;
	readonly height: number;
}

/**
 * The renderer that a recipe asks for, on a canvas of this size in pixels.
 *
 * @param picture what pixels start from, where the recipe says so; of the canvas' size
 */
export function createRenderer(recipe: Recipe, size: Size, picture?: Picture): Renderer {
	const { width, height } = size;
	const palette = recipe.palette && { palette: paletteOf(recipe.palette) };
	switch (recipe.renderer) {
		case 'pixels': {
			const { start, ...pixels } = recipe.pixels;
			const first = start === 'picture' && picture ? { start: picture } : {};
			return createPixels({ width, height, ...pixels, ...palette, ...first });
		}
		case 'tiles':
			return createTiles({ width, height, ...recipe.tiles, ...palette });
		case 'shapes':
			return shapes(recipe, size, palette);
		case 'strokes':
			return strokes(recipe, size, palette);
	}
}

type Colors = { readonly palette: PaletteOptions } | undefined;

const paletteOf = ({ colors, learned }: NonNullable<Recipe['palette']>): PaletteOptions => ({
	colors: colors.map(rgbOfHex),
	learned,
});

function strokes(recipe: Recipe, { width, height }: Size, palette: Colors): Renderer {
	const { paths, segments, style, color, background, learnBackground, curve, brush, length, ...chosen } =
		recipe.strokes;
	const isBold = style !== 'clipdraw';
	const look = { ...(!isBold ? clipdraw : redrawn(recipe) ? redraw : style === 'line' ? line : bold), ...chosen };
	const arrangement = arrangementOf(recipe);
	const count = aimsOf(recipe).length;
	const places = arrangement ? placesOf(arrangement, count, width, height, paths) : [];
	const side = places[0]?.width ?? Math.min(width, height);
	const [thin, wide] = [look.width[0] * side, look.width[1] * side];
	return createStrokes({
		width,
		height,
		paths: count * paths,
		places,
		segments,
		style: style === 'clipdraw' ? 'clipdraw' : 'bold',
		curve,
		brush,
		colorMode: color,
		background,
		learnBackground,
		symmetry: recipe.symmetry,
		...palette,
		strokeWidth: [thin, wide],
		initialWidth: isBold ? [thin, wide] : thin,
		...(length && { initialLength: length }),
		opacityPenalty: look.opacityPenalty,
		spreadPenalty: look.spreadPenalty,
		minOpacity: look.minOpacity,
		...(look.margin !== undefined && { margin: look.margin * side }),
		// In pixels of the canvas; the prototype's rates were .03 and .05 of half a canvas, colour .1.
		...(isBold && { learningRates: { points: 0.015 * side, widths: 0.01 * side, colors: 0.08, background: 0.02 } }),
	});
}

function shapes(recipe: Recipe, { width, height }: Size, palette: Colors): Renderer {
	const { outline, outlineColor, radius, margin, corners, ...chosen } = recipe.shapes;
	const side = Math.min(width, height);
	return createShapes({
		width,
		height,
		...chosen,
		...(corners !== undefined && { corners }),
		initialRadius: radius,
		margin: margin * side,
		...(outline > 0 && { outline: { width: outline * side, color: outlineColor } }),
		symmetry: recipe.symmetry,
		...palette,
		learningRates: { points: 0.012 * side, colors: 0.08, background: 0.02 },
	});
}
