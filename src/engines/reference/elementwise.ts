/** @file Reference kernels: elementwise ops, reductions, reshape and broadcast. */

import { erf } from './erf.js';
import { broadcastPositions, type Kernel, type Kernels } from './kernel.js';

const unary =
	(f: (x: number) => number): Kernel =>
	([x]) =>
		x!.map(f);

const binary =
	(f: (a: number, b: number) => number): Kernel =>
	([a, b], node) => {
		const fromA = broadcastPositions(node.inputs[0]!.shape, node.shape);
		const fromB = broadcastPositions(node.inputs[1]!.shape, node.shape);
		return Float64Array.from({ length: node.size }, (_, i) => f(a![fromA[i]!]!, b![fromB[i]!]!));
	};

const reduction =
	(
		start: number,
		step: (sofar: number, x: number) => number,
		finish = (total: number, _count: number) => total,
	): Kernel =>
	([x], node) => {
		const shape = node.inputs[0]!.shape;
		const axes = node.attributes.axes as readonly number[];
		// Broadcasting read backwards: each number of x goes to the result that would be repeated over it.
		const to = broadcastPositions(
			shape.map((d, i) => (axes.includes(i) ? 1 : d)),
			shape,
		);
		const y = new Float64Array(node.size).fill(start);
		x!.forEach((v, i) => {
			y[to[i]!] = step(y[to[i]!]!, v);
		});
		return y.map((total) => finish(total, x!.length / node.size));
	};

/** 1 / (1 + e^-x), without overflow. */
const sigmoid = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));

export const elementwise: Kernels = {
	add: binary((a, b) => a + b),
	sub: binary((a, b) => a - b),
	mul: binary((a, b) => a * b),
	div: binary((a, b) => a / b),
	maximum: binary(Math.max),
	minimum: binary(Math.min),
	greater: binary((a, b) => (a > b ? 1 : 0)),
	neg: unary((x) => -x),
	exp: unary(Math.exp),
	log: unary(Math.log),
	sqrt: unary(Math.sqrt),
	abs: unary(Math.abs),
	sign: unary(Math.sign),
	relu: unary((x) => Math.max(x, 0)),
	sigmoid: unary(sigmoid),
	tanh: unary(Math.tanh),
	erf: unary(erf),
	stopGradient: unary((x) => x),
	swish: ([x], node) => x!.map((v) => v * sigmoid((node.attributes.beta as number) * v)),
	sum: reduction(0, (s, x) => s + x),
	mean: reduction(
		0,
		(s, x) => s + x,
		(s, count) => s / count,
	),
	max: reduction(Number.NEGATIVE_INFINITY, Math.max),
	reshape: ([x]) => x!.slice(),
	broadcastTo: ([x], node) => {
		const from = broadcastPositions(node.inputs[0]!.shape, node.shape);
		return Float64Array.from(from, (at) => x![at]!);
	},
};
