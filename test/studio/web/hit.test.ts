import { describe, expect, it } from 'vitest';
import { fillPass, strokePass } from '../../../src/renderers/paths/copies.js';
import { identity } from '../../../src/renderers/symmetry.js';
import type { VectorFigures, VectorLayout } from '../../../src/renderers/vectors.js';
import { distanceTo, encloses, figureAt, figuresIn, simplifyLine } from '../../../studio/web/hit.js';

/** Straight strokes from (x0, y0) to (x1, y1). */
function straight(lines: readonly (readonly [number, number, number, number])[], width = 4): VectorFigures {
	const points = lines.flatMap(([x0, y0, x1, y1]) =>
		[0, 1, 2, 3].flatMap((k) => [x0 + ((x1 - x0) * k) / 3, y0 + ((y1 - y0) * k) / 3]),
	);
	return {
		points: Float32Array.from(points),
		widths: new Float32Array(lines.length).fill(width),
		colors: Float32Array.from(lines.flatMap(() => [0, 0, 0, 1])),
		background: new Float32Array(3),
	};
}
const layout = (figures: number, more: Partial<VectorLayout> = {}): VectorLayout => ({
	width: 100,
	height: 100,
	segments: new Array<number>(figures).fill(1),
	closed: false,
	passes: [strokePass],
	transforms: [identity],
	...more,
});

describe('the stroke under a point', () => {
	const cross = straight([
		[10, 50, 90, 50],
		[50, 10, 50, 90],
	]);

	it('is the topmost one within its width', () => {
		expect(figureAt(layout(2), cross, 50, 50, 0)).toBe(1);
		expect(figureAt(layout(2), cross, 20, 51.9, 0)).toBe(0);
		expect(figureAt(layout(2), cross, 20, 52.1, 0)).toBeUndefined();
		expect(figureAt(layout(2), cross, 20, 54, 3)).toBe(0);
	});

	it('is none that is invisible', () => {
		const hidden = { ...cross, colors: cross.colors.slice() };
		hidden.colors[7] = 0;
		expect(figureAt(layout(2), hidden, 50, 20, 0)).toBeUndefined();
	});

	it('is found under every motion of a symmetry', () => {
		const mirrored = layout(1, { transforms: [identity, [-1, 0, 0, 1, 100, 0]] });
		const left = straight([[10, 10, 10, 90]]);
		expect(figureAt(mirrored, left, 90, 50, 0)).toBe(0);
		expect(figureAt(mirrored, left, 50, 50, 0)).toBeUndefined();
	});

	it('is a filled figure anywhere inside', () => {
		const points = Float32Array.from([20, 20, 110, 20, 110, 80, 20, 80]);
		const blob = { ...straight([[0, 0, 1, 1]]), points };
		const filled = layout(1, { passes: [fillPass], closed: true });
		expect(figureAt(filled, blob, 40, 50, 0)).toBe(0);
		expect(figureAt(filled, blob, 10, 50, 0)).toBeUndefined();
	});

	it('is within a frame when all of it is', () => {
		expect(figuresIn(layout(2), cross, { x0: 0, y0: 40, x1: 100, y1: 60 })).toEqual([0]);
		expect(figuresIn(layout(2), cross, { x0: 0, y0: 0, x1: 100, y1: 100 })).toEqual([0, 1]);
	});
});

describe('geometry', () => {
	it('measures the distance from a line and whether one goes around', () => {
		expect(distanceTo([0, 0, 10, 0], 5, 3)).toBeCloseTo(3);
		expect(distanceTo([0, 0, 10, 0], 13, 4)).toBeCloseTo(5);
		expect(distanceTo([2, 2, 2, 2], 2, 5)).toBeCloseTo(3);
		const square = [0, 0, 10, 0, 10, 10, 0, 10];
		expect(encloses(square, 5, 5)).toBe(true);
		expect(encloses(square, 15, 5)).toBe(false);
	});

	it('leaves out points of a pen that do not bend its way', () => {
		const line = Array.from({ length: 50 }, (_, i) => [i, i < 25 ? 0 : i - 25] as const);
		const kept = simplifyLine(line, 0.5);
		expect(kept[0]).toEqual([0, 0]);
		expect(kept.at(-1)).toEqual([49, 24]);
		expect(kept.length).toBeLessThan(6);
		const wild = Array.from({ length: 2000 }, (_, i) => [i, (i * 7919) % 100] as const);
		expect(simplifyLine(wild, 0.01).length).toBeLessThanOrEqual(400);
		expect(simplifyLine([[3, 3]], 1)).toEqual([[3, 3]]);
	});
});
