/** @file Smooth strokes and brushes: no corners, gradients through the splines and passes, the SVG that librsvg draws. */

import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/random.js';
import { createStrokes, type StrokeOptions } from '../../../src/renderers/strokes/index.js';
import { compareGroup } from '../gradient-check.js';
import { svgDifference } from '../svg-check.js';

function scene(options: Partial<StrokeOptions>, seed = 2) {
	const renderer = createStrokes({
		width: 64,
		height: 48,
		paths: 5,
		segments: [1, 4],
		style: 'bold',
		initialWidth: [2, 6],
		...options,
	});
	const random = new Random(seed);
	const params = renderer.init(random);
	for (let i = 0; i < params.colors.length; i++) params.colors[i] = random.uniform();
	return { renderer, params };
}

describe('smooth strokes', () => {
	it('have k + 1 vertices for k segments, run from the first to the last, and have no corners or jumps of curvature', () => {
		const { renderer, params } = scene({ curve: 'smooth', segments: 5 });
		expect(params.points).toHaveLength(5 * 2 * 6);
		for (const [i, { points }] of renderer.strokes(params).entries()) {
			expect(points).toHaveLength(2 * 16);
			const vertices = params.points.subarray(12 * i, 12 * i + 12);
			expect([...points.slice(0, 2), ...points.slice(-2)]).toEqual([...vertices.slice(0, 2), ...vertices.slice(-2)]);
			for (let knot = 3; knot < 15; knot += 3)
				for (const axis of [0, 1]) {
					const at = (k: number) => points[2 * (knot + k) + axis]!;
					expect(at(1) - at(0)).toBeCloseTo(at(0) - at(-1), 3);
					expect(at(2) - 2 * at(1)).toBeCloseTo(at(-2) - 2 * at(-1), 3);
				}
		}
	});

	it('stay inside the hull of their vertices, and so inside the margin', () => {
		const { renderer, params } = scene({ curve: 'smooth', margin: 6, segments: 8 });
		for (let i = 0; i < params.points.length; i++) params.points[i]! *= 3;
		renderer.project(params);
		for (const { points } of renderer.strokes(params))
			for (let i = 0; i < points.length; i += 2) {
				expect(points[i]! >= 6 - 1e-4 && points[i]! <= 58 + 1e-4).toBe(true);
				expect(points[i + 1]! >= 6 - 1e-4 && points[i + 1]! <= 42 + 1e-4).toBe(true);
			}
	});
});

describe.each([
	{ curve: 'smooth' },
	{ brush: 'neon', background: [0.05, 0.05, 0.1] },
	{ brush: 'watercolour', curve: 'smooth' },
	{ palette: { colors: [[1, 0, 0]], learned: 2 }, curve: 'smooth' },
] as Partial<StrokeOptions>[])('strokes of %j', (options) => {
	it('agree with central differences', () => {
		for (const [group, step, kinked, needed] of [
			['points', 1e-3, true, 0.93],
			['widths', 1e-3, true, 0.8],
			['colors', options.palette ? 3e-3 : 2e-2, options.palette !== undefined, options.palette ? 0.97 : 1],
			...(options.palette ? [['palette', 3e-3, true, 1] as const] : []),
		] as const) {
			let agreeing = 0;
			let total = 0;
			let worst = '';
			for (const seed of [2, 3]) {
				const { renderer, params } = scene(options, seed);
				const result = compareGroup(renderer, params, group, { step, kinked, seed });
				agreeing += result.agreeing;
				total += result.total;
				worst ||= result.worst;
			}
			expect(agreeing / total, worst).toBeGreaterThanOrEqual(needed);
		}
	});

	it('agree with their SVG in librsvg within 2/255', async () => {
		const { renderer, params } = scene(options);
		renderer.project(params, 1);
		for (const scale of [1, 4]) expect(await svgDifference(renderer, params, scale)).toBeLessThan(2);
	});
});

describe('strokes in the colours of a palette', () => {
	const palette = { colors: [[0.2, 0.4, 0.6] as const], learned: 2 };

	it('have exactly those in the SVG, opaque', () => {
		const { renderer, params } = scene({ palette, paths: 20 });
		renderer.project(params, 1);
		const svg = renderer.toSvg(params);
		const colors = new Set([...svg.matchAll(/stroke="(rgb[^"]+)"/g)].map(([, color]) => color));
		expect(colors.size).toBeGreaterThan(1);
		expect(colors.size).toBeLessThanOrEqual(3);
		expect(svg).not.toContain('opacity');
		for (const { color } of renderer.strokes(params)) expect([0, 1]).toContain(color[3]);
	});

	it('are seen in them all the while, though they mix while drawing', () => {
		const { renderer, params } = scene({
			palette: {
				colors: [
					[0, 0, 0],
					[1, 1, 1],
				],
			},
			paths: 1,
			segments: 1,
		});
		params.colors.set([0.45, 0.5, 0.5, 1]);
		params.points.set([10, 24, 25, 24, 40, 24, 54, 24]);
		params.widths[0] = 10;
		const middle = (24 * 64 + 32) * 3;
		expect(renderer.render(params).image.data[middle]).toBeGreaterThan(0.2);
		expect(renderer.scaled(1).render(params).image.data[middle]).toBe(0);
		expect(renderer.toSvg(params)).toContain('stroke="rgb(0,0,0)"');
	});
});

it('refuses curves and brushes that there are not', () => {
	for (const bad of [{ curve: 'wavy' }, { brush: 'broom' }, { initialLength: [2, 1] }, { palette: {} }])
		expect(() => scene(bad as object), JSON.stringify(bad)).toThrow(expect.objectContaining({ code: 'E_ARGUMENT' }));
});
