/** @file One or more small programs per op: what every engine must compute alike. */

import { Random } from '../../src/random.js';
import type { ConvolutionOptions, Shape, Tensor } from '../../src/tensor/index.js';
import * as t from '../../src/tensor/index.js';

/** An input of a case: float numbers by rule, or int32 indices below a bound. */
export interface Spec {
	readonly shape: Shape;
	/** 'any' standard normal; 'positive' in 0.5..2; 'apart' all values at least 0.01 from each other and from 0; 'coarse' small integers, many of them equal. */
	readonly values?: 'any' | 'positive' | 'apart' | 'coarse';
	/** Set for int32 indices in 0..below-1. */
	readonly below?: number;
	readonly data?: readonly number[];
}

export interface Case {
	readonly op: string;
	readonly name: string;
	readonly inputs: readonly Tensor[];
	readonly feeds: Readonly<Record<string, Float32Array | Int32Array>>;
	readonly output: Tensor;
	/** Whether central differences apply: the op is differentiable at these inputs. */
	readonly smooth: boolean;
	/** Whether the gradient of the gradient is checked too. */
	readonly second: boolean;
	/** What float32 engines may deviate by, as a share of the largest value. */
	readonly tolerance: number;
}

/** All cases, by op. */
export const cases: Case[] = [];

/** The numbers of a spec. */
export function numbers({ shape, values = 'any', below, data }: Spec, random: Random): Float32Array | Int32Array {
	const size = t.sizeOf(shape);
	if (below !== undefined) return Int32Array.from(data ?? Array.from({ length: size }, () => random.int(below)));
	if (data) return Float32Array.from(data);
	if (values !== 'apart')
		return Float32Array.from({ length: size }, () =>
			values === 'any' ? random.normal() : values === 'positive' ? random.uniform(0.5, 2) : random.int(3) - 1,
		);
	// A shuffled grid of step 0.05 around 0, each point moved by at most 0.02.
	const grid = Array.from(
		{ length: size },
		(_, i) => (i - Math.floor(size / 2) + 0.5) * 0.05 + random.uniform(-0.02, 0.02),
	);
	for (let i = size - 1; i > 0; i--) {
		const j = random.int(i + 1);
		[grid[i], grid[j]] = [grid[j]!, grid[i]!];
	}
	return Float32Array.from(grid);
}

type Build = (...inputs: [Tensor, Tensor, Tensor, Tensor]) => Tensor;

function add(
	op: string,
	name: string,
	specs: readonly (Spec | Shape)[],
	build: Build,
	{ smooth = true, second = false, tolerance = 3e-6 } = {},
): void {
	const random = new Random(cases.length + 1).split(op);
	const full = specs.map((s): Spec => (Array.isArray(s) ? { shape: s as Shape } : (s as Spec)));
	const inputs = full.map((s, i) => t.input(`x${i}`, s.shape, s.below === undefined ? 'float32' : 'int32'));
	const feeds = Object.fromEntries(full.map((s, i) => [`x${i}`, numbers(s, random)]));
	cases.push({
		op,
		name,
		inputs,
		feeds,
		output: build(...(inputs as unknown as Parameters<Build>)),
		smooth,
		second,
		tolerance,
	});
}

// Elementwise, two operands: equal, inner and outer broadcasting, scalars, a number.
const pairs: readonly (readonly [string, Shape, Shape])[] = [
	['same shape', [3, 5], [3, 5]],
	['row', [2, 3, 5], [5]],
	['both broadcast', [4, 1, 3], [2, 1]],
	['scalar', [], [2, 3]],
];
for (const [name, a, b] of pairs) {
	add('add', name, [a, b], t.add);
	add('sub', name, [a, b], t.sub);
	add('mul', name, [a, b], t.mul, { second: true });
	add('div', name, [a, { shape: b, values: 'positive' }], t.div, { second: true });
	add('maximum', name, [a, b], t.maximum);
	add('minimum', name, [a, b], t.minimum);
	add('greater', name, [a, b], t.greater);
}
const ties: Spec[] = [
	{ shape: [4, 6], values: 'coarse' },
	{ shape: [6], values: 'coarse' },
];
add('maximum', 'ties', ties, t.maximum, { smooth: false });
add('minimum', 'ties', ties, t.minimum, { smooth: false });
add('greater', 'ties', ties, t.greater, { smooth: false });
add('sub', 'number on the left', [[3]], (x) => t.sub(1.5, x));
add('div', 'number on the left', [{ shape: [3], values: 'positive' }], (x) => t.div(2, x));
add('mul', 'with itself', [[7]], (x) => t.mul(x, x), { second: true });
add('sub', 'from itself', [[7]], (x) => t.sub(x, x));

// Elementwise, one operand.
const unary: readonly (readonly [string, (x: Tensor) => Tensor, Spec['values']])[] = [
	['neg', t.neg, 'any'],
	['exp', t.exp, 'any'],
	['log', t.log, 'positive'],
	['sqrt', t.sqrt, 'positive'],
	['abs', t.abs, 'apart'],
	['sign', t.sign, 'apart'],
	['relu', t.relu, 'apart'],
	['sigmoid', t.sigmoid, 'any'],
	['tanh', t.tanh, 'any'],
	['erf', t.erf, 'any'],
];
for (const [op, f, values] of unary) {
	// The slope of tanh is 1 - y^2: far out nearly all digits cancel.
	const tolerance = op === 'tanh' ? 1e-4 : 3e-6;
	add(op, 'rank 3', [{ shape: [2, 3, 5], values: values! }], f, { second: true, tolerance });
	add(op, 'scalar', [{ shape: [], values: values! }], f, { tolerance });
}
const zeros: Spec = { shape: [4, 3], values: 'coarse' };
add('abs', 'zeros', [zeros], t.abs, { smooth: false });
add('sign', 'zeros', [zeros], t.sign, { smooth: false });
add('relu', 'zeros', [zeros], t.relu, { smooth: false });
const wide: Spec = { shape: [9], data: [-60, -20, -6, -2, 0, 2, 6, 20, 60] };
add('sigmoid', 'far out', [wide], t.sigmoid);
add('tanh', 'far out', [wide], t.tanh, { tolerance: 1e-4 });
add('erf', 'far out', [wide], t.erf);
add('swish', 'far out', [wide], t.silu);
add('swish', 'SiLU', [[3, 4]], t.silu, { second: true });
add('swish', 'QuickGELU', [[3, 4]], t.quickGelu, { second: true });
add('erf', 'GELU', [[3, 4]], t.gelu, { second: true });
add('tanh', 'GELU', [[3, 4]], t.geluTanh, { second: true });
add('stopGradient', 'alone', [[3, 4]], t.stopGradient, { smooth: false });
add('stopGradient', 'in a product', [[3, 4]], (x) => t.mul(x, t.stopGradient(x)), { smooth: false });

// Reductions.
const axes: readonly (readonly [string, readonly number[] | undefined, boolean])[] = [
	['all', undefined, false],
	['all kept', undefined, true],
	['last', [-1], false],
	['last kept', [-1], true],
	['first and last', [0, 3], false],
	['middle kept', [1, 2], true],
];
for (const [name, a, keep] of axes) {
	add('sum', name, [[2, 3, 4, 5]], (x) => t.sum(x, a, keep));
	add('mean', name, [[2, 3, 4, 5]], (x) => t.mean(x, a, keep));
	add('max', name, [{ shape: [2, 3, 4, 5], values: 'apart' }], (x) => t.max(x, a, keep));
}
add('sum', 'of squares', [[3, 4]], (x) => t.sum(t.square(x), [0]), { second: true });
add('max', 'ties', [{ shape: [5, 7], values: 'coarse' }], (x) => t.max(x, [1]), { smooth: false });
add('max', 'pool NCHW', [{ shape: [2, 3, 4, 6], values: 'apart' }], (x) => t.maxPool2d(x, 2));
add('mean', 'pool NHWC', [[2, 4, 6, 3]], (x) => t.avgPool2d(x, 2, 'NHWC'));
add('sum', 'no axes', [[2, 3]], (x) => t.sum(x, []));

// Shaping.
add('reshape', 'merge and split', [[2, 3, 4]], (x) => t.reshape(x, [3, -1]));
add('reshape', 'to a scalar', [[1, 1]], (x) => t.reshape(x, []));
add('broadcastTo', 'inner and leading', [[3, 1]], (x) => t.broadcastTo(x, [2, 3, 4]));
add('broadcastTo', 'scalar', [[]], (x) => t.broadcastTo(x, [2, 3]));
add('broadcastTo', 'repeat', [[3, 2]], (x) => t.repeat(x, 4));
add('transpose', 'last two', [[2, 3, 4]], (x) => t.transpose(x));
add('transpose', 'cycle', [[2, 3, 4, 5]], (x) => t.transpose(x, [3, 0, 2, 1]));
add('transpose', 'six axes', [[2, 1, 3, 2, 2, 3]], (x) => t.transpose(x, [0, 2, 4, 1, 3, 5]));
add('slice', 'middle', [[3, 5, 4]], (x) => t.slice(x, 1, 1, 4));
add('slice', 'last axis, negative', [[3, 5]], (x) => t.slice(x, -1, 3, 5));
add('slice', 'box of rank 5', [[3, 2, 4, 2, 3]], (x) =>
	t.apply('slice', [x], { begin: [1, 0, 1, 1, 0], end: [3, 2, 3, 2, 2] }),
);
add('pad', 'uneven', [[2, 3]], (x) => t.pad(x, [0, 2], [1, 1]));
add('pad', 'rank 4', [[2, 2, 3, 1]], (x) => t.pad(x, [0, 1, 0, 2], [1, 0, 2, 0]));
add(
	'concat',
	'three',
	[
		[2, 3],
		[2, 1],
		[2, 4],
	],
	(a, b, c) => t.concat([a, b, c], 1),
);
add(
	'concat',
	'first axis, one twice',
	[
		[2, 3],
		[1, 3],
	],
	(a, b) => t.concat([a, b, a], 0),
);
add(
	'concat',
	'rank 4',
	[
		[2, 3, 2, 2],
		[2, 1, 2, 2],
	],
	(a, b) => t.concat([a, b], -3),
);
add('gather', 'rows', [[7, 3], { shape: [5], below: 7 }], t.gather);
add('gather', 'repeated, rank 2', [[4, 3], { shape: [2, 3], below: 4, data: [0, 3, 3, 1, 3, 0] }], t.gather);
add('gather', 'of scalars', [[6], { shape: [2, 2], below: 6 }], t.gather);
add('gather', 'of matrices', [[4, 2, 3], { shape: [3], below: 4 }], t.gather);
add('scatterRows', 'repeated', [{ shape: [5], below: 3, data: [0, 2, 2, 0, 2] }, [5, 4]], (ids, d) =>
	t.apply('scatterRows', [ids, d], { rows: 3 }),
);
add('scatterRows', 'rank 2 indices', [{ shape: [2, 3], below: 9 }, [2, 3, 2]], (ids, d) =>
	t.apply('scatterRows', [ids, d], { rows: 9 }),
);
add('scatterRows', 'scalars', [{ shape: [6], below: 4 }, [6]], (ids, d) =>
	t.apply('scatterRows', [ids, d], { rows: 4 }),
);
add('oneHot', 'vector', [{ shape: [5], below: 4 }], (ids) => t.oneHot(ids, 4));
add('oneHot', 'matrix', [{ shape: [2, 3], below: 3 }], (ids) => t.oneHot(ids, 3));
add('oneHot', 'times weights', [{ shape: [4], below: 3 }, [4, 3]], (ids, w) => t.sum(t.mul(t.oneHot(ids, 3), w), [1]));

// Matrix products: all transpositions, batches on either side, broadcast batches, odd sizes.
for (const ta of [false, true])
	for (const tb of [false, true]) {
		const flags = `${ta ? "A'" : 'A'}${tb ? "B'" : 'B'}`;
		const a = (batch: number[]): Shape => [...batch, ...(ta ? [4, 3] : [3, 4])];
		const b = (batch: number[]): Shape => [...batch, ...(tb ? [5, 4] : [4, 5])];
		const f: Build = (x, y) => t.matmul(x, y, ta, tb);
		add('matmul', `${flags} matrices`, [a([]), b([])], f, { second: true });
		add('matmul', `${flags} batch`, [a([2, 3]), b([2, 3])], f);
		add('matmul', `${flags} shared right`, [a([2]), b([])], f, { second: true });
		add('matmul', `${flags} shared left`, [a([]), b([3])], f);
		add('matmul', `${flags} broadcast batches`, [a([2, 1]), b([3])], f);
	}
add(
	'matmul',
	'column times row',
	[
		[5, 1],
		[1, 3],
	],
	(x, y) => t.matmul(x, y),
);
add(
	'matmul',
	'row times column',
	[
		[1, 7],
		[7, 1],
	],
	(x, y) => t.matmul(x, y),
);
add('matmul', 'with itself', [[3, 3]], (x) => t.matmul(x, x), { second: true });
add('matmul', 'Gram matrix', [[2, 3, 4]], (x) => t.matmul(x, x, false, true), { second: true });
add('matmul', 'linear with bias', [[2, 3, 4], [5, 4], [5]], (x, w, b) => t.linear(x, w, b));

// Rows.
for (const [name, shape] of [
	['rank 1', [6]],
	['rank 3', [2, 3, 5]],
	['one column', [3, 1]],
] as const) {
	add('softmax', name, [shape], t.softmax, { second: true });
	add('logSoftmax', name, [shape], t.logSoftmax, { second: true });
	add('rowMean', name, [shape], (x) => t.apply('rowMean', [x]));
}
add('softmax', 'large numbers', [{ shape: [2, 3], data: [900, 901, 899, -700, -710, -705] }], t.softmax);
add('logSoftmax', 'large numbers', [{ shape: [2, 3], data: [900, 901, 899, -700, -710, -705] }], t.logSoftmax);
add('logSoftmax', 'cross-entropy', [[4, 5], { shape: [4, 5], values: 'positive' }], t.crossEntropy);
add('logSoftmax', 'logSumExp', [[3, 4]], t.logSumExp);
for (const shape of [[6], [2, 3, 5]] as const)
	add(
		'rowInverseDeviation',
		`rank ${shape.length}`,
		[shape],
		(x) => t.apply('rowInverseDeviation', [x], { eps: 1e-5 }),
		{
			second: true,
		},
	);
add('layerNorm', 'rank 2', [[3, 6], [6], [6]], (x, g, b) => t.layerNorm(x, g, b), { second: true });
add('layerNorm', 'rank 3', [[2, 3, 5], [5], [5]], (x, g, b) => t.layerNorm(x, g, b, 1e-3), { second: true });
add('layerNorm', 'two in a row', [[3, 6], [6], [6]], (x, g, b) => t.layerNorm(t.square(t.layerNorm(x, g, b)), g, b));
add('div', 'l2Normalise', [[3, 4]], (x) => t.l2Normalise(x), { second: true });

// Convolutions, each with both of its transposes as programs of their own.
const convolutions: readonly (readonly [string, Shape, Shape, ConvolutionOptions])[] = [
	['plain', [2, 3, 5, 6], [4, 3, 3, 3], {}],
	['one pixel', [2, 3, 4, 3], [5, 3, 1, 1], {}],
	['patches', [2, 3, 6, 6], [4, 3, 3, 3], { stride: 3 }],
	['strided, padded', [1, 2, 7, 5], [3, 2, 3, 3], { stride: 2, padding: 1 }],
	['stride leaves a rest', [1, 2, 8, 6], [3, 2, 3, 3], { stride: 2 }],
	['stride over the kernel', [1, 2, 7, 8], [3, 2, 2, 2], { stride: 3 }],
	['one pixel, strided', [1, 2, 5, 4], [3, 2, 1, 1], { stride: 2 }],
	['uneven padding', [1, 2, 5, 4], [3, 2, 3, 2], { padding: [2, 0, 1, 3] }],
	['uneven padding, strided', [1, 2, 6, 5], [3, 2, 4, 3], { stride: 2, padding: [1, 2, 2, 0] }],
	['padding of the kernel', [1, 2, 3, 3], [2, 2, 3, 3], { padding: 3 }],
	['oblong kernel', [2, 2, 5, 5], [3, 2, 1, 5], { padding: [0, 2, 0, 2] }],
];
const grouped: typeof convolutions = [
	['two groups', [2, 4, 5, 4], [6, 2, 3, 3], { groups: 2, padding: 1 }],
	['depthwise', [2, 3, 5, 6], [3, 1, 3, 3], { groups: 3, padding: 1 }],
	['depthwise, strided', [1, 3, 7, 6], [3, 1, 3, 3], { groups: 3, stride: 2, padding: [0, 1, 1, 0] }],
	['depthwise, multiplied', [1, 3, 5, 4], [6, 1, 3, 2], { groups: 3 }],
];
for (const [name, x, w, options] of [...convolutions, ...grouped]) addConvolution(`NCHW ${name}`, x, w, options);
for (const [name, [n, c, h, width], [o, i, kh, kw], options] of convolutions)
	addConvolution(`NHWC ${name}`, [n!, h!, width!, c!], [kh!, kw!, i!, o!], { ...options, layout: 'NHWC' });

function addConvolution(name: string, x: Shape, w: Shape, options: ConvolutionOptions): void {
	const { layout = 'NCHW', stride = 1, padding = 0, groups = 1 } = options;
	const attributes = {
		layout,
		stride,
		groups,
		padding: typeof padding === 'number' ? Array(4).fill(padding) : padding,
	};
	const y = t.conv2d(t.input('x', x), t.input('w', w), options).shape;
	const second = /strided|two groups/.test(name);
	add('conv2d', name, [x, w], (a, b) => t.conv2d(a, b, options), { second });
	add('conv2dGradInput', name, [y, w], (dy, b) => t.apply('conv2dGradInput', [dy, b], { ...attributes, xShape: x }), {
		second,
	});
	add(
		'conv2dGradWeight',
		name,
		[x, y],
		(a, dy) => t.apply('conv2dGradWeight', [a, dy], { ...attributes, weightShape: w }),
		{
			second,
		},
	);
}

// Batch statistics, channels in the middle and last.
for (const [name, shape, axis] of [
	['NCHW', [2, 3, 2, 3], 1],
	['NHWC', [2, 3, 2, 3], 3],
	['rank 2', [5, 4], 1],
] as const) {
	add('batchMean', name, [shape], (x) => t.batchStatistics(x, axis).mean);
	add('batchVariance', name, [shape], (x) => t.batchStatistics(x, axis).variance, { second: true });
	const c = [shape[axis]!];
	add('batchNormTrain', name, [shape, c, c], (x, g, b) => t.batchNormTrain(x, g, b, axis), { second: true });
	add('mul', `batchNorm ${name}`, [shape, c, c, { shape: c, values: 'positive' }], (x, g, b, v) =>
		t.batchNorm(x, g, b, { mean: b, variance: v }, axis),
	);
}
