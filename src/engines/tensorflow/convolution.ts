/**
 * @file TensorFlow.js kernels: convolution and its two transposes, composed of what every backend has.
 * All of it works on NHWC with the padding made explicit; NCHW is transposed on the way in and out.
 */

import type { Tensor4D, Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { type ConvolutionGeometry, convolutionGeometry, type Shape } from '../../tensor/index.js';
import type { Kernels } from './kernel.js';
import type { Tf } from './runtime.js';

/** One dense group: 'valid' convolution of x [N, H, W, C] with weight [kh, kw, C, O]. */
interface Sizes
	extends Pick<ConvolutionGeometry, 'n' | 'kernelHeight' | 'kernelWidth' | 'outHeight' | 'outWidth' | 'stride'> {
	/** With padding. */
	readonly height: number;
	readonly width: number;
}

const sizesOf = (g: ConvolutionGeometry): Sizes => ({
	...g,
	height: g.height + g.padding[0] + g.padding[2],
	width: g.width + g.padding[1] + g.padding[3],
});

const isDepthwise = (g: ConvolutionGeometry) => g.groups > 1 && g.groups === g.channels;

const toNhwc = (tf: Tf, x: TfTensor, g: ConvolutionGeometry) =>
	(g.layout === 'NHWC' ? x : tf.transpose(x, [0, 2, 3, 1])) as Tensor4D;
const fromNhwc = (tf: Tf, x: TfTensor, g: ConvolutionGeometry) =>
	g.layout === 'NHWC' ? x : tf.transpose(x, [0, 3, 1, 2]);
/** [kh, kw, C / groups, out] from either layout. */
const toHwio = (tf: Tf, w: TfTensor, g: ConvolutionGeometry) =>
	(g.layout === 'NHWC' ? w : tf.transpose(w, [2, 3, 1, 0])) as Tensor4D;
const fromHwio = (tf: Tf, w: TfTensor, g: ConvolutionGeometry) =>
	g.layout === 'NHWC' ? w : tf.transpose(w, [3, 2, 0, 1]);

function padded(tf: Tf, x: Tensor4D, { padding: [top, left, bottom, right] }: ConvolutionGeometry): Tensor4D {
	if (top + left + bottom + right === 0) return x;
	return tf.pad(x, [
		[0, 0],
		[top, bottom],
		[left, right],
		[0, 0],
	]);
}

function cropped(
	tf: Tf,
	x: Tensor4D,
	{ padding: [top, left, bottom, right], height, width }: ConvolutionGeometry,
): Tensor4D {
	if (top + left + bottom + right === 0) return x;
	return tf.slice(x, [0, top, left, 0], [-1, height, width, -1]);
}

/** The inputs that kernel tap (i, j) sees: [N, outH, outW, C]. */
function tap(tf: Tf, x: Tensor4D, i: number, j: number, s: Sizes): Tensor4D {
	const [n, , , c] = x.shape;
	if (s.stride === 1) return tf.slice(x, [0, i, j, 0], [n, s.outHeight, s.outWidth, c]);
	const end = [n, i + (s.outHeight - 1) * s.stride + 1, j + (s.outWidth - 1) * s.stride + 1, c];
	return tf.stridedSlice(x, [0, i, j, 0], end, [1, s.stride, s.stride, 1]) as Tensor4D;
}

/** One result for each kernel tap, stacked to [kh, kw, ...rest]. */
function eachTap(tf: Tf, x: Tensor4D, s: Sizes, f: (patch: Tensor4D) => TfTensor): TfTensor {
	const parts: TfTensor[] = [];
	for (let i = 0; i < s.kernelHeight; i++) for (let j = 0; j < s.kernelWidth; j++) parts.push(f(tap(tf, x, i, j, s)));
	return tf.reshape(tf.stack(parts), [s.kernelHeight, s.kernelWidth, ...parts[0]!.shape]);
}

const denseGradWeight = (tf: Tf, x: Tensor4D, dy: Tensor4D, s: Sizes): TfTensor => {
	const rows = tf.reshape(dy, [-1, dy.shape[3]]);
	return eachTap(tf, x, s, (patch) => tf.matMul(tf.reshape(patch, [-1, x.shape[3]]), rows, true));
};

// Depthwise: channel c feeds the results c m .. c m + m - 1; weights as [kh, kw, C, m].
const depthwiseGradWeight = (tf: Tf, x: Tensor4D, dy: Tensor4D, s: Sizes): TfTensor => {
	const [, , , channels] = x.shape;
	const perChannel = tf.reshape(dy, [-1, channels, dy.shape[3] / channels]);
	return eachTap(tf, x, s, (patch) => tf.sum(tf.mul(tf.reshape(patch, [-1, channels, 1]), perChannel), 0));
};

/** Zeros between the results (stride) and around them (kernel - 1), then the flipped kernel slides over: each result reaches back to what it saw. */
function depthwiseGradInput(tf: Tf, dy: Tensor4D, w: Tensor4D, s: Sizes): Tensor4D {
	const [kh, kw, channels, m] = w.shape;
	const [n, oh, ow] = dy.shape;
	const spread = tf.reshape(
		tf.pad(tf.reshape(dy, [n * oh, 1, ow, 1, channels * m]) as TfTensor, [
			[0, 0],
			[0, s.stride - 1],
			[0, 0],
			[0, s.stride - 1],
			[0, 0],
		]),
		[n, oh * s.stride, ow * s.stride, channels * m],
	) as Tensor4D;
	// To the right and below come zeros up to the padded size; where a stride overshoots it, its zeros are cut.
	const [moreH, moreW] = [s.height - oh * s.stride, s.width - ow * s.stride];
	const kept = tf.slice(
		spread,
		[0, 0, 0, 0],
		[n, oh * s.stride + Math.min(0, moreH), ow * s.stride + Math.min(0, moreW), channels * m],
	);
	const framed = tf.pad(kept, [
		[0, 0],
		[kh - 1, Math.max(0, moreH)],
		[kw - 1, Math.max(0, moreW)],
		[0, 0],
	]) as Tensor4D;
	const flipped = tf.reshape(tf.reverse(w, [0, 1]), [kh, kw, channels * m, 1]) as Tensor4D;
	const dx = tf.depthwiseConv2d(framed, flipped, 1, 'valid');
	return tf.sum(tf.reshape(dx, [n, s.height, s.width, channels, m]), 4);
}

/** Run f on each group's channels of x and y (last axis) and of w (one axis), and join along the last axis. */
function byGroup(tf: Tf, groups: number, parts: readonly TfTensor[], f: (...parts: TfTensor[]) => TfTensor): TfTensor {
	if (groups === 1) return f(...parts);
	const split = parts.map((x) => tf.split(x, groups, -1));
	return tf.concat(
		Array.from({ length: groups }, (_, i) => f(...split.map((list) => list[i]!))),
		-1,
	);
}

/** [kh, kw, 1, C m] as [kh, kw, C, m]. */
const toDepthwise = (tf: Tf, w: Tensor4D, g: ConvolutionGeometry): Tensor4D =>
	tf.reshape(w, [g.kernelHeight, g.kernelWidth, g.channels, g.out / g.channels]);

export const convolution: Kernels = {
	conv2d: (tf, [x, w], node) => {
		const g = convolutionGeometry(node.inputs[0]!.shape, node.inputs[1]!.shape, node.attributes);
		const input = padded(tf, toNhwc(tf, x!, g), g);
		const weight = toHwio(tf, w!, g);
		const y = isDepthwise(g)
			? tf.depthwiseConv2d(input, toDepthwise(tf, weight, g), g.stride, 'valid')
			: byGroup(tf, g.groups, [input, weight], (a, b) => tf.conv2d(a as Tensor4D, b as Tensor4D, g.stride, 'valid'));
		return fromNhwc(tf, y, g);
	},
	conv2dGradInput: (tf, [d, w], node) => {
		const g = convolutionGeometry(node.attributes.xShape as Shape, node.inputs[1]!.shape, node.attributes);
		const s = sizesOf(g);
		const dy = toNhwc(tf, d!, g);
		const weight = toHwio(tf, w!, g);
		const shape: [number, number, number, number] = [g.n, s.height, s.width, g.channels / g.groups];
		const dx = isDepthwise(g)
			? depthwiseGradInput(tf, dy, toDepthwise(tf, weight, g), s)
			: byGroup(tf, g.groups, [dy, weight], (a, b) =>
					tf.conv2dTranspose(a as Tensor4D, b as Tensor4D, shape, g.stride, 'valid'),
				);
		return tf.clone(fromNhwc(tf, cropped(tf, dx as Tensor4D, g), g));
	},
	conv2dGradWeight: (tf, [x, d], node) => {
		const g = convolutionGeometry(node.inputs[0]!.shape, node.attributes.weightShape as Shape, node.attributes);
		const s = sizesOf(g);
		const input = padded(tf, toNhwc(tf, x!, g), g);
		const dy = toNhwc(tf, d!, g);
		const dw = isDepthwise(g)
			? tf.reshape(depthwiseGradWeight(tf, input, dy, s), [g.kernelHeight, g.kernelWidth, 1, g.out])
			: byGroup(tf, g.groups, [input, dy], (a, b) => denseGradWeight(tf, a as Tensor4D, b as Tensor4D, s));
		return fromHwio(tf, dw, g);
	},
};
