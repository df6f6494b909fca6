/** @file Mosaics: the grids cover the canvas, only colours are learned, exact colours, the SVG that librsvg draws. */

import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/random.js';
import { createTiles, type TileOptions } from '../../../src/renderers/tiles/index.js';
import { compareGroup } from '../gradient-check.js';
import { svgDifference } from '../svg-check.js';

const kinds = ['square', 'hexagon', 'triangle', 'diamond'] as const;

function scene(options: Partial<TileOptions>) {
	const renderer = createTiles({ width: 40, height: 30, columns: 8, ...options });
	const random = new Random(6);
	const params = renderer.init(random);
	for (let i = 0; i < params.colors!.length; i++) if (i % 4 < 3) params.colors![i] = random.uniform();
	return { renderer, params };
}

describe.each(kinds)('%s tiles', (kind) => {
	it('without a gap leave nothing of the ground to be seen', () => {
		for (const [width, height, columns] of [
			[40, 30, 8],
			[33, 50, 5],
			[48, 48, 24],
		] as const) {
			const { renderer, params } = scene({ kind, width, height, columns, background: [1, 1, 1] });
			params.colors!.fill(0);
			for (let i = 3; i < params.colors!.length; i += 4) params.colors![i] = 1;
			// At the size at which it is looked at; on the canvas itself tiles of two pixels let some of it through.
			const { data } = renderer.scaled!(4.5).render(params).image;
			const mean = data.reduce((sum, v) => sum + v, 0) / data.length;
			expect(mean, `${width} x ${height}`).toBeLessThan(0.02);
			expect(
				data.reduce((most, v) => Math.max(most, v), 0),
				`${width} x ${height}`,
			).toBeLessThan(0.3);
		}
	});

	it('show the share of the ground that the gap leaves, within 4 %', () => {
		const { renderer, params } = scene({ kind, gap: 0.3, columns: 4, background: [1, 1, 1] });
		params.colors!.fill(0);
		for (let i = 3; i < params.colors!.length; i += 4) params.colors![i] = 1;
		const { data } = renderer.scaled!(4).render(params).image;
		expect(Math.abs(data.reduce((sum, v) => sum + v, 0) / data.length - (1 - 0.7 ** 2))).toBeLessThan(0.04);
	});

	it('learn their colours alone (central differences, 0.1 %)', () => {
		const { renderer, params } = scene({ kind, gap: 0.1 });
		const { agreeing, total, worst } = compareGroup(renderer, params, 'colors', {
			step: 2e-2,
			kinked: false,
			seed: 2,
		});
		expect(agreeing, worst).toBe(total);
		expect(renderer.learningRates).toEqual({ points: 0, colors: 0.03, background: 0 });
		expect(renderer.hide).toBeUndefined();
		params.colors![3] = 0.7;
		renderer.project(params);
		expect(params.colors![3]).toBe(1);
	});

	it('agree with their SVG in librsvg within 2/255', async () => {
		for (const gap of [0, 0.15]) {
			const { renderer, params } = scene({ kind, gap });
			expect(await svgDifference(renderer, params, 4.5)).toBeLessThan(2);
		}
	});

	it('have exactly the colours of a palette', () => {
		const { renderer, params } = scene({ kind, palette: { learned: 3 } });
		renderer.project(params, 1);
		const colors = new Set([...renderer.toSvg!(params).matchAll(/<path [^>]*fill="([^"]+)"/g)].map(([, c]) => c));
		expect(colors.size).toBe(3);
	});
});

it('counts squares by the canvas, and refuses what it cannot lay', () => {
	expect(scene({ width: 40, height: 30, columns: 8 }).params.colors!.length / 4).toBe(48);
	for (const bad of [
		{ columns: 0 },
		{ gap: 1 },
		{ kind: 'circle' },
		{ width: 1.5 },
		{ background: [1, 1] },
		{ rate: -1 },
	])
		expect(() => scene(bad as object), JSON.stringify(bad)).toThrow(expect.objectContaining({ code: 'E_ARGUMENT' }));
});
