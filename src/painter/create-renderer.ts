/** @file Renderers by name, from a recipe. */

import { type Recipe, redrawn } from '../recipe/schema.js';
import { createPixels } from '../renderers/pixels/index.js';
import type { Renderer } from '../renderers/renderer.js';
import { createStrokes } from '../renderers/strokes/index.js';

/** What a recipe's strokes look like where it leaves that open; widths and margin as fractions of the shorter side. */
interface Look {
	readonly width: readonly [number, number];
	readonly margin?: number;
	readonly opacityPenalty: number;
	readonly spreadPenalty: number;
	readonly minOpacity: number;
}

/** Chosen by eye on sheets of drawings: opaque strokes of related colours, whole on the canvas, read best. */
const bold: Look = { width: [0.035, 0.11], margin: 0.06, opacityPenalty: 0.02, spreadPenalty: 0.2, minOpacity: 0.85 };
/** Redrawing a picture wants every freedom. */
const redraw: Look = { width: [0.01, 0.12], opacityPenalty: 0, spreadPenalty: 0, minOpacity: 0 };
/** Frans et al. 2021: widths of 1 to 50 px at 224 px. */
const clipdraw: Look = { width: [1 / 224, 50 / 224], opacityPenalty: 0, spreadPenalty: 0, minOpacity: 0 };

/** The renderer that a recipe asks for, on a canvas of this size in pixels. */
export function createRenderer(recipe: Recipe, { width, height }: { width: number; height: number }): Renderer {
	if (recipe.renderer === 'pixels') return createPixels({ width, height, ...recipe.pixels });
	const { paths, segments, style, color, background, learnBackground, ...chosen } = recipe.strokes;
	const isBold = style === 'bold';
	const look = { ...(!isBold ? clipdraw : redrawn(recipe) ? redraw : bold), ...chosen };
	const side = Math.min(width, height);
	const [thin, wide] = [look.width[0] * side, look.width[1] * side];
	return createStrokes({
		width,
		height,
		paths,
		segments,
		style,
		colorMode: color,
		background,
		learnBackground,
		strokeWidth: [thin, wide],
		initialWidth: isBold ? [thin, wide] : thin,
		opacityPenalty: look.opacityPenalty,
		spreadPenalty: look.spreadPenalty,
		minOpacity: look.minOpacity,
		...(look.margin !== undefined && { margin: look.margin * side }),
		// In pixels of the canvas; the prototype's rates were .03 and .05 of half a canvas, colour .1.
		...(isBold && { learningRates: { points: 0.015 * side, widths: 0.01 * side, colors: 0.08, background: 0.02 } }),
	});
}
