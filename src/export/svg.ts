/** @file SVG as small as svgo makes it without anybody seeing a difference: every stroke stays a stroke of its own. */

import { optimize } from 'svgo';
import { AtelierError } from '../errors.js';
import { exportSize, type FinishedRun, type SizeOptions } from './finished-run.js';
import { resizeSvg } from './picture-size.js';
import { withoutBackground } from './svg-marks.js';

export interface SvgOptions extends SizeOptions {
	/** Leave the background out. */
	readonly transparent?: boolean;
}

/** By how much rounding may move a point, in pixels of the picture: nothing that anti-aliasing shows. */
const tolerance = 0.05;
/** Decimals that renderers write. */
const mostDigits = 4;
/** A longer side than any viewer's, as a guard against slips. */
const mostSide = 1e6;

/** The drawing as a renderer writes it. @throws AtelierError E_ARGUMENT when the renderer is no vectors */
export function rendererSvg(run: FinishedRun, transparent = false): string {
	const svg = run.renderer.toSvg?.(run.params);
	if (svg === undefined)
		throw new AtelierError(
			'E_ARGUMENT',
			`expected a drawing of vectors, got one of the renderer '${run.renderer.name}'; export it as png, gif, webp or mp4`,
		);
	return transparent ? withoutBackground(svg) : svg;
}

/** Optimised SVG text of the drawing. @throws AtelierError E_ARGUMENT when the renderer is no vectors */
export function encodeSvg(run: FinishedRun, options: SvgOptions = {}): string {
	const size = exportSize(run, options, mostSide);
	return optimiseSvg(resizeSvg(rendererSvg(run, options.transparent), size), size.scale);
}

/** Decimals that keep a rounded coordinate within the tolerance when a canvas pixel is `scale` picture pixels. */
export function digitsFor(scale: number): number {
	const digits = Math.ceil(Math.log10((0.5 * scale) / tolerance));
	return Math.min(mostDigits, Math.max(0, digits));
}

/** Smaller text for the same picture, drawn at `scale` pixels a unit. Metadata, ids that are used, and styles stay. */
export function optimiseSvg(svg: string, scale: number): string {
	return optimize(svg, {
		floatPrecision: digitsFor(scale),
		plugins: [
			{
				name: 'preset-default',
				params: {
					overrides: {
						removeMetadata: false,
						// What is in it is in another name space, and unknown here.
						removeUnknownsAndDefaults: { unknownContent: false },
						removeDesc: false,
						// Strokes that are one path cannot be told apart any more, neither by an artist nor by a plotter.
						mergePaths: false,
						convertShapeToPath: false,
						// Rounding alone: arcs, lines and quadratic curves in place of cubic ones would stray further.
						convertPathData: { makeArcs: { threshold: 0, tolerance: 0 }, straightCurves: false, convertToQ: false },
						// Style sheets are written for animation: not to be merged into attributes.
						inlineStyles: false,
						minifyStyles: false,
					},
				},
			},
		],
	}).data;
}
