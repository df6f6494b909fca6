/** @file TensorFlow.js kernels: elementwise ops, reductions, reshape and broadcast. */

import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { Kernel, Kernels } from './kernel.js';
import type { Tf } from './runtime.js';

const unary =
	(f: (tf: Tf, x: TfTensor) => TfTensor): Kernel =>
	(tf, [x]) =>
		f(tf, x!);
const binary =
	(f: (tf: Tf, a: TfTensor, b: TfTensor) => TfTensor): Kernel =>
	(tf, [a, b]) =>
		f(tf, a!, b!);
const reduction =
	(f: (tf: Tf, x: TfTensor, axes: number[], keep: boolean) => TfTensor): Kernel =>
	(tf, [x], { attributes }) => {
		const axes = attributes.axes as number[];
		return axes.length === 0 ? tf.clone(x!) : f(tf, x!, axes, attributes.keep as boolean);
	};

export const elementwise: Kernels = {
	add: binary((tf, a, b) => tf.add(a, b)),
	sub: binary((tf, a, b) => tf.sub(a, b)),
	mul: binary((tf, a, b) => tf.mul(a, b)),
	div: binary((tf, a, b) => tf.div(a, b)),
	maximum: binary((tf, a, b) => tf.maximum(a, b)),
	minimum: binary((tf, a, b) => tf.minimum(a, b)),
	greater: binary((tf, a, b) => tf.cast(tf.greater(a, b), 'float32')),
	neg: unary((tf, x) => tf.neg(x)),
	exp: unary((tf, x) => tf.exp(x)),
	log: unary((tf, x) => tf.log(x)),
	sqrt: unary((tf, x) => tf.sqrt(x)),
	abs: unary((tf, x) => tf.abs(x)),
	sign: unary((tf, x) => tf.sign(x)),
	relu: unary((tf, x) => tf.relu(x)),
	sigmoid: unary((tf, x) => tf.sigmoid(x)),
	tanh: unary((tf, x) => tf.tanh(x)),
	erf: unary((tf, x) => tf.erf(x)),
	stopGradient: unary((tf, x) => tf.clone(x)),
	swish: (tf, [x], node) => {
		const beta = node.attributes.beta as number;
		return tf.mul(x!, tf.sigmoid(beta === 1 ? x! : tf.mul(x!, beta)));
	},
	sum: reduction((tf, x, axes, keep) => tf.sum(x, axes, keep)),
	mean: reduction((tf, x, axes, keep) => tf.mean(x, axes, keep)),
	max: reduction((tf, x, axes, keep) => tf.max(x, axes, keep)),
	reshape: (tf, [x], node) => tf.reshape(x!, [...node.shape]),
	broadcastTo: (tf, [x], node) => tf.broadcastTo(x!, [...node.shape]),
};
