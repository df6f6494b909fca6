/** @file The shape renderer: filled closed figures with colour and opacity, as a {@link Renderer}. */

import { Palette } from '../palette.js';
import { fillPass, type Pass, strokePass } from '../paths/copies.js';
import { PathDrawing } from '../paths/drawing.js';
import { Outline } from '../paths/outlines.js';
import { FigureRenderer } from '../paths/renderer.js';
import { transformsOf } from '../symmetry.js';
import { initShapes } from './init.js';
import { resolveShapeOptions, type ShapeOptions } from './options.js';

/**
 * A differentiable renderer of `count` filled shapes on a `width` x `height` canvas. Parameter groups: `points` (x, y of every
 * vertex in nominal pixels), `colors` (RGBA, [0, 1]), `background` (RGB, [0, 1]), and those of a {@link Palette}.
 *
 * @throws AtelierError E_ARGUMENT for options out of range
 */
export function createShapes(options: ShapeOptions): FigureRenderer {
	const resolved = resolveShapeOptions(options);
	const { width, height, count, kind, corners, outline, symmetry, palette } = resolved;
	const plan = {
		width,
		height,
		outline: new Outline(kind, new Array<number>(count).fill(corners)),
		widths: false,
		passes: outline ? [fillPass, line(outline)] : [fillPass],
		transforms: transformsOf(symmetry, width, height),
		...(palette && { palette: new Palette(palette) }),
	};
	const settings = { ...resolved, learningRates: { ...resolved.learningRates } };
	return new FigureRenderer('shapes', settings, new PathDrawing(plan, 1, false), (random) =>
		initShapes(resolved, random),
	);
}

/** The line around a shape, in its own colour whatever the shape's. */
const line = ({ width, color }: NonNullable<ShapeOptions['outline']>): Pass => ({
	...strokePass,
	width: { own: 0, plus: width },
	tint: { toward: color, share: 1 },
});
