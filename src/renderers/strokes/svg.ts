/** @file Strokes as an SVG that any viewer draws the same: one path a stroke, round caps and joins. */

import type { Stroke } from './params.js';

/** Four decimals are exact to 1/500 of a pixel even at forty times the size. */
const number = (v: number): string => `${Number(v.toFixed(4))}`;

const unit = (v: number): number => (v > 0 ? Math.min(v, 1) : 0);

function rgb(r: number, g: number, b: number): string {
	return `rgb(${[r, g, b].map((v) => Math.round(unit(v) * 255)).join(',')})`;
}

function pathData(points: Float32Array): string {
	let data = '';
	for (let i = 0; i < points.length; i += 2) {
		data += i === 0 ? 'M' : i === 2 ? 'C' : ' ';
		data += `${number(points[i] as number)} ${number(points[i + 1] as number)}`;
	}
	return data;
}

/** SVG text: a viewBox of `width` x `height`, a background rectangle and the strokes in drawing order. Colours are clamped to [0, 1]; strokes that are invisible or not finite are left out. */
export function strokesToSvg(
	width: number,
	height: number,
	background: ArrayLike<number>,
	strokes: readonly Stroke[],
): string {
	const lines = [
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
		`<rect width="${width}" height="${height}" fill="${rgb(background[0] ?? 0, background[1] ?? 0, background[2] ?? 0)}"/>`,
		'<g fill="none" stroke-linecap="round" stroke-linejoin="round">',
	];
	for (const { points, width: w, color } of strokes) {
		if (!points.every(Number.isFinite) || !Number.isFinite(w) || w <= 0) continue;
		const [r, g, b, a] = color;
		if (a <= 0) continue;
		lines.push(
			`<path d="${pathData(points)}" stroke="${rgb(r, g, b)}" stroke-width="${number(w)}" stroke-opacity="${number(unit(a))}"/>`,
		);
	}
	lines.push('</g>', '</svg>', '');
	return lines.join('\n');
}
