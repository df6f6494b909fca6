/** @file Graph rewriting: the same values from fewer nodes. */

import { describe, expect, it } from 'vitest';
import { evaluate64, evaluateNode } from '../../src/engines/reference/index.js';
import type { Tensor } from '../../src/tensor/index.js';
import * as t from '../../src/tensor/index.js';
import { cases } from '../engines/cases.js';
import { deviation, randomLoss } from '../engines/check.js';

const count = (outputs: readonly Tensor[]) => t.topological(outputs).length;
const x = t.input('x', [2, 3]);
const feeds = { x: Float32Array.of(1, -2, 3, -4, 5, -6) };
const ones = t.constant(new Float32Array(6).fill(1), [2, 3]);

describe('identities', () => {
	it.each<[string, Tensor]>([
		['x + 0', t.add(x, 0)],
		['0 + x', t.add(0, x)],
		['x - 0', t.sub(x, 0)],
		['x * 1', t.mul(x, 1)],
		['1 * x', t.mul(1, x)],
		['x * [1 1 ...]', t.mul(x, ones)],
		['x / 1', t.div(x, 1)],
		['-(-x)', t.neg(t.neg(x))],
		['there and back', t.reshape(t.reshape(x, [3, 2]), [2, 3])],
		["x''", t.transpose(t.transpose(x))],
		['one after the other', t.add(t.mul(t.neg(t.neg(x)), 1), 0)],
	])('%s is x itself', (_, y) => expect(t.simplify([y])[0]).toBe(x));

	it.each<[string, Tensor]>([
		['0 - x', t.sub(0, x)],
		['1 / x', t.div(1, x)],
		['x + 0 of a larger shape', t.add(x, t.constant(new Float32Array(12), [2, 2, 3]))],
		['x * 1 of a larger shape', t.mul(t.constant(new Float32Array(12).fill(1), [2, 2, 3]), x)],
		['x * constants that differ', t.mul(x, t.constant(Float32Array.of(1, 1, 2), [3]))],
	])('%s is not', (_, y) => {
		const [simple] = t.simplify([y]);
		expect(simple).not.toBe(x);
		expect(simple!.shape).toEqual(y.shape);
		expect(evaluate64({ y: simple! }, feeds)).toEqual(evaluate64({ y }, feeds));
	});

	it('x * 0 is zeros, without x', () => {
		const [zeros] = t.simplify([t.mul(x, 0)]);
		expect(t.topological([zeros!])).not.toContain(x);
		expect(zeros!.data).toEqual(new Float32Array(6));
	});

	it('two reshapes become one', () => {
		const y = t.reshape(t.reshape(x, [6]), [3, 2]);
		expect(count(t.simplify([y]))).toBe(2);
	});

	it('two transposes become one, in the right order', () => {
		const z = t.input('z', [2, 3, 4]);
		const y = t.transpose(t.transpose(z, [1, 2, 0]), [0, 2, 1]);
		const [simple] = t.simplify([y]);
		expect(count([simple!])).toBe(2);
		const values = { z: Float32Array.from({ length: 24 }, (_, i) => i) };
		expect(evaluate64({ y: simple! }, values)).toEqual(evaluate64({ y }, values));
	});
});

describe('common subexpressions', () => {
	it('are computed once', () => {
		const y = t.add(t.mul(t.exp(x), 2), t.neg(t.mul(t.exp(x), 2)));
		expect(count([y])).toBe(9);
		expect(count(t.simplify([y]))).toBe(6); // x, exp, 2, mul, neg, add
	});
	it('are shared between outputs', () => {
		const [a, b] = t.simplify([t.exp(x), t.exp(x)]);
		expect(a).toBe(b);
	});
	it('need equal attributes', () => {
		const [a, b] = t.simplify([t.sum(x, [0], true), t.sum(x, [1], true)]);
		expect(a).not.toBe(b);
	});
	it('need equal operands in the same order', () => {
		const y = t.input('y', [2, 3]);
		const [a, b] = t.simplify([t.sub(x, y), t.sub(y, x)]);
		expect(a).not.toBe(b);
	});
});

describe('constant folding', () => {
	const c = t.constant(Float32Array.of(1, 2, 3));

	it('computes what needs no input', () => {
		const [y] = t.simplify([t.add(x, t.exp(t.mul(c, 2)))], evaluateNode);
		expect(count([y!])).toBe(3);
		expect([...y!.inputs[1]!.data!]).toEqual([2, 4, 6].map((v) => Math.fround(Math.exp(v))));
	});
	it('leaves parameters alone: their numbers may change', () => {
		const p = t.parameter('p', [3], Float32Array.of(1, 2, 3));
		expect(t.simplify([t.exp(p)], evaluateNode)[0]!.op).toBe('exp');
	});
	it('is not done without an evaluator', () => {
		expect(t.simplify([t.exp(c)])[0]!.op).toBe('exp');
	});
	it('leaves large constants to the engine', () => {
		expect(t.simplify([t.broadcastTo(c, [1 << 15, 3])], evaluateNode)[0]!.op).toBe('broadcastTo');
	});
});

it('keeps inputs and parameters the same objects', () => {
	const p = t.parameter('p', [3], new Float32Array(3));
	const leaves = t.topological(t.simplify([t.add(t.mul(x, p), 0)]));
	expect(leaves).toContain(x);
	expect(leaves).toContain(p);
});

describe('all cases with their gradients', () => {
	it.each(cases.map((c) => [`${c.op}: ${c.name}`, c] as const))('%s', (_, c) => {
		const wrt = c.inputs.filter((i) => i.dtype === 'float32');
		const list = [c.output, ...t.gradients(randomLoss(c.output), wrt)];
		const simple = t.simplify(list, evaluateNode);
		expect(count(simple)).toBeLessThanOrEqual(count(list));
		const value = (all: readonly Tensor[]) => evaluate64(Object.fromEntries(all.map((y, i) => [`y${i}`, y])), c.feeds);
		const before = value(list);
		for (const [name, y] of Object.entries(value(simple))) {
			// Folded constants are rounded to float32.
			expect(deviation(y, before[name]!), name).toBeLessThan(1e-6);
		}
	});
});
