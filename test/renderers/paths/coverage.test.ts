/** @file The coverage lists against the plain definition: every pixel, the distance to every piece, the smallest. */

import { expect, it } from 'vitest';
import { Random } from '../../../src/random.js';
import { CoverageLists } from '../../../src/renderers/paths/coverage.js';
import { Polylines } from '../../../src/renderers/paths/flatten.js';

const WIDTH = 31;
const HEIGHT = 23;

/** Squared distance of a pixel centre to the piece from vertex v to v + 1. */
function distance2({ x, y }: Polylines, v: number, p: number): number {
	const dx = x[v + 1]! - x[v]!;
	const dy = y[v + 1]! - y[v]!;
	const wx = (p % WIDTH) + 0.5 - x[v]!;
	const wy = Math.floor(p / WIDTH) + 0.5 - y[v]!;
	const length2 = dx * dx + dy * dy;
	const u = length2 > 0 ? Math.min(1, Math.max(0, (wx * dx + wy * dy) / length2)) : 0;
	return (wx - u * dx) ** 2 + (wy - u * dy) ** 2;
}

/** Control points of one kind of path, two segments each. */
const KINDS: Readonly<
	Record<string, (random: Random, k: number, last: readonly [number, number]) => [number, number]>
> = {
	wild: (r) => [r.uniform(-10, 41), r.uniform(-10, 33)],
	small: (r, k, [x, y]) =>
		k === 0 ? [r.uniform(0, 31), r.uniform(0, 23)] : [x + r.uniform(-2, 2), y + r.uniform(-2, 2)],
	'on a grid, with coincident points': (r) => [r.int(5) * 5, r.int(4) * 5],
	'folded back on a line': (r) => [r.uniform(-5, 36), 11.5],
	upright: (r) => [15.5, r.uniform(-5, 28)],
	'a dot': (r, k, last) => (k === 0 ? [r.uniform(0, 31), r.uniform(0, 23)] : [...last]),
	'far away': (r) => [r.uniform(-1e4, 1e4), r.uniform(-1e4, 1e4)],
};

for (const [kind, control] of Object.entries(KINDS)) {
	it(`finds every pixel and its nearest piece: ${kind}`, () => {
		const random = new Random(11).split(kind);
		const lines = new Polylines(2);
		const lists = new CoverageLists(WIDTH, HEIGHT);
		let covered = 0;
		for (let round = 0; round < 150; round++) {
			const points = new Float32Array(14);
			let last: [number, number] = [0, 0];
			for (let k = 0; k < 7; k++) {
				last = control(random, k, last);
				points.set(last, 2 * k);
			}
			const reach = random.uniform(0.5, round % 3 === 0 ? 12 : 3);
			lines.reset();
			lists.count = 0;
			lines.add(points, 0, 2, 1, reach, WIDTH, HEIGHT);
			lists.scan(lines, 0, lines.count, reach);
			expect(lists.count).toBeLessThanOrEqual(lists.pixel.length);
			for (let p = 0; p < WIDTH * HEIGHT; p++) {
				let nearest = Infinity;
				for (let v = 0; v < lines.count - 1; v++) nearest = Math.min(nearest, distance2(lines, v, p));
				const entry = lists.slot[p]!;
				lists.slot[p] = -1;
				// A pixel exactly at the rim has no coverage: it may be in the list or not.
				if (Math.abs(nearest - reach * reach) < 1e-6) continue;
				expect(entry >= 0, `round ${round}, pixel ${p}`).toBe(nearest < reach * reach);
				if (entry < 0) continue;
				covered++;
				expect(lists.pixel[entry]).toBe(p);
				expect(Math.abs(lists.value[entry]! - nearest)).toBeLessThan(1e-5 * (1 + nearest));
				expect(Math.abs(distance2(lines, lists.piece[entry]!, p) - nearest)).toBeLessThan(1e-5 * (1 + nearest));
			}
		}
		expect(covered).toBeGreaterThan(kind === 'far away' ? 100 : 1000);
	});
}

it('grows the lists to what strokes need', () => {
	const lines = new Polylines(1);
	const lists = new CoverageLists(300, 300);
	for (const [x, reach] of [
		[150, 1],
		[150, 140],
		[20, 140],
	] as const) {
		lines.reset();
		lines.add(new Float32Array([x, 150, x, 150, x, 150, x, 150]), 0, 1, 1, reach, 300, 300);
		const start = lists.count;
		lists.scan(lines, 0, lines.count, reach);
		let expected = 0;
		for (let p = 0; p < 300 * 300; p++) {
			if (((p % 300) + 0.5 - x) ** 2 + (Math.floor(p / 300) + 0.5 - 150) ** 2 < reach * reach) expected++;
		}
		expect(lists.count - start).toBe(expected);
		expect(lists.count).toBeLessThanOrEqual(lists.pixel.length);
		for (let e = start; e < lists.count; e++) lists.slot[lists.pixel[e]!] = -1;
		expect(lists.slot.every((s) => s === -1)).toBe(true);
	}
});
