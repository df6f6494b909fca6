/** @file Symmetric drawings: the groups, exact symmetry of picture and SVG, gradients summed over the copies. */

import { describe, expect, it } from 'vitest';
import { Random } from '../../src/random.js';
import type { Parameters, Renderer } from '../../src/renderers/renderer.js';
import { createShapes } from '../../src/renderers/shapes/index.js';
import { createStrokes } from '../../src/renderers/strokes/index.js';
import { type Symmetry, type Transform, transformsOf } from '../../src/renderers/symmetry.js';
import { compareGroup } from './gradient-check.js';
import { rasterise, svgDifference } from './svg-check.js';

const SIDE = 48;
const kinds: readonly Symmetry[] = [
	{ kind: 'mirror' },
	{ kind: 'rotate', order: 4 },
	{ kind: 'kaleidoscope', order: 2 },
	{ kind: 'rotate', order: 5 },
	{ kind: 'kaleidoscope', order: 3 },
	{ kind: 'tile', order: 2 },
];

function scene(name: 'strokes' | 'shapes', symmetry: Symmetry, seed = 3): { renderer: Renderer; params: Parameters } {
	const size = { width: SIDE, height: SIDE, symmetry };
	const renderer =
		name === 'strokes'
			? createStrokes({ ...size, paths: 5, segments: 1, style: 'bold', strokeWidth: [2, 5] })
			: createShapes({ ...size, count: 4, initialRadius: [0.06, 0.2] });
	const random = new Random(seed);
	const params = renderer.init(random);
	for (let i = 0; i < params.colors!.length; i++)
		params.colors![i] = i % 4 === 3 ? random.uniform(0.3, 0.9) : random.uniform();
	renderer.project(params);
	return { renderer, params };
}

const apply = ([a, b, c, d, e, f]: Transform, x: number, y: number) => [a * x + c * y + e, b * x + d * y + f] as const;

const largestDifference = (a: Float32Array, b: Float32Array): number =>
	a.reduce((most, v, i) => Math.max(most, Math.abs(v - b[i]!)), 0);

describe('the groups', () => {
	it.each([
		[undefined, 1],
		[{ kind: 'none' }, 1],
		[{ kind: 'mirror' }, 2],
		[{ kind: 'rotate', order: 5 }, 5],
		[{ kind: 'rotate' }, 6],
		[{ kind: 'kaleidoscope', order: 3 }, 6],
		[{ kind: 'tile', order: 1 }, 9],
		[{ kind: 'tile' }, 16],
	] as const)('of %j has %d motions, the identity first', (symmetry, count) => {
		const all = transformsOf(symmetry, 60, 40);
		expect(all).toHaveLength(count);
		expect(all[0]).toEqual([1, 0, 0, 1, 0, 0]);
		for (const [a, b, c, d] of all) expect(Math.abs(a * d - b * c)).toBeCloseTo(1, 12);
	});

	it.each(kinds.filter(({ kind }) => kind !== 'tile'))('of %j is closed', (symmetry) => {
		const all = transformsOf(symmetry, 60, 40);
		const image = (t: Transform) => [apply(t, 3, 5), apply(t, 11, 2), apply(t, 4, 17)].flat();
		const known = all.map(image);
		for (const s of all)
			for (const t of all) {
				const both = [apply(s, 3, 5), apply(s, 11, 2), apply(s, 4, 17)].flatMap(([x, y]) => apply(t, x, y));
				expect(known.some((k) => k.every((v, i) => Math.abs(v - both[i]!) < 1e-9))).toBe(true);
			}
	});

	it('refuses orders out of range', () => {
		for (const symmetry of [
			{ kind: 'rotate', order: 0 },
			{ kind: 'tile', order: 9 },
			{ kind: 'kaleidoscope', order: 2.5 },
		] as const)
			expect(() => transformsOf(symmetry, 9, 9)).toThrow(/symmetry .* order 1 to/);
	});
});

describe.each(['strokes', 'shapes'] as const)('symmetric %s', (name) => {
	it.each([
		['mirror', { kind: 'mirror' }, (x: number, y: number) => [SIDE - 1 - x, y]],
		['quarter turns', { kind: 'rotate', order: 4 }, (x: number, y: number) => [SIDE - 1 - y, x]],
		['kaleidoscope', { kind: 'kaleidoscope', order: 2 }, (x: number, y: number) => [x, SIDE - 1 - y]],
		['tiles', { kind: 'tile', order: 2 }, (x: number, y: number) => [(x + SIDE / 2) % SIDE, y]],
		['tiles down', { kind: 'tile', order: 2 }, (x: number, y: number) => [x, (y + SIDE / 2) % SIDE]],
		['one tile alone', { kind: 'tile', order: 1 }, (x: number, y: number) => [x, y]],
	] as [string, Symmetry, (x: number, y: number) => [number, number]][])(
		'have the same picture after the motion, within a thousandth: %s',
		(_, symmetry, motion) => {
			const { renderer, params } = scene(name, symmetry);
			const { data } = renderer.render(params).image;
			let ink = 0;
			let largest = 0;
			for (let y = 0; y < SIDE; y++)
				for (let x = 0; x < SIDE; x++) {
					const [u, v] = motion(x, y);
					for (let c = 0; c < 3; c++) {
						const value = data[(y * SIDE + x) * 3 + c]!;
						largest = Math.max(largest, Math.abs(data[(v * SIDE + u) * 3 + c]! - value));
						ink += 1 - value;
					}
				}
			expect(largest).toBeLessThan(1e-3);
			expect(ink).toBeGreaterThan(100);
		},
	);

	it.each(kinds)('draw the same when all parameters are moved: %j', (symmetry) => {
		const { renderer, params } = scene(name, symmetry);
		const before = renderer.render(params).image.data;
		for (const t of transformsOf(symmetry, SIDE, SIDE)) {
			// A tile's parts must stay in the first repeat: only the motions that keep them near it.
			if (symmetry.kind === 'tile') continue;
			const points = params.points!.slice();
			for (let i = 0; i < points.length; i += 2) points.set(apply(t, points[i]!, points[i + 1]!), i);
			const after = renderer.render({ ...params, points }).image.data;
			expect(largestDifference(after, before)).toBeLessThan(1e-3);
		}
	});

	it('tile without a seam: one period further left is the same drawing once it is put back', () => {
		const { renderer, params } = scene(name, { kind: 'tile', order: 1 });
		const before = renderer.render(params).image.data.slice();
		const moved = { ...params, points: params.points!.map((v, i) => (i % 2 === 0 ? v - SIDE : v)) };
		renderer.project(moved);
		const after = renderer.render(moved).image.data;
		expect(largestDifference(after, before)).toBeLessThan(1e-3);
	});

	it.each(kinds)('have gradients summed over the copies (central differences): %j', (symmetry) => {
		const { renderer, params } = scene(name, symmetry, 5);
		for (const [group, step, kinked] of [
			['points', 1e-3, true],
			['colors', 2e-2, false],
		] as const) {
			const { agreeing, total, worst } = compareGroup(renderer, params, group, { step, kinked, seed: 6 });
			expect(agreeing / total, worst).toBeGreaterThanOrEqual(kinked ? 0.9 : 1);
		}
	});

	it.each(kinds)('agree with their SVG in librsvg within 2/255, at 1x and 4x: %j', async (symmetry) => {
		const { renderer, params } = scene(name, symmetry);
		for (const scale of [1, 4]) expect(await svgDifference(renderer, params, scale)).toBeLessThan(2);
	});

	it('say each part once in the SVG and use it again', async () => {
		const { renderer, params } = scene(name, { kind: 'rotate', order: 5 });
		const svg = renderer.toSvg!(params);
		expect(svg.match(/<path /g)).toHaveLength(renderer.elements!);
		expect(svg.match(/<use /g)).toHaveLength(4 * renderer.elements!);
		expect((await rasterise(svg)).width).toBe(SIDE);
	});

	it('stay in the disc that turns cannot cut, or near their tile', () => {
		const size = { width: SIDE, height: SIDE, margin: 3 };
		for (const symmetry of [
			{ kind: 'rotate', order: 5 },
			{ kind: 'tile', order: 2 },
		] as const) {
			const renderer =
				name === 'strokes'
					? createStrokes({ ...size, symmetry, paths: 5 })
					: createShapes({ ...size, symmetry, count: 4 });
			const params = renderer.init(new Random(2));
			for (let i = 0; i < params.points!.length; i++) params.points![i]! *= 3;
			params.points![0] = Number.NaN;
			renderer.project(params);
			for (let i = 0; i < params.points!.length; i += 2) {
				const [x, y] = [params.points![i]!, params.points![i + 1]!];
				if (symmetry.kind === 'rotate') expect(Math.hypot(x - 24, y - 24)).toBeLessThan(21 + 1e-3);
				else expect(Math.min(x, y) >= -12 && Math.max(x, y) <= 36).toBe(true);
			}
		}
	});
});
