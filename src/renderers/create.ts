/** @file Renderers by name, from a recipe. */

import type { Recipe } from '../recipe/schema.js';
import { createPixels } from './pixels/index.js';
import type { Renderer } from './renderer.js';
import { createStrokes } from './strokes/index.js';

/** The renderer that a recipe asks for, on a canvas of this size in pixels. */
export function createRenderer(recipe: Recipe, { width, height }: { width: number; height: number }): Renderer {
	if (recipe.renderer === 'pixels') return createPixels({ width, height, ...recipe.pixels });
	const {
		paths,
		segments,
		style,
		color,
		width: range,
		margin,
		background,
		learnBackground,
		opacityPenalty,
		spreadPenalty,
		minOpacity,
	} = recipe.strokes;
	const side = Math.min(width, height);
	const [thin, wide] = [range[0] * side, range[1] * side];
	const bold = style === 'bold';
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
		initialWidth: bold ? [thin, wide] : thin,
		opacityPenalty,
		spreadPenalty,
		minOpacity,
		...(margin !== undefined && { margin: margin * side }),
		// In pixels of the canvas; the prototype's rates were .03 and .05 of half a canvas, colour .1.
		...(bold && { learningRates: { points: 0.015 * side, widths: 0.01 * side, colors: 0.08, background: 0.02 } }),
	});
}
