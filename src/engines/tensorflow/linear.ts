/** @file TensorFlow.js kernels: matrix product, softmax, normalisation over the last axis and over a batch. */

import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { sameShape } from '../../tensor/index.js';
import type { Kernel, Kernels } from './kernel.js';
import type { Tf } from './runtime.js';

const matmul: Kernel = (tf, [a, b], node) => {
	const { transposeA, transposeB } = node.attributes as { transposeA: boolean; transposeB: boolean };
	const batch = node.shape.slice(0, -2);
	// A matrix shared by the whole batch: one tall product.
	if (b!.rank === 2 && a!.rank > 2 && !transposeA) {
		const tall = tf.reshape(a!, [-1, a!.shape.at(-1)!]);
		return tf.reshape(tf.matMul(tall, b!, false, transposeB), [...node.shape]);
	}
	// The wasm backend multiplies the wrong matrices where batches of both sides broadcast: repeat them first.
	const whole = (x: TfTensor) =>
		sameShape(x.shape.slice(0, -2), batch) ? x : tf.broadcastTo(x, [...batch, ...x.shape.slice(-2)]);
	return tf.matMul(whole(a!), whole(b!), transposeA, transposeB);
};

/** Mean and biased variance over axes, kept as 1. */
function moments(tf: Tf, x: TfTensor, axes: number[]): { mean: TfTensor; variance: TfTensor; centred: TfTensor } {
	const mean = tf.mean(x, axes, true);
	const centred = tf.sub(x, mean);
	return { mean, centred, variance: tf.mean(tf.square(centred), axes, true) };
}

const inverseDeviation = (tf: Tf, variance: TfTensor, eps: unknown) => tf.rsqrt(tf.add(variance, eps as number));

const otherAxes = (x: TfTensor, axis: unknown): number[] => x.shape.map((_, i) => i).filter((i) => i !== axis);

export const linear: Kernels = {
	matmul,
	softmax: (tf, [x]) => tf.softmax(x!),
	logSoftmax: (tf, [x]) => tf.logSoftmax(x!),
	rowMean: (tf, [x]) => tf.mean(x!, -1, true),
	rowInverseDeviation: (tf, [x], node) =>
		inverseDeviation(tf, moments(tf, x!, [x!.rank - 1]).variance, node.attributes.eps),
	layerNorm: (tf, [x, gain, bias], node) => {
		const { centred, variance } = moments(tf, x!, [x!.rank - 1]);
		const unit = tf.mul(centred, inverseDeviation(tf, variance, node.attributes.eps));
		return tf.add(tf.mul(unit, tf.reshape(gain!, [-1])), tf.reshape(bias!, [-1]));
	},
	batchMean: (tf, [x], { attributes }) => tf.mean(x!, otherAxes(x!, attributes.axis)),
	batchVariance: (tf, [x], node) =>
		tf.reshape(moments(tf, x!, otherAxes(x!, node.attributes.axis)).variance, [...node.shape]),
	batchNormTrain: (tf, [x, gain, bias], { attributes }) => {
		const { centred, variance } = moments(tf, x!, otherAxes(x!, attributes.axis));
		const scale = tf.mul(inverseDeviation(tf, variance, attributes.eps), tf.reshape(gain!, variance.shape));
		return tf.add(tf.mul(centred, scale), tf.reshape(bias!, variance.shape));
	},
};
