/**
 * @file Painting a vector drawing from its figures, at any size: every figure in order, pass by pass, motion by motion, with round
 * ends, as src/renderers/paths draws it. No DOM: whatever has the few methods of a 2D context can be painted on.
 */

import type { Pass } from '../../src/renderers/paths/copies.js';
import type { VectorFigures, VectorLayout } from '../../src/renderers/vectors.js';

/** The part of a 2D canvas context that is needed. */
export interface Brush {
	fillStyle: unknown;
	strokeStyle: unknown;
	lineWidth: number;
	lineCap: string;
	lineJoin: string;
	globalAlpha: number;
	setTransform(a: number, b: number, c: number, d: number, e: number, f: number): void;
	fillRect(x: number, y: number, width: number, height: number): void;
	beginPath(): void;
	moveTo(x: number, y: number): void;
	bezierCurveTo(x1: number, y1: number, x2: number, y2: number, x: number, y: number): void;
	closePath(): void;
	fill(): void;
	stroke(): void;
}

const unit = (v: number): number => (v > 0 ? Math.min(v, 1) : 0);

/** `rgb(...)` of numbers in [0, 1]. */
export const cssColor = (r: number, g: number, b: number): string =>
	`rgb(${[r, g, b].map((v) => Math.round(unit(v) * 255)).join(',')})`;

/** Where each figure's control points begin in `points`, and one past the last. */
export function figureOffsets(segments: readonly number[]): number[] {
	const offsets = [0];
	for (const k of segments) offsets.push(offsets.at(-1)! + 2 * (3 * k + 1));
	return offsets;
}

/** What is left of a figure in one pass: undefined when nothing is to be seen. */
export function passPaint(
	{ filled, width, opacity, tint }: Pass,
	own: number,
	[r, g, b, a]: ArrayLike<number> & Iterable<number>,
): { readonly color: string; readonly alpha: number; readonly width: number } | undefined {
	const alpha = unit(opacity * a!);
	const w = width.own * own + width.plus;
	if (!(alpha > 0) || !(filled || (w > 0 && w < Infinity))) return undefined;
	const [x, y, z] = [r!, g!, b!].map((v, c) => (1 - tint.share) * v + tint.share * tint.toward[c]!);
	return { color: cssColor(x!, y!, z!), alpha, width: w };
}

/** Add one figure's outline to the path that was begun. */
export function tracePath(brush: Brush, points: Float32Array, from: number, to: number): void {
	brush.moveTo(points[from]!, points[from + 1]!);
	for (let k = from + 2; k + 5 < to; k += 6)
		brush.bezierCurveTo(points[k]!, points[k + 1]!, points[k + 2]!, points[k + 3]!, points[k + 4]!, points[k + 5]!);
}

/** Paint a moment of a drawing, `scale` canvas pixels for each of the layout's. */
export function paintDrawing(brush: Brush, layout: VectorLayout, figures: VectorFigures, scale: number): void {
	const { points, widths, colors, background } = figures;
	brush.setTransform(scale, 0, 0, scale, 0, 0);
	brush.globalAlpha = 1;
	brush.fillStyle = cssColor(background[0]!, background[1]!, background[2]!);
	brush.fillRect(0, 0, layout.width, layout.height);
	brush.lineCap = 'round';
	brush.lineJoin = 'round';
	const offsets = figureOffsets(layout.segments);
	for (let i = 0; i < layout.segments.length; i++) {
		const [from, to] = [offsets[i]!, offsets[i + 1]!];
		if (!points.subarray(from, to).every(Number.isFinite)) continue;
		for (const pass of layout.passes) {
			const paint = passPaint(pass, widths[i] ?? 0, colors.subarray(4 * i, 4 * i + 4));
			if (!paint) continue;
			brush.globalAlpha = paint.alpha;
			brush.fillStyle = paint.color;
			brush.strokeStyle = paint.color;
			brush.lineWidth = paint.width;
			for (const [a, b, c, d, e, f] of layout.transforms) {
				brush.setTransform(scale * a, scale * b, scale * c, scale * d, scale * e, scale * f);
				brush.beginPath();
				tracePath(brush, points, from, to);
				if (layout.closed) brush.closePath();
				if (pass.filled) brush.fill();
				else brush.stroke();
			}
		}
	}
	brush.globalAlpha = 1;
}

const mixed = (a: Float32Array, b: Float32Array, t: number): Float32Array => b.map((v, i) => a[i]! + t * (v - a[i]!));

/** The drawing between two moments: `t` = 0 the first, 1 the second. The second where they have different figures. */
export function between(from: VectorFigures | undefined, to: VectorFigures, t: number): VectorFigures {
	if (t >= 1 || !from || from.points.length !== to.points.length || from.widths.length !== to.widths.length) return to;
	return {
		points: mixed(from.points, to.points, t),
		widths: mixed(from.widths, to.widths, t),
		colors: mixed(from.colors, to.colors, t),
		background: mixed(from.background, to.background, t),
	};
}
