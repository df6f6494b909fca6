/** @file Reference kernels: matrix product, softmax, normalisation over the last axis. */

import { broadcastPositions, type Kernel, type Kernels } from './kernel.js';

const matmul: Kernel = ([a, b], node) => {
	const [left, right] = [node.inputs[0]!.shape, node.inputs[1]!.shape];
	const { transposeA, transposeB } = node.attributes;
	const [m, n] = node.shape.slice(-2) as [number, number];
	const k = left.at(transposeA ? -2 : -1)!;
	const batch = node.shape.slice(0, -2);
	const fromA = broadcastPositions(left.slice(0, -2), batch);
	const fromB = broadcastPositions(right.slice(0, -2), batch);
	const y = new Float64Array(node.size);
	for (let z = 0; z < fromA.length; z++)
		for (let i = 0; i < m; i++)
			for (let j = 0; j < n; j++) {
				let total = 0;
				for (let p = 0; p < k; p++) {
					const l = a![fromA[z]! * m * k + (transposeA ? p * m + i : i * k + p)]!;
					const r = b![fromB[z]! * k * n + (transposeB ? j * k + p : p * n + j)]!;
					total += l * r;
				}
				y[(z * m + i) * n + j] = total;
			}
	return y;
};

const total = (x: Float64Array): number => x.reduce((s, v) => s + v, 0);
const average = (x: Float64Array): number => total(x) / x.length;
const inverseDeviation = (x: Float64Array, eps: number): number => {
	const m = average(x);
	return 1 / Math.sqrt(average(x.map((v) => (v - m) ** 2)) + eps);
};
/** ln sum e^x, without overflow. */
const logSumExp = (x: Float64Array): number => {
	const top = x.reduce((a, b) => Math.max(a, b));
	return top + Math.log(total(x.map((v) => Math.exp(v - top))));
};

/** A kernel that maps each row (last axis) of its first input to a row of the result. */
const byRow =
	(f: (row: Float64Array, others: readonly Float64Array[], eps: number) => ArrayLike<number>): Kernel =>
	([x, ...others], node) => {
		const width = node.inputs[0]!.dim(-1);
		const y = new Float64Array(node.size);
		for (let i = 0; i < x!.length / width; i++)
			y.set(f(x!.subarray(i * width, (i + 1) * width), others, node.attributes.eps as number), i * node.dim(-1));
		return y;
	};

export const linear: Kernels = {
	matmul,
	softmax: byRow((x) => {
		const z = logSumExp(x);
		return x.map((v) => Math.exp(v - z));
	}),
	logSoftmax: byRow((x) => {
		const z = logSumExp(x);
		return x.map((v) => v - z);
	}),
	rowMean: byRow((x) => [average(x)]),
	rowInverseDeviation: byRow((x, _, eps) => [inverseDeviation(x, eps)]),
	layerNorm: byRow((x, [gain, bias], eps) => {
		const m = average(x);
		const r = inverseDeviation(x, eps);
		return x.map((v, i) => (v - m) * r * gain![i]! + bias![i]!);
	}),
};
