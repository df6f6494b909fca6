/** @file Plots: millimetres, pens, layers, nothing outside the frame, and never more travel than in the drawing's own order. */

import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { clipped, parsePath } from '../../src/export/path-data.js';
import { choosePens, nearestPen } from '../../src/export/pens.js';
import { encodePlot, papers } from '../../src/export/plotter.js';
import { type PenLine, routed, travelOf } from '../../src/export/plotter-route.js';
import { visitElements } from '../../src/export/svg-marks.js';
import { Random } from '../../src/random.js';
import { randomScene, sceneOf } from '../renderers/strokes/scenes.js';
import { runOf } from './runs.js';

/** Layers of a plot with the end points of their lines. */
function layersOf(svg: string) {
	const layers: { attributes: Record<string, string>; lines: number[][] }[] = [];
	visitElements(svg, ({ name, attributes }) => {
		if (name === 'g') layers.push({ attributes, lines: [] });
		if (name === 'path') layers.at(-1)!.lines.push(...parsePath(attributes.d!).map((c) => [...c]));
	});
	return layers;
}

describe('plotter', () => {
	it('has a layer a pen, lines without fill and opacity, all of them on the paper within the margins', async () => {
		for (const seed of [1, 2, 5]) {
			const run = runOf(randomScene(seed, { paths: 40 }));
			const plot = await encodePlot(run, { pens: 3, margin: 20 });
			// Wider than high: the sheet lies on its side.
			expect(plot.svg).toMatch(/^<svg [^>]*width="297mm" height="210mm" viewBox="0 0 297 210">/);
			expect(plot.svg).not.toMatch(/opacity|<rect|fill="(?!none)/);
			expect(await sharp(Buffer.from(plot.svg)).metadata()).toMatchObject({ format: 'svg' });
			const layers = layersOf(plot.svg);
			expect(layers.length).toBeLessThanOrEqual(3);
			expect(layers.map((l) => l.attributes.stroke)).toEqual(plot.pens);
			expect(layers.map((l) => l.attributes['inkscape:label'])).toEqual(plot.pens.map((pen, i) => `${i + 1} ${pen}`));
			for (const { attributes } of layers) expect(attributes['inkscape:groupmode']).toBe('layer');
			expect(layers.flatMap((l) => l.lines)).toHaveLength(plot.lines);
			const scale = Math.min(257 / 64, 170 / 48);
			const [left, top] = [(297 - 64 * scale) / 2, (210 - 48 * scale) / 2];
			const [right, bottom] = [297 - left, 210 - top];
			const points = layers.flatMap((l) => l.lines).flat();
			const isOff = (v: number, i: number) =>
				i % 2 === 0 ? v < left - 0.01 || v > right + 0.01 : v < top - 0.01 || v > bottom + 0.01;
			expect(points.findIndex(isOff)).toBe(-1);
		}
	});

	it('travels no further than the drawing itself would, and mostly far less', async () => {
		let before = 0;
		let after = 0;
		for (let seed = 1; seed <= 6; seed++) {
			const plot = await encodePlot(runOf(randomScene(seed, { paths: seed < 4 ? 3 : 60 })), { pens: 1 + (seed % 3) });
			expect(plot.travel).toBeLessThanOrEqual(plot.travelBefore);
			const lines = layersOf(plot.svg)
				.flatMap((l) => l.lines)
				.map((points): PenLine => ({ points, curved: true }));
			expect(travelOf(lines, [0, 0])).toBeCloseTo(plot.travel, 0);
			before += plot.travelBefore;
			after += plot.travel;
		}
		expect(after).toBeLessThan(0.6 * before);
	});

	it('leaves out what is not seen or too short, and shows opacity as a colour', async () => {
		const line = [4, 10, 8, 10, 12, 10, 16, 10];
		const run = runOf(
			sceneOf(24, 20, [
				[[4.1, 10, 8, 10, 12, 10, 16, 10], 2, [0, 0, 1, 1]],
				[line, 5, [1, 0, 0, 0.5]],
				[[4, 3, 8, 3, 12, 3, 16, 3], 2, [0.9, 0.8, 0.7, 1]],
				[[4, 15, 4, 15, 4, 15, 4.02, 15], 3, [0, 0, 0, 1]],
			]),
		);
		const plot = await encodePlot(run);
		expect(plot).toMatchObject({ lines: 2, dropped: 2 });
		// Half red on the ground (230, 204, 179).
		expect(plot.pens).toContain('#f26659');
	});

	it('takes papers by name or size, and refuses margins that leave no room', async () => {
		const run = runOf(randomScene(1));
		expect(await encodePlot(run, { paper: papers.letter })).toMatchObject({ width: 279.4, height: 215.9 });
		expect(await encodePlot(run, { paper: [100, 100] })).toMatchObject({ width: 100, height: 100 });
		await expect(encodePlot(run, { paper: [100, 100], margin: 48 })).rejects.toThrow(/make them smaller/);
	});
});

describe('routed', () => {
	const random = new Random(7);
	const lines = Array.from({ length: 120 }, (): PenLine => {
		const [x, y] = [random.uniform(0, 100), random.uniform(0, 100)];
		return { points: [x, y, x + random.uniform(-9, 9), y + random.uniform(-9, 9)], curved: false };
	});

	it('has every line once, from either end', () => {
		const key = ({ points }: PenLine) => [points.slice(0, 2).join(), points.slice(-2).join()].sort().join(' ');
		expect(routed(lines, [0, 0]).map(key).sort()).toEqual(lines.map(key).sort());
	});

	it('is short: of 120 random lines less than a fifth of their own order', () => {
		expect(travelOf(routed(lines, [0, 0]), [0, 0])).toBeLessThan(0.2 * travelOf(lines, [0, 0]));
	});

	it('turns round what is better begun at its end', () => {
		const far: PenLine = { points: [9, 0, 1, 0], curved: false };
		expect(routed([far], [0, 0])).toEqual([{ points: [1, 0, 9, 0], curved: false }]);
		expect(routed([], [0, 0])).toEqual([]);
	});
});

describe('clipped', () => {
	it('keeps what is inside, piece by piece', () => {
		expect(clipped([-5, 5, 15, 5], 10, 10)).toEqual([[0, 5, 10, 5]]);
		expect(clipped([2, 2, 2, 12, 4, 12, 4, 2], 10, 10)).toEqual([
			[2, 2, 2, 10],
			[4, 10, 4, 2],
		]);
		expect(clipped([-5, -5, -1, -1], 10, 10)).toEqual([]);
		expect(clipped([1, 1, 2, 2, 3, 1], 10, 10)).toEqual([[1, 1, 2, 2, 3, 1]]);
	});

	it('stays inside, and has no more length than there was', () => {
		const coordinate = fc.double({ min: -20, max: 30, noNaN: true });
		fc.assert(
			fc.property(fc.array(fc.tuple(coordinate, coordinate), { minLength: 2, maxLength: 8 }), (points) => {
				for (const part of clipped(points.flat(), 10, 7)) {
					expect(part.length).toBeGreaterThanOrEqual(4);
					for (const [i, v] of part.entries()) {
						expect(v).toBeGreaterThanOrEqual(-1e-9);
						expect(v).toBeLessThanOrEqual((i % 2 === 0 ? 10 : 7) + 1e-9);
					}
				}
			}),
			{ numRuns: 200 },
		);
	});
});

describe('choosePens', () => {
	it('is at most as many as there are, the lightest first, none like another', () => {
		const color = fc.tuple(...[0, 1, 2].map(() => fc.integer({ min: 0, max: 255 }))) as fc.Arbitrary<
			[number, number, number]
		>;
		fc.assert(
			fc.property(
				fc.array(fc.record({ color, weight: fc.double({ min: 0.1, max: 500, noNaN: true }) }), { maxLength: 30 }),
				fc.integer({ min: 1, max: 8 }),
				(colors, count) => {
					const pens = choosePens(colors, count);
					expect(pens.length).toBeLessThanOrEqual(count);
					expect(pens.length > 0).toBe(colors.length > 0);
					for (let i = 0; i < pens.length; i++)
						for (let j = 0; j < i; j++)
							expect(Math.hypot(...pens[i]!.map((v, c) => v - pens[j]![c]!))).toBeGreaterThan(45);
				},
			),
			{ numRuns: 60 },
		);
	});

	it('does not let a chain of like colours end in one gray pen', () => {
		const shade = (t: number) => [Math.round(255 * t), 90, Math.round(255 * (1 - t))] as [number, number, number];
		const colors = Array.from({ length: 100 }, (_, i) => ({ color: shade(i / 99), weight: 1 }));
		const pens = choosePens(colors, 3);
		expect(pens).toHaveLength(3);
		expect(Math.max(...pens.map(([r]) => r)) - Math.min(...pens.map(([r]) => r))).toBeGreaterThan(120);
	});

	it('keeps a few different colours, and goes by how much there is of each', () => {
		const colors = [
			{ color: [220, 30, 30] as [number, number, number], weight: 5 },
			{ color: [225, 35, 30] as [number, number, number], weight: 5 },
			{ color: [30, 60, 200] as [number, number, number], weight: 1 },
		];
		const pens = choosePens(colors, 4);
		expect(pens).toHaveLength(2);
		expect(nearestPen(pens, [200, 0, 0])).not.toBe(nearestPen(pens, [0, 0, 255]));
		const [one] = choosePens(colors, 1);
		expect(one![0]).toBeGreaterThan(190);
	});
});
