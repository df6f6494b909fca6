/** @file The reference engine against numbers from elsewhere: tables, arithmetic by hand. */

import { describe, expect, it } from 'vitest';
import { erf } from '../../src/engines/reference/erf.js';
import { evaluate64, evaluateNode } from '../../src/engines/reference/index.js';
import type { Tensor } from '../../src/tensor/index.js';
import * as t from '../../src/tensor/index.js';
import { cases } from './cases.js';

const value = (y: Tensor) => [...evaluate64({ y }, {}).y!];
const filled = (shape: t.Shape, f = (i: number) => i + 1) =>
	t.constant(
		Float32Array.from({ length: t.sizeOf(shape) }, (_, i) => f(i)),
		shape,
	);

describe('erf', () => {
	it.each([
		[0, 0],
		[0.1, 0.1124629160182849],
		[0.5, 0.5204998778130465],
		[1, 0.8427007929497149],
		[-1.7, -0.9837904585907746],
		[2, 0.9953222650189527],
		[3.3, 0.9999969422902035],
		[5.9, 0.9999999999999999],
		[40, 1],
		[Number.NEGATIVE_INFINITY, -1],
	])('erf(%d) to double precision', (x, y) => expect(Math.abs(erf(x) - y)).toBeLessThan(1e-15));
	it('keeps NaN', () => expect(erf(Number.NaN)).toBeNaN());
});

describe('kernels by hand', () => {
	it('matmul', () => {
		expect(value(t.matmul(filled([2, 3]), filled([3, 2])))).toEqual([22, 28, 49, 64]);
	});
	it('softmax', () => {
		const [a, b] = value(t.softmax(t.constant(new Float32Array([0, 1]))));
		expect(a).toBeCloseTo(1 / (1 + Math.E), 15);
		expect(b).toBeCloseTo(Math.E / (1 + Math.E), 15);
	});
	it('layerNorm', () => {
		const y = value(
			t.layerNorm(
				filled([1, 3]),
				filled([3]),
				filled([3], () => 10),
				0,
			),
		);
		const r = Math.sqrt(1.5);
		for (const [i, v] of [10 - r, 10, 10 + 3 * r].entries()) expect(y[i]).toBeCloseTo(v, 12);
	});
	it('batch statistics', () => {
		const { mean, variance } = t.batchStatistics(filled([2, 2, 1, 2]), 1);
		expect(value(mean)).toEqual([3.5, 5.5]); // channels hold 1 2 5 6 and 3 4 7 8
		expect(value(variance)).toEqual([4.25, 4.25]);
	});
	it('conv2d is a cross-correlation, not flipped', () => {
		const kernel = t.constant(new Float32Array([1, 0, 0, 0]), [1, 1, 2, 2]);
		expect(value(t.conv2d(filled([1, 1, 3, 3]), kernel))).toEqual([1, 2, 4, 5]);
	});
	it('conv2d pads top, left, bottom, right', () => {
		const kernel = t.constant(new Float32Array([1]), [1, 1, 1, 1]);
		expect(value(t.conv2d(filled([1, 1, 1, 1]), kernel, { padding: [1, 2, 0, 1] }))).toEqual([0, 0, 0, 0, 0, 0, 1, 0]);
	});
	it('conv2d in groups', () => {
		const kernel = t.constant(new Float32Array([1, 10, 100, 1000]), [2, 2, 1, 1]);
		expect(value(t.conv2d(filled([1, 4, 1, 1]), kernel, { groups: 2 }))).toEqual([21, 4300]);
	});
	it('both layouts of conv2d agree', () => {
		const x = filled([2, 3, 4, 5], (i) => Math.sin(i));
		const w = filled([2, 3, 3, 2], (i) => Math.cos(i));
		const nchw = t.conv2d(x, w, { stride: 2, padding: [1, 0, 2, 1] });
		const nhwc = t.conv2d(t.transpose(x, [0, 2, 3, 1]), t.transpose(w, [2, 3, 1, 0]), {
			stride: 2,
			padding: [1, 0, 2, 1],
			layout: 'NHWC',
		});
		const back = value(t.transpose(nhwc, [0, 3, 1, 2]));
		for (const [i, v] of value(nchw).entries()) expect(back[i]).toBeCloseTo(v, 12);
	});
	it('gather and scatterRows', () => {
		const ids = t.constant(new Int32Array([2, 0, 2]));
		expect(value(t.gather(filled([3, 2]), ids))).toEqual([5, 6, 1, 2, 5, 6]);
		expect(value(t.apply('scatterRows', [ids, filled([3, 2])], { rows: 3 }))).toEqual([3, 4, 0, 0, 6, 8]);
	});
	it('refuses rows outside the table', () => {
		expect(() => value(t.gather(filled([3, 2]), t.constant(new Int32Array([3]))))).toThrow(
			/rows? indices in 0\.\.2, got 3/,
		);
	});
});

it('evaluateNode is evaluate64 of one node, rounded to float32', () => {
	for (const { output, inputs, feeds } of cases) {
		if (output.inputs.some((x) => !inputs.includes(x))) continue;
		const constants = output.inputs.map((x) => t.constant(feeds[x.name!]!, x.shape));
		const y = evaluateNode(t.apply(output.op, constants, output.attributes), constants);
		expect(y).toEqual(Float32Array.from(evaluate64({ output }, feeds).output!));
	}
});
