/** @file Animated SVG: well formed, no scripts, the finished drawing where nothing moves, the most important mark first. */

import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { encodeAnimatedSvg } from '../../src/export/animated-svg.js';
import { encodePlot } from '../../src/export/plotter.js';
import { encodeSvg } from '../../src/export/svg.js';
import { readMarks, visitElements } from '../../src/export/svg-marks.js';
import { randomScene, sceneOf } from '../renderers/strokes/scenes.js';
import { meanDifference, runOf } from './runs.js';

/** Start and duration in seconds of every path. */
function times(svg: string): { start: number; lasts: number }[] {
	const found: { start: number; lasts: number }[] = [];
	visitElements(svg, ({ name, attributes }) => {
		if (name !== 'path') return;
		const [, start, lasts] = attributes.style!.match(/^--d:([\d.]+)s;--t:([\d.]+)s$/)!;
		found.push({ start: Number(start), lasts: Number(lasts) });
		expect(attributes).toMatchObject({ class: 'm', pathLength: '1' });
	});
	return found;
}

describe('animated svg', () => {
	it('is the finished drawing for viewers that do not animate', async () => {
		for (const seed of [1, 2]) {
			const run = runOf(randomScene(seed), 4);
			const animated = await encodeAnimatedSvg(run);
			expect(animated).not.toMatch(/<script|<animate|javascript|\bon\w+=/i);
			const raster = (svg: string) => sharp(Buffer.from(svg)).flatten().raw().toBuffer();
			expect(meanDifference(await raster(animated), await raster(encodeSvg(run)))).toBeLessThan(0.05);
			expect((await sharp(Buffer.from(animated)).metadata()).width).toBe(256);
		}
	});

	it('draws the layers and the copies of a mark together', async () => {
		const scene = randomScene(3, { paths: 5, brush: 'neon', symmetry: { kind: 'rotate', order: 3 } });
		const drawing = readMarks(scene.renderer.toSvg(scene.params));
		expect(drawing.marks).toHaveLength(5);
		for (const { paints } of drawing.marks) expect(paints.length).toBeGreaterThan(1);
		expect(drawing.marks.flatMap((m) => m.copies).length).toBeGreaterThan(5);
		const run = runOf(scene, 4);
		const animated = await encodeAnimatedSvg(run);
		expect(new Set(times(animated).map(({ start }) => start)).size).toBe(5);
		const raster = (svg: string) => sharp(Buffer.from(svg)).flatten().raw().toBuffer();
		expect(meanDifference(await raster(animated), await raster(encodeSvg(run)))).toBeLessThan(0.05);
		// A pen goes along each of them once, however many layers there are.
		const plot = await encodePlot(run, { pens: 8 });
		expect(plot.lines).toBeLessThanOrEqual(drawing.marks.flatMap((m) => m.copies).length * 2);
	});

	it('moves only for those who do not mind', async () => {
		const svg = await encodeAnimatedSvg(runOf(randomScene(1)));
		const style = svg.match(/<style>([\s\S]*)<\/style>/)![1]!;
		const rules = style.replace(/@keyframes \w+\{(?:[^{}]*\{[^}]*\})*\}/g, '').trim();
		// All that is left besides the keyframes is one block for people without a preference.
		expect(rules).toMatch(/^@media \(prefers-reduced-motion:no-preference\)\{(?:\s*\.\w\{animation:[^}]*\})*\s*\}$/);
	});

	it('draws one mark after the other, and is done in time', async () => {
		const svg = await encodeAnimatedSvg(runOf(randomScene(2)), { seconds: 4 });
		const sorted = times(svg).sort((a, b) => a.start - b.start);
		expect(sorted[0]!.start).toBe(0);
		for (const [i, { start, lasts }] of sorted.entries())
			expect(start + lasts).toBeCloseTo(sorted[i + 1]?.start ?? 4, 2);
	});

	it('begins with what changes the picture most, and takes longer for longer lines', async () => {
		const scene = sceneOf(24, 20, [
			[[2, 3, 4, 3, 6, 3, 8, 3], 1, [0, 0, 0, 1]],
			[[2, 10, 8, 10, 14, 10, 22, 10], 4, [0, 0, 0, 1]],
			[[2, 16, 5, 16, 8, 16, 12, 16], 2, [0, 0, 0, 1]],
		]);
		const [thin, thick, middling] = times(await encodeAnimatedSvg(runOf(scene))) as [
			{ start: number; lasts: number },
			{ start: number; lasts: number },
			{ start: number; lasts: number },
		];
		expect([thick.start, thick.lasts]).toEqual([0, middling.start]);
		expect(thin.start).toBeGreaterThan(middling.start);
		expect(thick.lasts / middling.lasts).toBeCloseTo(2, 2);
	});

	it('slows down at the start when asked to', async () => {
		const scene = runOf(randomScene(2));
		const first = async (easing: 'linear' | 'ease-in' | 'ease-out') =>
			times(await encodeAnimatedSvg(scene, { easing })).find(({ start }) => start === 0)!.lasts;
		expect(await first('ease-in')).toBeGreaterThan(await first('linear'));
		expect(await first('ease-out')).toBeLessThan(await first('linear'));
	});
});
