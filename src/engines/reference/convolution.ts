/** @file Reference kernels: convolution with its two transposes, and batch statistics. */

import { type ConvolutionGeometry, convolutionGeometry, type Shape, type Tensor } from '../../tensor/index.js';
import type { Kernels } from './kernel.js';

/** Visit every product x[.] * weight[.] that a convolution adds into y[.], as flat positions: conv2d and both transposes differ only in which of the three they add into. */
function visit(g: ConvolutionGeometry, each: (x: number, weight: number, y: number) => void): void {
	const nhwc = g.layout === 'NHWC';
	const inPerGroup = g.channels / g.groups;
	const outPerGroup = g.out / g.groups;
	const xAt = (n: number, c: number, h: number, w: number) =>
		nhwc ? ((n * g.height + h) * g.width + w) * g.channels + c : ((n * g.channels + c) * g.height + h) * g.width + w;
	const yAt = (n: number, o: number, h: number, w: number) =>
		nhwc ? ((n * g.outHeight + h) * g.outWidth + w) * g.out + o : ((n * g.out + o) * g.outHeight + h) * g.outWidth + w;
	const weightAt = (o: number, c: number, i: number, j: number) =>
		nhwc
			? ((i * g.kernelWidth + j) * g.channels + c) * g.out + o
			: ((o * inPerGroup + c) * g.kernelHeight + i) * g.kernelWidth + j;
	for (let n = 0; n < g.n; n++)
		for (let o = 0; o < g.out; o++)
			for (let oh = 0; oh < g.outHeight; oh++)
				for (let ow = 0; ow < g.outWidth; ow++)
					for (let c = 0; c < inPerGroup; c++)
						for (let i = 0; i < g.kernelHeight; i++)
							for (let j = 0; j < g.kernelWidth; j++) {
								const h = oh * g.stride - g.padding[0] + i;
								const w = ow * g.stride - g.padding[1] + j;
								if (h < 0 || h >= g.height || w < 0 || w >= g.width) continue;
								const channel = Math.floor(o / outPerGroup) * inPerGroup + c;
								each(xAt(n, channel, h, w), weightAt(o, c, i, j), yAt(n, o, oh, ow));
							}
}

const channelOf = (node: Tensor): ((flat: number) => number) => {
	const x = node.inputs[0]!;
	const axis = node.attributes.axis as number;
	const inner = x.shape.slice(axis + 1).reduce((a, b) => a * b, 1);
	return (flat) => Math.floor(flat / inner) % x.dim(axis);
};

function batchMean(x: Float64Array, node: Tensor): Float64Array {
	const channel = channelOf(node);
	const channels = node.inputs[0]!.dim(node.attributes.axis as number);
	const y = new Float64Array(channels);
	x.forEach((v, i) => {
		y[channel(i)]! += v;
	});
	return y.map((v) => (v * channels) / x.length);
}

function batchVariance(x: Float64Array, node: Tensor): Float64Array {
	const channel = channelOf(node);
	const mean = batchMean(x, node);
	return batchMean(
		x.map((v, i) => (v - mean[channel(i)]!) ** 2),
		node,
	);
}

export const convolution: Kernels = {
	conv2d: ([x, weight], node) => {
		const y = new Float64Array(node.size);
		visit(convolutionGeometry(node.inputs[0]!.shape, node.inputs[1]!.shape, node.attributes), (i, j, k) => {
			y[k]! += x![i]! * weight![j]!;
		});
		return y;
	},
	conv2dGradInput: ([dy, weight], node) => {
		const dx = new Float64Array(node.size);
		visit(convolutionGeometry(node.attributes.xShape as Shape, node.inputs[1]!.shape, node.attributes), (i, j, k) => {
			dx[i]! += dy![k]! * weight![j]!;
		});
		return dx;
	},
	conv2dGradWeight: ([x, dy], node) => {
		const dWeight = new Float64Array(node.size);
		visit(
			convolutionGeometry(node.inputs[0]!.shape, node.attributes.weightShape as Shape, node.attributes),
			(i, j, k) => {
				dWeight[j]! += x![i]! * dy![k]!;
			},
		);
		return dWeight;
	},
	batchMean: ([x], node) => batchMean(x!, node),
	batchVariance: ([x], node) => batchVariance(x!, node),
	batchNormTrain: ([x, gain, bias], node) => {
		const channel = channelOf(node);
		const mean = batchMean(x!, node);
		const variance = batchVariance(x!, node);
		return x!.map((v, i) => {
			const c = channel(i);
			return ((v - mean[c]!) / Math.sqrt(variance[c]! + (node.attributes.eps as number))) * gain![c]! + bias![c]!;
		});
	},
};
