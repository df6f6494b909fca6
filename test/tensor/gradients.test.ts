/** @file The reverse sweep itself: what it builds, what it leaves out, what it refuses. */

import { describe, expect, it } from 'vitest';
import { evaluate64 } from '../../src/engines/reference/index.js';
import type { Tensor } from '../../src/tensor/index.js';
import * as t from '../../src/tensor/index.js';

const x = t.input('x', [3]);
const y = t.input('y', [3]);
const feeds = { x: Float32Array.of(1, 2, 3), y: Float32Array.of(4, 5, 6) };
const value = (g: Tensor | undefined) => [...evaluate64({ g: g! }, feeds).g!];
const refusal = (code: string, message: RegExp) =>
	expect.objectContaining({ code, message: expect.stringMatching(message) });

describe('gradients', () => {
	it('adds up all paths', () => {
		const [dx] = t.gradients(t.sum(t.add(t.mul(x, x), t.mul(x, y))), [x]);
		expect(value(dx)).toEqual([6, 9, 12]); // 2 x + y
	});
	it('is zeros where the loss does not depend', () => {
		const [dx, dy] = t.gradients(t.sum(x), [x, y]);
		expect(value(dx)).toEqual([1, 1, 1]);
		expect(value(dy)).toEqual([0, 0, 0]);
		expect(dy!.shape).toEqual([3]);
	});
	it('is one for the loss itself', () => {
		const loss = t.sum(x);
		expect(value(t.gradients(loss, [loss])[0])).toEqual([1]);
	});
	it('takes an inner node, beside what it is made of', () => {
		const square = t.mul(x, x);
		const [dSquare, dx] = t.gradients(t.sum(t.mul(square, y)), [square, x]);
		expect(value(dSquare)).toEqual([4, 5, 6]);
		expect(value(dx)).toEqual([8, 20, 36]);
	});
	it('takes a seed for a loss that is not a scalar', () => {
		const [dx] = t.gradients(t.mul(x, y), [x], t.constant(Float32Array.of(1, 0, -1)));
		expect(value(dx)).toEqual([4, 0, -6]);
	});
	it('takes a loss of one number of any rank', () => {
		expect(value(t.gradients(t.sum(x, [0], true), [x])[0])).toEqual([1, 1, 1]);
	});
	it('never passes stopGradient, not even for infinite values', () => {
		const [dx] = t.gradients(t.sum(t.mul(t.stopGradient(t.div(x, 0)), x)), [x]);
		expect(value(dx)).toEqual([Infinity, Infinity, Infinity]); // d (c x) / d x = c, and no NaN
	});
	it('builds nothing for branches that lead elsewhere', () => {
		const [dx] = t.gradients(t.sum(t.add(x, t.exp(y))), [x]);
		expect(t.topological([dx!]).map((n) => n.op)).not.toContain('exp');
	});
	it('walks deep graphs without recursion', () => {
		let deep: Tensor = x;
		for (let i = 0; i < 20_000; i++) deep = t.neg(deep);
		expect(value(t.gradients(t.sum(deep), [x])[0])).toEqual([1, 1, 1]);
	});
});

describe('refusals', () => {
	it('of a loss that is no scalar', () => {
		expect(() => t.gradients(x, [x])).toThrow(refusal('E_SHAPE', /scalar loss \(or a seed\), got \[3\]; reduce it/));
	});
	it('of a seed of another shape', () => {
		expect(() => t.gradients(x, [x], t.constant(1))).toThrow(
			refusal('E_SHAPE', /seed of the loss's shape \[3\], got \[\]/),
		);
	});
	it('of an op without a gradient, but only on the way', () => {
		t.defineOp('test only: floor', { doc: 'no gradient', shape: ([a]) => a!.shape });
		const floor = t.apply('test only: floor', [x]);
		expect(() => t.gradients(t.sum(floor), [x])).toThrow(
			refusal('E_ARGUMENT', /differentiable op, got 'test only: floor'/),
		);
		expect(() => t.gradients(t.sum(t.mul(floor, y)), [y])).not.toThrow();
		expect(() => t.gradients(t.sum(t.stopGradient(floor)), [x])).not.toThrow();
	});
});

describe('shape rules refuse', () => {
	const m = t.input('m', [2, 3]);
	const image = t.input('image', [1, 4, 5, 5]);
	it.each<[string, () => Tensor, RegExp]>([
		['sums of shapes that do not broadcast', () => t.add(x, t.input('z', [2])), /broadcast, got \[3\] and \[2\]/],
		['products of vectors', () => t.matmul(x, y), /matrices, got \[3\] and \[3\]/],
		['products that do not fit', () => t.matmul(m, m), /inner dimensions, got \[2,3\] x \[2,3\]/],
		['products that do not fit, transposed', () => t.matmul(m, t.transpose(m), false, true), /x \[3,2\]'/],
		['reshapes to another size', () => t.reshape(m, [4, 2]), /shape of 6 numbers for \[2,3\], got \[4,2\]/],
		['broadcasts that shrink', () => t.broadcastTo(m, [1, 3]), /broadcasts to, got \[1,3\]/],
		['no permutation', () => t.transpose(m, [0, 0]), /permutation of 2 axes, got \[0,0\]/],
		['slices outside', () => t.slice(m, 1, 1, 4), /box inside \[2,3\]/],
		['empty slices', () => t.slice(m, 1, 2, 2), /box inside \[2,3\]/],
		['axes outside', () => t.sum(m, [2]), /axes of a rank-2 tensor, got \[2\]/],
		['concatenations that do not fit', () => t.concat([m, t.input('z', [3, 3])], 1), /equal but for axis 1/],
		['empty concatenations', () => t.concat([], 0), /at least one tensor/],
		['float indices', () => t.gather(m, x), /int32 indices, got float32/],
		['gains of another length', () => t.layerNorm(m, m, x), /gain and bias of 3, got \[2,3\]/],
		['weights for other channels', () => t.conv2d(image, t.input('w', [2, 3, 3, 3])), /NCHW weight for 4 channels/],
		['groups that do not divide', () => t.conv2d(image, t.input('w', [3, 2, 3, 3]), { groups: 2 }), /in 2 groups/],
		['kernels larger than the picture', () => t.conv2d(image, t.input('w', [2, 4, 6, 6])), /at least the kernel 6x6/],
		['pools that do not divide', () => t.avgPool2d(image, 2), /multiples of 2, got \[1,4,5,5\]/],
		['constants of another size', () => t.constant(new Float32Array(3), [2]), /2 numbers for \[2\], got 3/],
	])('%s', (_, build, message) => expect(build).toThrow(refusal('E_SHAPE', message)));
});
