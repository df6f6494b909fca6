/** @file Convolution with its two gradients (each differentiable again), batch normalisation and pooling. */

import { AtelierError } from '../errors.js';
import { add, broadcastTo, div, max, mean, mul, reshape, sqrt, sub, sum } from './elementwise.js';
import { type Attributes, apply, constant, defineOp, type Shape, type Tensor } from './tensor.js';

/**
 * NCHW: x [N, C, H, W], weight [out, C / groups, kh, kw] (checkpoints of PyTorch).
 * NHWC: x [N, H, W, C], weight [kh, kw, C, out], one group (fast to train: every part is one matrix product).
 */
export type Layout = 'NCHW' | 'NHWC';

/** How a convolution walks over the picture. */
export interface ConvolutionOptions {
	readonly layout?: Layout;
	readonly stride?: number;
	/** Zeros on each side, or [top, left, bottom, right]. */
	readonly padding?: number | readonly [number, number, number, number];
	readonly groups?: number;
}

/** The sizes of a convolution, as engines want them. */
export interface ConvolutionGeometry {
	readonly n: number;
	readonly height: number;
	readonly width: number;
	readonly channels: number;
	readonly kernelHeight: number;
	readonly kernelWidth: number;
	readonly out: number;
	readonly outHeight: number;
	readonly outWidth: number;
	readonly stride: number;
	readonly padding: readonly [number, number, number, number];
	readonly groups: number;
	readonly layout: Layout;
}

/** Sizes of conv2d from its input's and weight's shapes; throws E_SHAPE when they do not fit. */
export function convolutionGeometry(x: Shape, weight: Shape, attributes: Attributes): ConvolutionGeometry {
	const { layout, stride, padding, groups } = attributes as unknown as Required<ConvolutionOptions> & {
		padding: [number, number, number, number];
	};
	const nhwc = layout === 'NHWC';
	if (x.length !== 4 || weight.length !== 4)
		throw new AtelierError('E_SHAPE', `expected rank-4 input and weight, got [${x}] and [${weight}]`);
	const [n, channels, height, width] = (nhwc ? [x[0], x[3], x[1], x[2]] : x) as [number, number, number, number];
	const [out, perGroup, kernelHeight, kernelWidth] = (nhwc ? [weight[3], weight[2], weight[0], weight[1]] : weight) as [
		number,
		number,
		number,
		number,
	];
	if (perGroup * groups !== channels || out % groups !== 0 || (nhwc && groups !== 1))
		throw new AtelierError(
			'E_SHAPE',
			`expected a ${layout} weight for ${channels} channels in ${groups} groups, got [${weight}]`,
		);
	const outHeight = Math.floor((height + padding[0] + padding[2] - kernelHeight) / stride) + 1;
	const outWidth = Math.floor((width + padding[1] + padding[3] - kernelWidth) / stride) + 1;
	if (outHeight < 1 || outWidth < 1)
		throw new AtelierError(
			'E_SHAPE',
			`expected an input of at least the kernel ${kernelHeight}x${kernelWidth}, got [${x}]`,
		);
	return {
		n,
		height,
		width,
		channels,
		kernelHeight,
		kernelWidth,
		out,
		outHeight,
		outWidth,
		stride,
		padding,
		groups,
		layout,
	};
}

defineOp('conv2d', {
	doc: 'two-dimensional cross-correlation, strided, padded, grouped',
	shape: ([x, w], attributes) => {
		const g = convolutionGeometry(x!.shape, w!.shape, attributes);
		return g.layout === 'NHWC' ? [g.n, g.outHeight, g.outWidth, g.out] : [g.n, g.out, g.outHeight, g.outWidth];
	},
	gradient: (node, d) => {
		const [x, w] = node.inputs as [Tensor, Tensor];
		return [gradInput(d, w, x.shape, node.attributes), gradWeight(x, d, w.shape, node.attributes)];
	},
});

defineOp('conv2dGradInput', {
	doc: 'the transpose of conv2d in its input: d loss / d x from d loss / d result and the weight',
	shape: (_, { xShape }) => xShape as Shape,
	gradient: (node, d) => {
		const [dy, w] = node.inputs as [Tensor, Tensor];
		return [apply('conv2d', [d, w], base(node.attributes)), gradWeight(d, dy, w.shape, node.attributes)];
	},
});

defineOp('conv2dGradWeight', {
	doc: 'the transpose of conv2d in its weight: d loss / d weight from the input and d loss / d result',
	shape: (_, { weightShape }) => weightShape as Shape,
	gradient: (node, d) => {
		const [x, dy] = node.inputs as [Tensor, Tensor];
		return [gradInput(dy, d, x.shape, node.attributes), apply('conv2d', [x, d], base(node.attributes))];
	},
});

const base = ({ layout, stride, padding, groups }: Attributes): Attributes =>
	({ layout, stride, padding, groups }) as Attributes;
const gradInput = (dy: Tensor, w: Tensor, xShape: Shape, attributes: Attributes) =>
	apply('conv2dGradInput', [dy, w], { ...base(attributes), xShape });
const gradWeight = (x: Tensor, dy: Tensor, weightShape: Shape, attributes: Attributes) =>
	apply('conv2dGradWeight', [x, dy], { ...base(attributes), weightShape });

/** Convolution (cross-correlation) without bias. */
export function conv2d(x: Tensor, weight: Tensor, options: ConvolutionOptions = {}): Tensor {
	const { layout = 'NCHW', stride = 1, padding = 0, groups = 1 } = options;
	const sides = typeof padding === 'number' ? [padding, padding, padding, padding] : padding;
	return apply('conv2d', [x, weight], { layout, stride, padding: sides, groups });
}

/** Mean over k x k windows at stride k; the sides must be multiples of k. */
export function avgPool2d(x: Tensor, k: number, layout: Layout = 'NCHW'): Tensor {
	return k === 1 ? x : mean(pooled(x, k, layout), poolAxes(layout));
}

/** Maximum over k x k windows at stride k; the sides must be multiples of k. */
export function maxPool2d(x: Tensor, k: number, layout: Layout = 'NCHW'): Tensor {
	return k === 1 ? x : max(pooled(x, k, layout), poolAxes(layout));
}

const poolAxes = (layout: Layout) => (layout === 'NHWC' ? [2, 4] : [3, 5]);

/** Each pool's k rows and k columns as axes of their own, which {@link poolAxes} names. */
function pooled(x: Tensor, k: number, layout: Layout): Tensor {
	const [a, b, c, d] = x.shape as [number, number, number, number];
	const [h, w] = layout === 'NHWC' ? [b, c] : [c, d];
	if (h % k || w % k) throw new AtelierError('E_SHAPE', `expected sides that are multiples of ${k}, got [${x.shape}]`);
	return reshape(x, layout === 'NHWC' ? [a, h / k, k, w / k, k, d] : [a, b, h / k, k, w / k, k]);
}

const otherAxes = (x: Tensor, axis: number) => x.shape.map((_, i) => i).filter((i) => i !== axis);
const along = (v: Tensor, x: Tensor, axis: number) =>
	reshape(
		v,
		x.shape.map((d, i) => (i === axis ? d : 1)),
	);

const channelShape = ([x]: readonly Tensor[], { axis }: Attributes) => [x!.dim(axis as number)];

defineOp('batchMean', {
	doc: 'mean of each channel over all other axes',
	shape: channelShape,
	gradient: (node, d) => {
		const x = node.inputs[0]!;
		return [broadcastTo(along(mul(d, d.size / x.size), x, node.attributes.axis as number), x.shape)];
	},
});

defineOp('batchVariance', {
	doc: 'biased variance of each channel over all other axes',
	shape: channelShape,
	// dv/dx = 2 (x - mean) / n
	gradient: (node, d) => {
		const x = node.inputs[0]!;
		const axis = node.attributes.axis as number;
		const centred = sub(x, along(apply('batchMean', [x], { axis }), x, axis));
		return [mul(centred, along(mul(d, (2 * d.size) / x.size), x, axis))];
	},
});

defineOp('batchNormTrain', {
	doc: '(x - batch mean) / sqrt(batch variance + eps) * gain + bias for each channel',
	shape: ([x]) => x!.shape,
	// dx = a dy + b x + c with per-channel a, b, c: three passes over the map. Ioffe & Szegedy 2015.
	gradient: (node, d) => {
		const [x, gain] = node.inputs as [Tensor, Tensor, Tensor];
		const axis = node.attributes.axis as number;
		const { mean: m, variance } = batchStatistics(x, axis);
		const n = x.size / x.dim(axis);
		const r = div(1, sqrt(add(variance, node.attributes.eps as number)));
		const dBias = sum(d, otherAxes(x, axis));
		const dGain = mul(r, sub(sum(mul(d, x), otherAxes(x, axis)), mul(m, dBias)));
		const a = mul(gain, r);
		const b = mul(mul(a, r), mul(dGain, -1 / n));
		const c = sub(mul(mul(a, dBias), -1 / n), mul(b, m));
		const dx = add(add(mul(d, along(a, x, axis)), mul(x, along(b, x, axis))), along(c, x, axis));
		return [dx, dGain, dBias];
	},
});

/** Per-channel mean and biased variance [C] of a batch, e.g. for running statistics. */
export function batchStatistics(x: Tensor, axis: number): { mean: Tensor; variance: Tensor } {
	const a = axis < 0 ? axis + x.rank : axis;
	return { mean: apply('batchMean', [x], { axis: a }), variance: apply('batchVariance', [x], { axis: a }) };
}

/** Batch normalisation by the statistics of this batch; gain and bias [C]. */
export function batchNormTrain(x: Tensor, gain: Tensor, bias: Tensor, axis: number, eps = 1e-5): Tensor {
	return apply('batchNormTrain', [x, gain, bias], { axis: axis < 0 ? axis + x.rank : axis, eps });
}

/** Batch normalisation by given statistics [C]: an affine map for each channel. */
export function batchNorm(
	x: Tensor,
	gain: Tensor,
	bias: Tensor,
	statistics: { mean: Tensor; variance: Tensor },
	axis: number,
	eps = 1e-5,
): Tensor {
	const a = axis < 0 ? axis + x.rank : axis;
	const scale = div(gain, sqrt(add(statistics.variance, constant(eps))));
	return add(mul(x, along(scale, x, a)), along(sub(bias, mul(statistics.mean, scale)), x, a));
}
