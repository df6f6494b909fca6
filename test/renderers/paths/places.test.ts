/** @file Strokes in places of their own: where they begin, where they stay, and what their colours have to do with each other. */

import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/random.js';
import { placeSide, placesOf } from '../../../src/renderers/paths/places.js';
import { createStrokes } from '../../../src/renderers/strokes/index.js';

const places = placesOf('beside', 2, 40, 24, 3);
const strokes = (own: typeof places = places, paths = 6) =>
	createStrokes({
		width: 40,
		height: 24,
		paths,
		places: own,
		segments: 2,
		style: 'bold',
		margin: 1,
		strokeWidth: [1, 3],
		spreadPenalty: 3,
		opacityPenalty: 0.1,
	});

describe('placesOf', () => {
	it('are equal squares that do not overlap, inside the canvas', () => {
		expect(places).toEqual([
			{ x: 0, y: 2, width: 20, height: 20, start: 0, end: 3 },
			{ x: 20, y: 2, width: 20, height: 20, start: 3, end: 6 },
		]);
		expect(placesOf('above', 3, 30, 60, 1).map(({ x, y, width }) => [x, y, width])).toEqual([
			[5, 0, 20],
			[5, 20, 20],
			[5, 40, 20],
		]);
	});

	it('are no larger than the canvas where that is long enough', () => {
		expect(placeSide('beside', 2, 100, 30)).toBe(30);
		expect(placesOf('beside', 2, 100, 30, 1).map(({ x }) => x)).toEqual([20, 50]);
	});
});

describe('strokes in places', () => {
	const renderer = strokes();
	const within = (points: Float32Array) => {
		for (const [p, { x, y, width, height }] of places.entries()) {
			const own = points.subarray(p * 42, (p + 1) * 42);
			for (let i = 0; i < own.length; i += 2) {
				expect(own[i]).toBeGreaterThanOrEqual(x + 1 - 1e-5);
				expect(own[i]).toBeLessThanOrEqual(x + width - 1 + 1e-5);
				expect(own[i + 1]).toBeGreaterThanOrEqual(y + 1 - 1e-5);
				expect(own[i + 1]).toBeLessThanOrEqual(y + height - 1 + 1e-5);
			}
		}
	};

	it('begin as they would on a canvas of that size, each place by a stream of its own', () => {
		const { points, colors } = renderer.init(new Random(4));
		const alone = createStrokes({ ...strokes([], 3).options, segments: 2, width: 20, height: 20 });
		const first = alone.init(new Random(4).split('place 0'));
		first.points.forEach((v, i) => {
			expect(points[i]).toBeCloseTo(v + (i % 2 === 0 ? 0 : 2), 4);
		});
		expect([...colors.subarray(0, 12)]).toEqual([...first.colors]);
		expect([...colors.subarray(12)]).not.toEqual([...first.colors]);
	});

	it('stay there, whatever becomes of them', () => {
		const params = renderer.init(new Random(4));
		const random = new Random(1);
		for (let i = 0; i < params.points.length; i++) params.points[i]! += 60 * (random.uniform() - 0.5);
		params.points[3] = Number.NaN;
		renderer.project(params);
		within(params.points);
		renderer.move!(params, [0, 4], [0.5, -0.5]);
		within(params.points);
	});

	it('keep their form when they are moved to the rim of their place', () => {
		const params = renderer.init(new Random(4));
		renderer.project(params);
		const form = (points: Float32Array) => [...points].map((v, i) => v - points[i % 2]!);
		const before = form(params.points.slice(0, 14));
		renderer.move!(params, [0], [0.9, 0.9]);
		for (const [i, v] of form(params.points.slice(0, 14)).entries()) expect(v).toBeCloseTo(before[i]!, 4);
		within(params.points);
		expect(Math.max(...params.points.slice(0, 14).filter((_, i) => i % 2 === 0))).toBeCloseTo(19, 4);
	});

	it('stay there without a margin, too', () => {
		const free = createStrokes({ width: 40, height: 24, paths: 6, places, segments: 2, style: 'clipdraw' });
		const params = free.init(new Random(4));
		params.points.fill(30, 0, 42);
		free.project(params);
		expect(Math.max(...params.points.slice(0, 42).filter((_, i) => i % 2 === 0))).toBe(20);
	});

	it('let those that are drawn by hand go anywhere', () => {
		const drawn = { line: [[0.1, 0.9] as const, [0.9, 0.1] as const], width: 0.1, color: [0, 0, 0] as const };
		const more = renderer.fitted(drawn);
		const grown = renderer.grown([more]);
		const params = grown.init(new Random(2));
		expect(params.points.length).toBe(2 * 42 + more.points!.length);
		params.points.set(more.points!, 84);
		grown.project(params);
		expect(params.points.at(-2)).toBeGreaterThan(20);
		expect(params.points[84]).toBeLessThan(20);
		expect(grown.penalty!(params).gradient.colors).toHaveLength(28);
	});

	it('have colours that are drawn together in a place alone: the sum of the losses, with its gradient', () => {
		const { penalty } = renderer;
		const params = renderer.init(new Random(9));
		const random = new Random(7);
		for (let i = 0; i < params.colors.length; i++) params.colors[i] = random.uniform(0.1, 0.9);
		const half = strokes([], 3);
		const ofHalf = (p: number) => {
			const own = half.init(new Random(1));
			own.colors.set(params.colors.subarray(12 * p, 12 * p + 12));
			return half.penalty!(own).value;
		};
		expect(penalty!(params).value).toBeCloseTo(ofHalf(0) + ofHalf(1), 5);
		const { gradient } = penalty!(params);
		params.colors.forEach((value, i) => {
			const at = (v: number) => {
				params.colors[i] = v;
				const loss = penalty!(params).value;
				params.colors[i] = value;
				return loss;
			};
			const numeric = (at(value + 1e-3) - at(value - 1e-3)) / 2e-3;
			expect(Math.abs(numeric - gradient.colors![i]!)).toBeLessThan(2e-3);
		});
	});
});
