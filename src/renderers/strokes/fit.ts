/**
 * @file A stroke along a polyline: the vertices v with the least sum over j of |sum_i b_i(t_j) v_i - p_j|^2, where p_j are points
 * at equal distances along the line, t_j their parts of its length, and b_i the curve's basis. Both ends of the line are met.
 */

import { Outline } from '../paths/outlines.js';

/** Points of the line that are compared, for each vertex. */
const samplesPerVertex = 16;

/** Vertices x, y of a stroke of `segments` cubic segments along a line of two or more points x, y, in the same units. */
export function fitLine(
	line: readonly (readonly [x: number, y: number])[],
	curve: 'bezier' | 'smooth',
	segments: number,
): Float32Array {
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
		const bernstein = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t ** 3];
		return control.map((points) => bernstein.reduce((sum, b, k) => sum + b * points[3 * s + k]!, 0));
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

/** `count` + 1 points at equal distances along a polyline, its ends included. */
function alongLine(line: readonly (readonly [number, number])[], count: number): [number, number][] {
	const lengths = line.slice(1).map(([x, y], i) => Math.hypot(x - line[i]![0], y - line[i]![1]));
	const total = lengths.reduce((a, b) => a + b, 0);
	let edge = 0;
	let before = 0;
	return Array.from({ length: count + 1 }, (_, j) => {
		const way = (j / count) * total;
		while (edge < lengths.length - 1 && way > before + lengths[edge]!) before += lengths[edge++]!;
		const part = lengths[edge]! > 0 ? Math.min(1, (way - before) / lengths[edge]!) : 0;
		const [from, to] = [line[edge]!, line[edge + 1]!];
		return [from[0] + part * (to[0] - from[0]), from[1] + part * (to[1] - from[1])];
	});
}

/** Solve A x = b for a symmetric positive definite A and several b, in place, by Gaussian elimination (which needs no pivots then). */
function solve(matrix: number[][], right: readonly number[][]): void {
	const n = matrix.length;
	for (let k = 0; k < n; k++)
		for (let i = k + 1; i < n; i++) {
			const factor = matrix[i]![k]! / matrix[k]![k]!;
			if (factor === 0) continue;
			for (let j = k; j < n; j++) matrix[i]![j]! -= factor * matrix[k]![j]!;
			for (const b of right) b[i]! -= factor * b[k]!;
		}
	for (const b of right)
		for (let i = n - 1; i >= 0; i--) {
			for (let j = i + 1; j < n; j++) b[i]! -= matrix[i]![j]! * b[j]!;
			b[i]! /= matrix[i]![i]!;
		}
}
