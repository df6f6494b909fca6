/** @file Lines drawn by hand as strokes: how closely they are followed. */

import { describe, expect, it } from 'vitest';
import { createStrokes } from '../../../src/renderers/strokes/index.js';

type Line = [number, number][];
const straight: Line = [
	[0.1, 0.2],
	[0.3, 0.35],
	[0.7, 0.65],
	[0.9, 0.8],
];
/** Half a circle about the centre, as a hand would leave it: uneven steps. */
const arc: Line = Array.from({ length: 40 }, (_, i) => {
	const t = Math.PI * (i / 39) ** 1.3;
	return [0.5 + 0.3 * Math.cos(t), 0.5 - 0.3 * Math.sin(t)];
});

const at = ([a, b, c, d]: readonly number[], t: number) =>
	(1 - t) ** 3 * a! + 3 * t * (1 - t) ** 2 * b! + 3 * t * t * (1 - t) * c! + t ** 3 * d!;

/** Pixels between the fitted stroke and the line, at most. */
function strayOf(line: Line, curve: 'bezier' | 'smooth', segments: number): number {
	const renderer = createStrokes({ width: 200, height: 200, paths: 1, segments, curve, strokeWidth: [1, 20] });
	const params = { ...renderer.fitted({ line, width: 0.05, color: [1, 0, 0] }), background: Float32Array.of(1, 1, 1) };
	const { points } = renderer.strokes(params)[0]!;
	let most = 0;
	for (let s = 0; s < segments; s++)
		for (let t = 0; t <= 1; t += 0.02) {
			const own = points.subarray(6 * s, 6 * s + 8);
			const [x, y] = [0, 1].map((axis) =>
				at(
					[0, 2, 4, 6].map((i) => own[i + axis]!),
					t,
				),
			) as [number, number];
			const nearest = Math.min(
				...line.slice(1).map(([bx, by], i) => {
					const [ax, ay] = line[i]!;
					const [dx, dy] = [200 * (bx - ax), 200 * (by - ay)];
					const part = ((x - 200 * ax) * dx + (y - 200 * ay) * dy) / (dx * dx + dy * dy || 1);
					const k = Math.min(1, Math.max(0, part));
					return Math.hypot(x - 200 * ax - k * dx, y - 200 * ay - k * dy);
				}),
			);
			most = Math.max(most, nearest);
		}
	return most;
}

describe('a line drawn by hand', () => {
	it.each([
		['bezier', 1],
		['bezier', 3],
		['smooth', 1],
		['smooth', 4],
	] as const)('is met when it is straight: %s of %i segments', (curve, segments) => {
		expect(strayOf(straight, curve, segments)).toBeLessThan(0.01);
	});

	it.each([
		['bezier', 1, 2.5],
		['bezier', 3, 0.1],
		['smooth', 8, 0.5],
	] as const)('is followed around half a circle: %s of %i segments to %f of 200 px', (curve, segments, most) => {
		expect(strayOf(arc, curve, segments)).toBeLessThan(most);
	});

	it('may be a dot', () => {
		const dot: Line = [
			[0.5, 0.25],
			[0.5, 0.25],
		];
		const renderer = createStrokes({ width: 100, height: 100, paths: 1, segments: 2 });
		const { points } = renderer.fitted({ line: dot, width: 0.05, color: [0, 0, 0] });
		for (let i = 0; i < points!.length; i += 2) {
			expect(points![i]).toBeCloseTo(50, 4);
			expect(points![i + 1]).toBeCloseTo(25, 4);
		}
	});

	it('has the width of the shorter side’s part, its colour, and is opaque; black where all are', () => {
		const options = { width: 100, height: 50, paths: 1, segments: 1 };
		const drawn = { line: straight, width: 0.1, color: [0.25, 0.5, 0.75] as const };
		const fitted = createStrokes(options).fitted(drawn);
		expect([...fitted.widths!, ...fitted.colors!]).toEqual([5, 0.25, 0.5, 0.75, 1]);
		expect([...createStrokes({ ...options, colorMode: 'black' }).fitted(drawn).colors!]).toEqual([0, 0, 0, 1]);
	});
});

describe('a renderer that has grown', () => {
	it('has the options and the layout of more strokes', () => {
		const renderer = createStrokes({ width: 40, height: 30, paths: 2, segments: 2, style: 'bold' });
		const grown = renderer.grown(2);
		expect(grown.options).toEqual({ ...renderer.options, paths: 4, segments: [2, 2, 2, 2] });
		expect(grown.partRanges!(3)).toEqual({ points: [42, 56], widths: [3, 4], colors: [12, 16] });
	});
});
