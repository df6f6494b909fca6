/**
 * @file A stroke along a polyline: the vertices v with the least sum over j of |sum_i b_i(t_j) v_i - p_j|^2, where p_j are points
 * at equal distances along the line, t_j their parts of its length, and b_i the curve's basis. Both ends of the line are met. A
 * line that asks for more gets more segments.
 */

import { Outline } from '../paths/outlines.js';
import { alongLine, bernstein, distanceFrom, type Point } from './polyline.js';
import { solve } from './solve.js';
import { traceLine } from './trace.js';

/** Points of the line that are compared, for each vertex. */
const samplesPerVertex = 16;
/** Segments of a smooth stroke along a line at most. */
const mostSegments = 64;
/** Points of a stroke, and of its line, between which it is measured how far they are apart. */
const measuredPoints = 200;

/**
 * Vertices of a stroke that is nowhere further than `tolerance` from a line: of `segments` segments where these do, else of as many
 * as it takes. A smooth stroke goes around corners as closely as it can.
 */
export function followLine(
	line: readonly Point[],
	curve: 'bezier' | 'smooth',
	segments: number,
	tolerance: number,
): Float32Array {
	let vertices = fitLine(line, curve, segments);
	if (follows(line, curve, segments, vertices, tolerance)) return vertices;
	if (curve === 'bezier') return traceLine(line, tolerance);
	for (let k = segments + 1; k <= mostSegments; k = Math.ceil(1.5 * k)) {
		vertices = fitLine(line, curve, k);
		if (follows(line, curve, k, vertices, tolerance)) break;
	}
	return vertices;
}

/** Whether no point of the line is further than `tolerance` from the stroke, and none of the stroke from the line. */
function follows(
	line: readonly Point[],
	curve: 'bezier' | 'smooth',
	segments: number,
	vertices: Float32Array,
	tolerance: number,
): boolean {
	const control = new Outline(curve, [segments]).controlPoints(vertices);
	const pieces = Math.ceil(measuredPoints / segments);
	const stroke: Point[] = [[control[0]!, control[1]!]];
	for (let s = 0; s < segments; s++)
		for (let j = 1; j <= pieces; j++) {
			const weights = bernstein(j / pieces);
			const along = (axis: 0 | 1) => weights.reduce((sum, b, k) => sum + b * control[6 * s + 2 * k + axis]!, 0);
			stroke.push([along(0), along(1)]);
		}
	const isNear = (from: readonly Point[], to: readonly Point[]) => from.every((p) => distanceFrom(to, p) <= tolerance);
	return isNear(alongLine(line, measuredPoints), stroke) && isNear(stroke, line);
}

/** Vertices x, y of a stroke of `segments` cubic segments along a line of two or more points x, y, in the same units. */
function fitLine(line: readonly Point[], curve: 'bezier' | 'smooth', segments: number): Float32Array {
	const outline = new Outline(curve, [segments]);
	const n = outline.vertices[0]!;
	const samples = samplesPerVertex * n;
	const targets = alongLine(line, samples);
	const [first, last] = [targets[0]!, targets[samples]!];
	// What each vertex does to the curve: its control points when the vertex is 1 and all others are 0.
	const control = Array.from({ length: n }, (_, v) => {
		const unit = new Float32Array(2 * n);
		unit[2 * v] = 1;
		return outline.controlPoints(unit).filter((_x, i) => i % 2 === 0);
	});
	const basis = targets.map((_, j) => {
		const s = Math.min(segments - 1, Math.floor((j / samples) * segments));
		const t = (j / samples) * segments - s;
		const weights = bernstein(t);
		return control.map((points) => weights.reduce((sum, b, k) => sum + b * points[3 * s + k]!, 0));
	});
	// The ends stand; what they leave is for the others.
	const inner = n - 2;
	const matrix = Array.from({ length: inner }, () => new Array<number>(inner).fill(0));
	const right = [new Array<number>(inner).fill(0), new Array<number>(inner).fill(0)];
	for (const [j, row] of basis.entries()) {
		// A vertex matters only near by.
		const near = row.flatMap((b, v) => (b !== 0 && v > 0 && v <= inner ? [v] : []));
		for (const a of near) {
			for (const b of near) matrix[a - 1]![b - 1]! += row[a]! * row[b]!;
			for (const axis of [0, 1] as const)
				right[axis]![a - 1]! += row[a]! * (targets[j]![axis] - row[0]! * first[axis] - row[n - 1]! * last[axis]);
		}
	}
	solve(matrix, right);
	const vertices = new Float32Array(2 * n);
	vertices.set(first, 0);
	for (let a = 0; a < inner; a++) vertices.set([right[0]![a]!, right[1]![a]!], 2 * a + 2);
	vertices.set(last, 2 * n - 2);
	return vertices;
}
