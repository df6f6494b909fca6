/** @file Strokes as an SVG: one path a stroke, round caps and joins. */

import { cubicData, strokeGroup, svgColor, svgDocument, svgNumber } from '../paths/svg.js';
import type { Stroke } from './params.js';

/** SVG text: a viewBox of `width` x `height`, a background rectangle and the strokes in drawing order. Colours are clamped to [0, 1]; strokes that are invisible or not finite are left out. */
export function strokesToSvg(
	width: number,
	height: number,
	background: ArrayLike<number>,
	strokes: readonly Stroke[],
): string {
	const seen = strokes.filter(
		({ points, width: w, color }) => points.every(Number.isFinite) && w > 0 && w < Infinity && color[3] > 0,
	);
	const paths = seen.map(({ points, width: w, color: [r, g, b, a] }) => {
		const opacity = svgNumber(Math.min(a, 1));
		return `<path d="${cubicData(points)}" stroke="${svgColor(r, g, b)}" stroke-width="${svgNumber(w)}" stroke-opacity="${opacity}"/>`;
	});
	return svgDocument(width, height, background, strokeGroup, paths);
}
