/** @file Which figure lies under a point of the canvas, and where figures are: the geometry of choosing strokes by hand. */

import { pieceDistance } from '../../src/renderers/strokes/polyline.js';
import type { VectorFigures, VectorLayout } from '../../src/renderers/vectors.js';
import { figureOffsets } from './paint.js';

export interface Box {
	readonly x0: number;
	readonly y0: number;
	readonly x1: number;
	readonly y1: number;
}

const steps = 12;

/** A figure's outline as a polyline: x, y, x, y ... */
export function flatten(points: Float32Array, from: number, to: number): number[] {
	const line = [points[from]!, points[from + 1]!];
	for (let k = from; k + 7 < to; k += 6)
		for (let s = 1; s <= steps; s++) {
			const t = s / steps;
			const u = 1 - t;
			const [w0, w1, w2, w3] = [u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t];
			for (const c of [0, 1])
				line.push(w0 * points[k + c]! + w1 * points[k + 2 + c]! + w2 * points[k + 4 + c]! + w3 * points[k + 6 + c]!);
		}
	return line;
}

/** Distance of a point from a polyline. */
export function distanceTo(line: readonly number[], x: number, y: number): number {
	let least = Math.hypot(x - line[0]!, y - line[1]!);
	for (let i = 0; i + 3 < line.length; i += 2)
		least = Math.min(least, pieceDistance(x, y, line[i]!, line[i + 1]!, line[i + 2]!, line[i + 3]!));
	return least;
}

/** Whether a polyline, closed, goes around a point (non-zero rule). */
export function encloses(line: readonly number[], x: number, y: number): boolean {
	let winding = 0;
	for (let i = 0; i < line.length; i += 2) {
		const [ax, ay] = [line[i]!, line[i + 1]!];
		const [bx, by] = [line[(i + 2) % line.length]!, line[(i + 3) % line.length]!];
		const side = (bx - ax) * (y - ay) - (x - ax) * (by - ay);
		if (ay <= y && by > y && side > 0) winding++;
		if (ay > y && by <= y && side < 0) winding--;
	}
	return winding !== 0;
}

/** Half the widest line that passes draw of a figure. */
const reachOf = (layout: VectorLayout, own: number): number =>
	Math.max(0, ...layout.passes.filter((p) => !p.filled).map(({ width }) => (width.own * own + width.plus) / 2));

/** The topmost visible figure at x, y (of the layout's pixels) or within `slack` of it; undefined when there is none. */
export function figureAt(
	layout: VectorLayout,
	{ points, widths, colors }: VectorFigures,
	x: number,
	y: number,
	slack = 3,
): number | undefined {
	const offsets = figureOffsets(layout.segments);
	const filled = layout.passes.some((p) => p.filled);
	for (let i = layout.segments.length - 1; i >= 0; i--) {
		if (!(colors[4 * i + 3]! > 0.02)) continue;
		const line = flatten(points, offsets[i]!, offsets[i + 1]!);
		const reach = reachOf(layout, widths[i] ?? 0) + slack;
		for (const [a, b, c, d, e, f] of layout.transforms) {
			const det = a * d - b * c;
			const px = (d * (x - e) - c * (y - f)) / det;
			const py = (a * (y - f) - b * (x - e)) / det;
			if ((filled && encloses(line, px, py)) || distanceTo(line, px, py) <= reach) return i;
		}
	}
	return undefined;
}

/** Figures whose middle line lies entirely inside a box. */
export function figuresIn(layout: VectorLayout, { points, colors }: VectorFigures, box: Box): number[] {
	const offsets = figureOffsets(layout.segments);
	return layout.segments.flatMap((_, i) => {
		if (!(colors[4 * i + 3]! > 0.02)) return [];
		const line = flatten(points, offsets[i]!, offsets[i + 1]!);
		const inside = line.every((v, k) => (k % 2 === 0 ? v >= box.x0 && v <= box.x1 : v >= box.y0 && v <= box.y1));
		return inside ? [i] : [];
	});
}

/** Leave out points of a pen's way that hardly bend it (Ramer-Douglas-Peucker), and at most `most` of them. */
export function simplifyLine(line: readonly (readonly [number, number])[], tolerance: number, most = 400) {
	let kept = reduce(line, tolerance);
	for (let t = 2 * tolerance; kept.length > most; t *= 2) kept = reduce(line, t);
	return kept;
}

function reduce(line: readonly (readonly [number, number])[], tolerance: number): (readonly [number, number])[] {
	if (line.length <= 2) return [...line];
	const [a, b] = [line[0]!, line.at(-1)!];
	let [far, at] = [0, 0];
	for (let i = 1; i < line.length - 1; i++) {
		const d = distanceTo([...a, ...b], ...line[i]!);
		if (d > far) [far, at] = [d, i];
	}
	if (far <= tolerance) return [a, b];
	return [...reduce(line.slice(0, at + 1), tolerance).slice(0, -1), ...reduce(line.slice(at), tolerance)];
}
