/** @file A program in two halves gives what it gives as a whole, and keeps no more than it must. */

import { describe, expect, it } from 'vitest';
import { evaluate64 } from '../../src/engines/reference/index.js';
import { Random } from '../../src/random.js';
import {
	add,
	gather,
	gradients,
	input,
	matmul,
	mul,
	parameter,
	reshape,
	splitProgram,
	square,
	sum,
	tanh,
} from '../../src/tensor/index.js';

const random = new Random(1);
const numbers = (n: number) => Float32Array.from({ length: n }, () => random.normal());

describe('splitProgram', () => {
	const x = input('x', [2, 6]);
	const w = parameter('w', [3, 3], numbers(9));
	const hidden = tanh(matmul(reshape(x, [4, 3]), square(w)));
	const late = input('late', [4, 3]);
	const [dw] = gradients(hidden, [w], late);
	const outputs = { hidden, dw: dw!, early: sum(x), both: add(late, hidden) };
	const feeds = { x: numbers(12) };
	const lateFeed = { late: numbers(12) };

	it('computes the same in two halves', () => {
		const { first, second } = splitProgram(outputs, [late]);
		expect(Object.keys(second).sort()).toEqual(['both', 'dw']);
		const before = evaluate64(first, feeds);
		const after = evaluate64(second, { ...feeds, ...before, ...lateFeed });
		const whole = evaluate64(outputs, { ...feeds, ...lateFeed });
		for (const name of ['hidden', 'early']) expect(before[name]).toEqual(whole[name]);
		for (const name of ['both', 'dw']) expect(after[name]).toEqual(whole[name]);
	});

	it('keeps results, once each, but neither inputs, cheap functions of what is kept, nor what depends on weights alone', () => {
		const { first } = splitProgram(outputs, [late]);
		const kept = Object.entries(first).filter(([name]) => name.startsWith('kept:'));
		expect(kept.map(([, node]) => node.op)).toEqual(['tanh']);
	});

	it('takes several late inputs, indices among them', () => {
		const ids = input('ids', [2], 'int32');
		const y = mul(gather(hidden, ids), 2);
		const { first, second } = splitProgram({ y }, [ids, late]);
		const before = evaluate64(first, feeds);
		const after = evaluate64(second, { ...before, ids: Int32Array.of(3, 1) });
		expect(after.y).toEqual(evaluate64({ y }, { ...feeds, ids: Int32Array.of(3, 1) }).y);
	});

	it('leaves everything to the first half when nothing is late', () => {
		const { first, second } = splitProgram({ hidden }, []);
		expect(Object.keys(first)).toEqual(['hidden']);
		expect(second).toEqual({});
	});
});
