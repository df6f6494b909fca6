/**
 * @file The pullback of the stroke renderer against central differences of a random linear loss, summed in double precision.
 *
 * The picture is piecewise smooth: a pixel has a kink where it enters the ramp or changes its nearest piece, and an edge jumps by
 * a few hundredths of a pixel where the number of pieces of a curve changes. A step over one of these spoils that one difference, so
 * a point or width counts as agreeing within 3 % of itself or 1 % of the largest entry of its group, and 97 % of them must.
 * Colours and background enter the loss as polynomials and must all agree.
 */

import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/random.js';
import { DEGENERATE, randomScene, type Scene, sceneOf } from './scenes.js';

const STEPS = { points: 1e-3, widths: 1e-3, colors: 2e-2, background: 2e-2 } as const;
const GROUPS = ['points', 'widths', 'colors', 'background'] as const;
type Group = (typeof GROUPS)[number];

function dImageOf(scene: Scene, seed: number): Float32Array {
	const random = new Random(seed);
	return Float32Array.from({ length: scene.renderer.width * scene.renderer.height * 3 }, () => random.normal());
}

function loss({ renderer, params }: Scene, dImage: Float32Array): number {
	const { data } = renderer.render(params).image;
	let sum = 0;
	for (let i = 0; i < data.length; i++) sum += data[i]! * dImage[i]!;
	return sum;
}

function centralDifferences(scene: Scene, group: Group, dImage: Float32Array): Float64Array {
	const array = scene.params[group];
	return Float64Array.from(array, (value, i) => {
		// The step that float32 really takes.
		array[i] = value + STEPS[group];
		const high = array[i]!;
		const up = loss(scene, dImage);
		array[i] = value - STEPS[group];
		const low = array[i]!;
		const down = loss(scene, dImage);
		array[i] = value;
		return (up - down) / (high - low);
	});
}

interface Agreement {
	agreeing: number;
	total: number;
	worst: string;
}

function compare(scene: Scene, group: Group, seed: number): Agreement {
	const dImage = dImageOf(scene, seed);
	const exact = scene.renderer.render(scene.params).pullback(dImage)[group]!;
	const approximate = centralDifferences(scene, group, dImage);
	const largest = approximate.reduce((max, v) => Math.max(max, Math.abs(v)), 0);
	const kinks = group === 'points' || group === 'widths';
	let agreeing = 0;
	let worst = '';
	approximate.forEach((expected, i) => {
		const allowed = (kinks ? 0.03 : 1e-3) * Math.abs(expected) + (kinks ? 0.01 : 1e-4) * largest + 1e-3;
		if (Math.abs(exact[i]! - expected) <= allowed) agreeing++;
		else worst = `${group}[${i}] ${exact[i]} but ${expected}`;
	});
	return { agreeing, total: approximate.length, worst };
}

describe('gradients of random scenes', () => {
	for (const group of GROUPS) {
		it(`agree with central differences: ${group}`, () => {
			let agreeing = 0;
			let total = 0;
			let worst = '';
			for (let seed = 1; seed <= 8; seed++) {
				const result = compare(randomScene(seed), group, seed);
				agreeing += result.agreeing;
				total += result.total;
				worst ||= result.worst;
			}
			const needed = group === 'points' || group === 'widths' ? 0.97 : 1;
			expect(agreeing / total, worst).toBeGreaterThanOrEqual(needed);
		});
	}

	it('agree along random directions of all groups at once', () => {
		// Kinks average out over a picture: the sum over 30 directions is within 2 %.
		let error = 0;
		let size = 0;
		for (let seed = 1; seed <= 30; seed++) {
			const scene = randomScene(seed);
			const dImage = dImageOf(scene, seed);
			const grads = scene.renderer.render(scene.params).pullback(dImage);
			const random = new Random(1000 + seed);
			const ends = [1, -1].map(() => structuredClone(scene.params));
			let expected = 0;
			for (const group of GROUPS) {
				const scale = group === 'points' || group === 'widths' ? 3e-4 : 1e-4;
				for (let i = 0; i < scene.params[group].length; i++) {
					const step = scale * random.normal();
					ends[0]![group]![i]! += step;
					ends[1]![group]![i]! -= step;
					expected += grads[group]![i]! * (ends[0]![group]![i]! - ends[1]![group]![i]!);
				}
			}
			const [up, down] = ends.map((params) => loss({ ...scene, params: params as Scene['params'] }, dImage));
			error += (up! - down! - expected) ** 2;
			size += expected ** 2;
		}
		expect(Math.sqrt(error / size)).toBeLessThan(0.02);
	});
});

describe('gradients of degenerate scenes', () => {
	for (const [name, scene] of Object.entries(DEGENERATE)) {
		it(`agree with central differences: ${name}`, () => {
			for (const group of GROUPS) {
				// Pulling one end of a dot has a kink at exactly no length: dots are moved as a whole below.
				if (group === 'points' && name === 'zero-length strokes') continue;
				const { agreeing, total, worst } = compare(scene, group, 5);
				// So few entries that one spoiled difference may be all that 3 % leave.
				const allowed = group === 'points' || group === 'widths' ? Math.max(1, Math.floor(0.03 * total)) : 0;
				expect(total - agreeing, worst).toBeLessThanOrEqual(allowed);
			}
		});
	}

	it('agree with central differences of dots moved as a whole', () => {
		const scene = DEGENERATE['zero-length strokes']!;
		const { points } = scene.params;
		const dImage = dImageOf(scene, 5);
		const exact = scene.renderer.render(scene.params).pullback(dImage).points!;
		for (let stroke = 0; stroke < 3; stroke++) {
			for (const axis of [0, 1]) {
				const at = [0, 2, 4, 6].map((k) => 8 * stroke + k + axis);
				const value = points[at[0]!]!;
				const losses = [1, -1].map((sign) => {
					for (const i of at) points[i] = value + sign * 2 ** -10;
					return [loss(scene, dImage), points[at[0]!]!] as const;
				});
				for (const i of at) points[i] = value;
				const [[up, high], [down, low]] = losses as [readonly [number, number], readonly [number, number]];
				const expected = (up - down) / (high - low);
				const sum = at.reduce((total, i) => total + exact[i]!, 0);
				expect(Math.abs(sum - expected)).toBeLessThan(0.01 + 0.02 * Math.abs(expected));
			}
		}
	});

	it('reach the inner control points of a straight stroke', () => {
		const { renderer, params } = sceneOf(24, 20, [[[3.1, 4.2, 9.1, 8.2, 15.1, 12.2, 21.1, 16.2], 3, [0, 0, 0, 1]]]);
		// Darkening one side pulls the inner points towards it: down (y grows) and left.
		const dImage = new Float32Array(24 * 20 * 3);
		for (let y = 0; y < 20; y++) {
			for (let x = 0; x < 24; x++)
				if (y > 4.2 + (2 / 3) * (x - 3.1)) dImage.fill(1, (y * 24 + x) * 3, (y * 24 + x) * 3 + 3);
		}
		const { points } = renderer.render(params).pullback(dImage);
		for (const k of [2, 4]) {
			expect(points![k]!).toBeGreaterThan(0.5);
			expect(points![k + 1]!).toBeLessThan(-0.5);
		}
	});

	it('reach the width of a hairline and the colour of what opacity 1 hides', () => {
		const scene = DEGENERATE['opacity 0 and 1']!;
		const dImage = dImageOf(scene, 3);
		const { colors, points } = scene.renderer.render(scene.params).pullback(dImage);
		// Opacity 0: invisible, so only the opacity itself matters.
		expect(Array.from(colors!.subarray(4, 7))).toEqual([0, 0, 0]);
		expect(Math.abs(colors![7]!)).toBeGreaterThan(0.1);
		expect(points!.subarray(8, 16).every((v) => v === 0)).toBe(true);
		const hair = DEGENERATE.hairlines!;
		const { widths } = hair.renderer.render(hair.params).pullback(dImageOf(hair, 3));
		expect(widths!.every((v) => Math.abs(v) > 0.1)).toBe(true);
	});
});

describe('gradients at another scale', () => {
	it('agree with central differences of the nominal parameters', () => {
		const { renderer, params } = randomScene(3, { paths: 5 });
		const scene = { renderer: renderer.scaled(2), params };
		let agreeing = 0;
		let total = 0;
		for (const group of ['points', 'widths'] as const) {
			const result = compare(scene, group, 7);
			agreeing += result.agreeing;
			total += result.total;
		}
		expect(agreeing / total).toBeGreaterThanOrEqual(0.97);
	});
});
