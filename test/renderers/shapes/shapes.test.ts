/** @file Filled shapes: gradients, coverage, the SVG that librsvg draws, options, exact colours. */

import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/random.js';
import type { Parameters, Renderer } from '../../../src/renderers/renderer.js';
import { createShapes, type ShapeOptions } from '../../../src/renderers/shapes/index.js';
import { compareGroup } from '../gradient-check.js';
import { rasterise, svgDifference } from '../svg-check.js';

const kinds = ['blob', 'curve', 'polygon', 'ellipse'] as const;
type Kind = (typeof kinds)[number];

/** Random shapes of random colour; `wild` moves their vertices until they cross themselves and each other. */
function scene(kind: Kind, seed: number, wild = 2, options: Partial<ShapeOptions> = {}) {
	const renderer = createShapes({ width: 64, height: 48, count: 7, kind, learnBackground: true, ...options });
	const random = new Random(seed);
	const params = renderer.init(random);
	for (let i = 0; i < params.points!.length; i++) params.points![i]! += wild * random.normal();
	for (let i = 0; i < params.colors!.length; i++) params.colors![i] = random.uniform();
	for (let i = 0; i < 3; i++) params.background![i] = random.uniform();
	return { renderer, params };
}

/** One black shape on white through these vertices. */
function single(kind: Kind, vertices: readonly number[], side = 20): { renderer: Renderer; params: Parameters } {
	const corners = kind === 'curve' ? vertices.length / 6 : vertices.length / 2;
	const renderer = createShapes({ width: side, height: side, count: 1, kind, corners });
	const params = renderer.init(new Random(1));
	params.points!.set(vertices);
	params.colors!.set([0, 0, 0, 1]);
	return { renderer, params };
}

const ink = ({ renderer, params }: ReturnType<typeof single>) =>
	renderer.render(params).image.data.reduce((sum, v) => sum + (1 - v) / 3, 0);

describe('gradients', () => {
	it.each(kinds)('agree with central differences: %s', (kind) => {
		for (const [group, step, kinked] of [
			['points', 1e-3, true],
			['colors', 2e-2, false],
			['background', 2e-2, false],
		] as const) {
			let agreeing = 0;
			let total = 0;
			let worst = '';
			for (let seed = 1; seed <= 5; seed++) {
				const { renderer, params } = scene(kind, seed);
				const result = compareGroup(renderer, params, group, { step, kinked, seed });
				agreeing += result.agreeing;
				total += result.total;
				worst ||= result.worst;
			}
			expect(agreeing / total, worst).toBeGreaterThanOrEqual(kinked ? 0.95 : 1);
		}
	});

	it('agree for outlined shapes, at another scale', () => {
		const { renderer, params } = scene('blob', 3, 1, { outline: { width: 2.3, color: [0.1, 0, 0.2] } });
		const { agreeing, total, worst } = compareGroup(renderer.scaled(2), params, 'points', {
			step: 1e-3,
			kinked: true,
			seed: 1,
		});
		expect(agreeing / total, worst).toBeGreaterThanOrEqual(0.95);
	});

	it('pull an edge towards where ink is wanted', () => {
		const { renderer, params } = single('polygon', [5.2, 5.2, 14.2, 5.2, 14.2, 14.2, 5.2, 14.2]);
		// Darkening the right half: the right edge moves right, the others stay or move outwards.
		const dImage = new Float32Array(20 * 20 * 3).map((_, i) => (Math.floor(i / 3) % 20 >= 10 ? 1 : 0));
		const { points } = renderer.render(params).pullback(dImage);
		expect(points![2]!).toBeLessThan(-1);
		expect(points![4]!).toBeLessThan(-1);
		expect(Math.abs(points![0]!) + Math.abs(points![6]!)).toBeLessThan(1e-6);
	});
});

describe('coverage', () => {
	it('of a rectangle is its area', () => {
		for (const [x, y, w, h] of [
			[5, 5, 8, 6],
			[3.3, 4.7, 9.1, 7.4],
			[-4, -3, 12, 9],
		] as const) {
			const seen = Math.min(20, x + w) - Math.max(0, x);
			const tall = Math.min(20, y + h) - Math.max(0, y);
			const area = ink(single('polygon', [x, y, x + w, y, x + w, y + h, x, y + h]));
			expect(Math.abs(area - seen * tall)).toBeLessThan(0.35);
		}
	});

	it('of a round ellipse is that of the disc, within 1 %', () => {
		expect(Math.abs(ink(single('ellipse', [10.2, 9.7, 16.2, 9.7, 10.2, 15.7])) - Math.PI * 36)).toBeLessThan(1.2);
	});

	it('counts an overlap with itself once and leaves no seam there', () => {
		// A pentagram: its middle is wound around twice.
		const star = Array.from({ length: 5 }, (_, i) => (i * 4 * Math.PI) / 5).flatMap((a) => [
			20 + 18 * Math.sin(a),
			20 - 18 * Math.cos(a),
		]);
		const { renderer, params } = single('polygon', star, 40);
		const { data } = renderer.render(params).image;
		for (let y = 15; y <= 25; y++) for (let x = 15; x <= 25; x++) expect(data[(y * 40 + x) * 3]).toBeLessThan(0.02);
	});

	it('is the same whichever way round the vertices go', () => {
		const corners = [3.1, 4.2, 15.3, 2.9, 12.2, 16.1];
		const back = [12.2, 16.1, 15.3, 2.9, 3.1, 4.2];
		const one = single('polygon', corners);
		const other = single('polygon', back);
		const [a, b] = [one, other].map(({ renderer, params }) => renderer.render(params).image.data);
		expect(a!.every((v, i) => Math.abs(v - b![i]!) < 1e-6)).toBe(true);
	});

	it('fills the canvas when the shape is far larger', () => {
		const { renderer, params } = single('blob', [-500, -400, 700, -500, 600, 800, -400, 600]);
		expect(Math.max(...renderer.render(params).image.data)).toBe(0);
	});

	it('stays finite for any vertices, and leaves out those that are no numbers', () => {
		const random = new Random(8);
		const odd = [0, 0.5, 10, 1e7, -1e7, 3e38, -3e38, 1e-30];
		for (const kind of kinds)
			for (let round = 0; round < 40; round++) {
				const { renderer, params } = scene(kind, round);
				for (let i = 0; i < params.points!.length; i++)
					if (random.chance(0.3)) params.points![i] = odd[random.int(odd.length)]!;
				if (round % 4 === 0) params.points![3] = Number.NaN;
				const { image, pullback } = renderer.render(params);
				expect(image.data.every((v) => v >= 0 && v <= 1)).toBe(true);
				const grads = pullback(new Float32Array(image.data.length).fill(1));
				expect(Object.values(grads).every((group) => group.every(Number.isFinite))).toBe(true);
			}
	});
});

describe('SVG export', () => {
	it.each(kinds)(
		'agrees with librsvg within 2/255 at 1x and 4x, also where shapes cross themselves: %s',
		async (kind) => {
			for (let seed = 1; seed <= 6; seed++) {
				const { renderer, params } = scene(kind, seed, 5);
				for (const scale of [1, 4])
					expect(await svgDifference(renderer, params, scale), `seed ${seed}, ${scale}x`).toBeLessThan(2);
			}
		},
	);

	it('draws outlines too, and leaves invisible shapes out', async () => {
		const { renderer, params } = scene('curve', 2, 1, { outline: { width: 1.8, color: [0, 0, 0] } });
		expect(await svgDifference(renderer, params, 3)).toBeLessThan(2);
		params.colors![3] = 0;
		expect(renderer.toSvg!(params).match(/<path /g)).toHaveLength(12);
	});

	it('uses exactly the colours of the palette, in the picture and in the SVG, whatever the free colours', async () => {
		const palette = { colors: [[0.2, 0.4, 0.6] as const, [1, 0, 0] as const], learned: 2 };
		const { renderer, params } = scene('polygon', 5, 2, { palette, count: 20, background: [1, 1, 1] });
		params.background!.fill(1);
		renderer.project(params, 1);
		const used = (svg: string) => new Set([...svg.matchAll(/<path [^>]*fill="([^"]+)"/g)].map(([, color]) => color));
		const colors = used(renderer.toSvg!(params));
		expect(colors.size).toBeLessThanOrEqual(4);
		expect(colors.size).toBeGreaterThan(1);
		const learned = [...params.palette!].map((v) => Math.round(v * 255));
		const known = ['rgb(51,102,153)', 'rgb(255,0,0)', ...[0, 3].map((i) => `rgb(${learned.slice(i, i + 3)})`)];
		for (const color of colors) expect(known).toContain(color);
		expect(renderer.toSvg!(params)).not.toContain('opacity');
		// Away from edges, librsvg shows them alone.
		const { data } = await rasterise(renderer.toSvg!(params), 8);
		const seen = new Map<string, number>();
		for (let i = 0; i < data.length; i += 3) {
			const color = `rgb(${data[i]},${data[i + 1]},${data[i + 2]})`;
			seen.set(color, (seen.get(color) ?? 0) + 1);
		}
		const often = [...seen].filter(([, count]) => count > data.length / 3 / 100).map(([color]) => color);
		for (const color of often) expect([...known, 'rgb(255,255,255)']).toContain(color);
	});
});

describe('parameters', () => {
	it.each([
		['blob', undefined, 12],
		['blob', 9, 18],
		['curve', undefined, 24],
		['polygon', 3, 6],
		['ellipse', undefined, 6],
	] as const)('of a %s with %s corners are %d numbers a shape', (kind, corners, numbers) => {
		const renderer = createShapes({ width: 32, height: 32, count: 3, kind, ...(corners && { corners }) });
		const params = renderer.init(new Random(1));
		expect(params.points).toHaveLength(3 * numbers);
		expect(renderer.init(new Random(1))).toEqual(params);
		expect(Object.keys(renderer.learningRates).sort()).toEqual(Object.keys(params).sort());
		expect(renderer.elements).toBe(3);
	});

	it('are put back into their range', () => {
		const { renderer, params } = scene('blob', 1, 0, { margin: 4, minOpacity: 0.6 });
		params.points!.set([-9, 99, Number.NaN]);
		params.colors!.set([-1, 2, 0.5, 0.2, 0, 0, 0, 0.4]);
		renderer.project(params);
		expect([...params.points!.subarray(0, 3)]).toEqual([4, 44, 4]);
		expect([params.colors![0], params.colors![1], params.colors![3]]).toEqual([0, 1, 0]);
		expect(params.colors![7]).toBeCloseTo(0.6);
		renderer.hide!(params, 2);
		expect(params.colors![11]).toBe(0);
	});

	it('are refused when options are out of range', () => {
		for (const bad of [
			{ count: 0 },
			{ width: 0.5 },
			{ kind: 'cube' },
			{ kind: 'polygon', corners: 2 },
			{ initialRadius: [0.3, 0.1] },
			{ margin: 20 },
			{ background: [0, 0, 2] },
			{ outline: { width: -1, color: [0, 0, 0] } },
			{ minOpacity: 2 },
			{ palette: {} },
			{ learningRates: { points: -1 } },
		])
			expect(() => createShapes({ width: 32, height: 32, count: 4, ...(bad as object) }), JSON.stringify(bad)).toThrow(
				expect.objectContaining({ code: 'E_ARGUMENT' }),
			);
	});
});
