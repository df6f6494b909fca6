/** @file Lines drawn by hand as strokes: how closely they are followed. */

import { describe, expect, it } from 'vitest';
import { createStrokes } from '../../../src/renderers/strokes/index.js';
import { distanceFrom } from '../../../src/renderers/strokes/polyline.js';

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

/** As a mouse leaves it, in whole pixels of a screen. */
const onScreen = ([x, y]: readonly [number, number]): [number, number] => [
	Math.round(530 * x) / 530,
	Math.round(530 * y) / 530,
];
const wave: Line = Array.from({ length: 120 }, (_, i) =>
	onScreen([0.1 + (0.8 * i) / 119, 0.5 + 0.2 * Math.sin((4 * Math.PI * i) / 119)]),
);
const vee: Line = Array.from({ length: 81 }, (_, i) => onScreen([0.1 + 0.01 * i, 0.8 - 0.015 * Math.abs(i - 40)]));
const scribble: Line = Array.from({ length: 200 }, (_, i) => {
	const t = i / 20;
	return onScreen([0.2 + 0.05 * t + 0.1 * Math.cos(3 * t), 0.5 + 0.15 * Math.sin(3 * t)]);
});

const at = ([a, b, c, d]: readonly number[], t: number) =>
	(1 - t) ** 3 * a! + 3 * t * (1 - t) ** 2 * b! + 3 * t * t * (1 - t) * c! + t ** 3 * d!;

/** Control points of the stroke that a line becomes on a sheet of 200 px. */
function strokeOf(line: Line, curve: 'bezier' | 'smooth', segments: number): { points: Float32Array; count: number } {
	const options = { width: 200, height: 200, paths: 1, curve, strokeWidth: [1, 20] as [number, number] };
	const fitted = createStrokes({ ...options, segments }).fitted({ line, width: 0.05, color: [1, 0, 0] });
	const n = fitted.points!.length / 2 - 1;
	const count = curve === 'bezier' ? n / 3 : n;
	const params = { ...fitted, background: Float32Array.of(1, 1, 1) };
	return { points: createStrokes({ ...options, segments: { perPath: [count] } }).strokes(params)[0]!.points, count };
}

/** Pixels between the stroke and the line, at most. */
function strayOf(line: Line, curve: 'bezier' | 'smooth', segments: number): number {
	const { points, count } = strokeOf(line, curve, segments);
	let most = 0;
	for (let s = 0; s < count; s++)
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

/** Pixels from a point of the line to the stroke, at most. */
function missedOf(line: Line, curve: 'bezier' | 'smooth'): number {
	const { points, count } = strokeOf(line, curve, 1);
	const stroke = Array.from({ length: 20 * count + 1 }, (_, i) => {
		const s = Math.min(count - 1, Math.floor(i / 20));
		const along = (axis: number) => [0, 2, 4, 6].map((k) => points[6 * s + k + axis]!);
		return [at(along(0), i / 20 - s), at(along(1), i / 20 - s)] as const;
	});
	return Math.max(...line.map(([x, y]) => distanceFrom(stroke, [200 * x, 200 * y])));
}

/** Radians by which the direction changes where two segments meet. */
function kinksOf(points: Float32Array): number[] {
	const kinks: number[] = [];
	for (let i = 6; i + 6 < points.length; i += 6) {
		const [x0, y0, x, y, x1, y1] = points.subarray(i - 2, i + 4) as unknown as number[];
		const [a, b] = [Math.atan2(y! - y0!, x! - x0!), Math.atan2(y1! - y!, x1! - x!)];
		kinks.push(Math.abs(Math.atan2(Math.sin(b - a), Math.cos(b - a))));
	}
	return kinks;
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
		['bezier', 1, 0.9],
		['bezier', 3, 0.1],
		['smooth', 8, 0.5],
	] as const)('is followed around half a circle: %s of %i segments to %f of 200 px', (curve, segments, most) => {
		expect(strayOf(arc, curve, segments)).toBeLessThan(most);
	});

	it.each([
		['a wave', wave],
		['an S', wave.slice(0, 60)],
		['a V', vee],
		['a scribble', scribble],
	] as const)('stays as it was drawn, whatever strokes are made of: %s', (_, drawn) => {
		for (const curve of ['bezier', 'smooth'] as const) {
			// Smooth strokes go around corners.
			const most = curve === 'smooth' && drawn === vee ? 3 : 1;
			expect(strayOf(drawn, curve, 1)).toBeLessThan(most);
			// And the other way: nothing of the line is left out.
			expect(missedOf(drawn, curve)).toBeLessThan(most);
		}
	});

	it('keeps a corner, and is smooth where there is none', () => {
		const { points, count } = strokeOf(vee, 'bezier', 1);
		expect(count).toBe(2);
		expect(points[6]).toBeCloseTo(100, 0);
		expect(points[7]).toBeCloseTo(160, 0);
		const bends = kinksOf(strokeOf(wave, 'bezier', 1).points);
		expect(bends.length).toBeGreaterThan(2);
		expect(Math.max(...bends)).toBeLessThan(0.02);
		expect(strokeOf(wave.slice(0, 60), 'bezier', 1).count).toBeLessThan(6);
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
		const more = [3, 1].map((n) => ({ points: new Float32Array(2 * (3 * n + 1)) }));
		const grown = renderer.grown(more);
		expect(grown.options).toEqual({ ...renderer.options, paths: 4, segments: [2, 2, 3, 1] });
		expect(grown.partRanges!(3)).toEqual({ points: [48, 56], widths: [3, 4], colors: [12, 16] });
	});
});
