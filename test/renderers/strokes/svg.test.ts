/** @file The exported SVG, drawn by librsvg, is the picture the renderer draws. */

import { describe, expect, it } from 'vitest';
import { svgDifference } from '../svg-check.js';
import { DEGENERATE, randomScene, type Scene } from './scenes.js';

const difference = ({ renderer, params }: Scene, scale: number) => svgDifference(renderer, params, scale);

describe('SVG export', () => {
	for (const scale of [1, 4]) {
		it(`agrees with librsvg over 20 random scenes at ${scale}x`, async () => {
			for (let seed = 1; seed <= 20; seed++) {
				expect(await difference(randomScene(seed), scale), `seed ${seed}`).toBeLessThan(2);
			}
		});
	}

	it('agrees with librsvg on CLIPDraw strokes at 224 px', async () => {
		const scene = randomScene(2, { width: 224, height: 224, paths: 256 });
		expect(await difference(scene, 1)).toBeLessThan(2);
	});

	for (const [name, scene] of Object.entries(DEGENERATE)) {
		// Hairlines and the edges of dots fill these small pictures, and the box filter is exact only for straight edges.
		it(`agrees with librsvg within 3/255 where it is hard: ${name}`, async () => {
			expect(await difference(scene, 4)).toBeLessThan(3);
		});
	}

	it('has the nominal viewBox, a background and one round-capped path a stroke', () => {
		const { renderer, params } = randomScene(4);
		const svg = renderer.toSvg(params);
		expect(svg).toContain('viewBox="0 0 64 48"');
		expect(svg.match(/<rect /g)).toHaveLength(1);
		expect(svg.match(/<path /g)).toHaveLength(12);
		expect(svg).toContain('stroke-linecap="round"');
		expect(svg).toContain('stroke-linejoin="round"');
	});

	it('leaves out strokes that are invisible or no numbers', () => {
		const { renderer, params } = randomScene(4);
		params.colors[3] = 0;
		params.widths[1] = 0;
		params.points[params.points.length - 1] = Number.NaN;
		expect(renderer.toSvg(params).match(/<path /g)).toHaveLength(9);
	});
});
