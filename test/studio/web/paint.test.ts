/** @file The page paints what the renderers draw. */

import { createCanvas } from 'canvas';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/random.js';
import { fillPass, strokePass } from '../../../src/renderers/paths/copies.js';
import type { Renderer } from '../../../src/renderers/renderer.js';
import { createShapes } from '../../../src/renderers/shapes/index.js';
import { createStrokes } from '../../../src/renderers/strokes/index.js';
import { type Brush, between, cssColor, figureOffsets, paintDrawing, passPaint } from '../../../studio/web/paint.js';

const side = 64;

/** Mean absolute difference of what a renderer draws and what the page paints of it, in [0, 1]. */
function difference(renderer: Renderer): number {
	const params = renderer.init(new Random(3));
	const { image } = renderer.render(params);
	const { layout } = renderer.vectors!;
	const figures = renderer.vectors!.figures(params);
	const canvas = createCanvas(side, side);
	const context = canvas.getContext('2d');
	paintDrawing(context as unknown as Brush, layout, figures, side / layout.width);
	const { data } = context.getImageData(0, 0, side, side);
	let sum = 0;
	for (let p = 0; p < side * side; p++)
		for (let c = 0; c < 3; c++) sum += Math.abs(data[4 * p + c]! / 255 - image.data[3 * p + c]!);
	return sum / (3 * side * side);
}

describe('a painted drawing', () => {
	const canvas = { width: side, height: side };
	it.each([
		['strokes', createStrokes({ ...canvas, paths: 6 })],
		['neon strokes', createStrokes({ ...canvas, paths: 4, brush: 'neon', background: [0, 0, 0.1] })],
		['mirrored strokes', createStrokes({ ...canvas, paths: 4, symmetry: { kind: 'rotate', order: 3 } })],
		['watercolour shapes', createShapes({ ...canvas, count: 5, brush: 'watercolour' })],
		['outlined shapes', createShapes({ ...canvas, count: 4, outline: { width: 2, color: [0, 0, 0] } })],
	])('looks like the renderer draws it: %s', (_, renderer) => {
		expect(difference(renderer)).toBeLessThan(0.012);
	});
});

describe('figures', () => {
	it('begin where the ones before end', () => {
		expect(figureOffsets([1, 2])).toEqual([0, 8, 22]);
	});

	it('are painted in their tint, or not at all', () => {
		const tinted = { ...strokePass, width: { own: 2, plus: 1 }, tint: { toward: [1, 1, 1] as const, share: 0.5 } };
		expect(passPaint(tinted, 3, [1, 0, 0, 0.5])).toEqual({ color: cssColor(1, 0.5, 0.5), alpha: 0.5, width: 7 });
		expect(passPaint(strokePass, 3, [1, 0, 0, 0])).toBeUndefined();
		expect(passPaint(strokePass, 0, [1, 0, 0, 1])).toBeUndefined();
		expect(passPaint(fillPass, 0, [1, 0, 0, 1])).toBeDefined();
	});

	it('glide from one moment to the next, unless their number changes', () => {
		const moment = (v: number, figures = 1) => ({
			points: new Float32Array(8 * figures).fill(v),
			widths: new Float32Array(figures).fill(v),
			colors: new Float32Array(4 * figures).fill(v),
			background: new Float32Array(3).fill(v),
		});
		const [a, b] = [moment(0), moment(1)];
		expect(between(a, b, 0.25).points[3]).toBe(0.25);
		expect(between(a, b, 0.25).colors[0]).toBe(0.25);
		expect(between(a, b, 1)).toBe(b);
		expect(between(undefined, b, 0)).toBe(b);
		const c = moment(1, 2);
		expect(between(a, c, 0.5)).toBe(c);
	});
});
