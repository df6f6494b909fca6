/** @file The paths that renderers write in SVG, as numbers: cubic curves from absolute M, L, C and Z; moved, flattened, clipped. */

import { AtelierError } from '../errors.js';
import type { Transform } from '../renderers/symmetry.js';

/** Control points of cubic segments, x and y in turn: 3k + 1 points for k segments. */
export type Cubics = readonly number[];

/** Read path data. @throws AtelierError E_ARGUMENT for other commands */
export function parsePath(data: string): Cubics[] {
	const curves: number[][] = [];
	let curve: number[] = [];
	const lineTo = (x: number, y: number): void => {
		const [fromX, fromY] = curve.slice(-2) as [number, number];
		const [dx, dy] = [(x - fromX) / 3, (y - fromY) / 3];
		curve.push(fromX + dx, fromY + dy, x - dx, y - dy, x, y);
	};
	for (const [, command, rest] of data.matchAll(/([a-zA-Z])([^a-zA-Z]*)/g)) {
		const numbers = rest!.match(/[-+]?(?:\d+\.?\d*|\.\d+)/g)?.map(Number) ?? [];
		if (command === 'M') {
			curve = numbers.slice(0, 2);
			curves.push(curve);
			for (let i = 2; i + 1 < numbers.length; i += 2) lineTo(numbers[i]!, numbers[i + 1]!);
		} else if (command === 'L') for (let i = 0; i + 1 < numbers.length; i += 2) lineTo(numbers[i]!, numbers[i + 1]!);
		else if (command === 'C') curve.push(...numbers);
		else if (command === 'Z' && curve.length > 2) lineTo(curve[0]!, curve[1]!);
		else throw new AtelierError('E_ARGUMENT', `expected a path of M, L, C and Z, got '${command}' in '${data}'`);
	}
	return curves;
}

/** The curve moved by a matrix. */
export function transformed(curve: Cubics, [a, b, c, d, e, f]: Transform): number[] {
	const out: number[] = [];
	for (let i = 0; i < curve.length; i += 2) {
		const [x, y] = [curve[i]!, curve[i + 1]!];
		out.push(a * x + c * y + e, b * x + d * y + f);
	}
	return out;
}

/** Chords of a segment: enough for the length to half a per cent, and for strokes that are cut off at the edge. */
const chords = 24;

/** Points on the curve, x and y in turn. */
export function flattened(curve: Cubics): number[] {
	const out = [curve[0]!, curve[1]!];
	for (let o = 0; o + 7 < curve.length; o += 6)
		for (let j = 1; j <= chords; j++) {
			const t = j / chords;
			const m = 1 - t;
			const weights = [m * m * m, 3 * m * m * t, 3 * m * t * t, t * t * t];
			for (let c = 0; c < 2; c++) out.push(weights.reduce((sum, w, k) => sum + w * curve[o + 2 * k + c]!, 0));
		}
	return out;
}

/** Length of a polyline. */
export function lengthOf(points: readonly number[]): number {
	let length = 0;
	for (let i = 2; i + 1 < points.length; i += 2)
		length += Math.hypot(points[i]! - points[i - 2]!, points[i + 1]! - points[i - 1]!);
	return length;
}

/** The parts of a polyline within [0, width] x [0, height]: Liang and Barsky's clipping (1984) of each piece. */
export function clipped(points: readonly number[], width: number, height: number): number[][] {
	const parts: number[][] = [];
	let open = false;
	for (let i = 0; i + 3 < points.length; i += 2) {
		const [x, y, toX, toY] = points.slice(i, i + 4) as [number, number, number, number];
		const [dx, dy] = [toX - x, toY - y];
		let [enter, leave] = [0, 1];
		let outside = false;
		for (const [p, q] of [
			[-dx, x],
			[dx, width - x],
			[-dy, y],
			[dy, height - y],
		] as const) {
			if (p === 0) outside ||= q < 0;
			else if (p < 0) enter = Math.max(enter, q / p);
			else leave = Math.min(leave, q / p);
		}
		if (outside || enter >= leave) {
			open = false;
			continue;
		}
		if (!open || enter > 0) parts.push([x + enter * dx, y + enter * dy]);
		parts.at(-1)!.push(x + leave * dx, y + leave * dy);
		open = leave === 1;
	}
	return parts;
}
