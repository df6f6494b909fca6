/**
 * @file Convolutions that are trained as several branches and folded into one for use. A branch's batch normalisation goes into
 * its kernel, w g / sqrt(v + eps), a smaller kernel into the middle of a larger one, the identity is a kernel of one 1.
 * Source: Ding et al. 2021 (RepVGG); Vasu et al. 2023 (MobileOne, FastViT); names of weights are those of Apple's MobileCLIP.
 */

import { add, constant, conv2d, div, mul, pad, reshape, sqrt, sub, type Tensor } from '../tensor/index.js';
import type { ParameterStore } from './parameters.js';

/** One convolution: [out, in / groups, height, width], and [out]. */
export interface Kernel {
	readonly weight: Tensor;
	readonly bias: Tensor;
}

/** Sizes of a convolution. */
export interface KernelSizes {
	readonly in: number;
	readonly out: number;
	/** Height and width, both odd. */
	readonly kernel: readonly [number, number];
	readonly stride?: number;
	readonly groups?: number;
}

/** Of all batch normalisations here. */
const EPSILON = 1e-5;

const shapeOf = ({ in: channels, out, kernel, groups = 1 }: KernelSizes) =>
	[out, channels / groups, ...kernel] as const;

/** A convolution that is stored as it is. */
export function storedKernel(store: ParameterStore, name: string, sizes: KernelSizes): Kernel {
	const shape = shapeOf(sizes);
	const std = (shape[1] * shape[2] * shape[3]) ** -0.5;
	return {
		weight: store.get(`${name}.weight`, shape, { std }),
		bias: store.get(`${name}.bias`, [sizes.out], { value: 0 }),
	};
}

/** A batch normalisation with its running statistics as an affine map of each of [C] channels. */
export function normalisation(
	store: ParameterStore,
	name: string,
	channels: number,
): { factor: Tensor; shift: Tensor } {
	const part = (key: string, value: number) => store.get(`${name}.${key}`, [channels], { value });
	const factor = div(part('weight', 1), sqrt(add(part('running_var', 1), EPSILON)));
	return { factor, shift: sub(part('bias', 0), mul(part('running_mean', 0), factor)) };
}

/** A convolution without bias, `name.conv`, and the normalisation after it, `name.bn`. */
export function normedKernel(store: ParameterStore, name: string, sizes: KernelSizes): Kernel {
	const shape = shapeOf(sizes);
	const weight = store.get(`${name}.conv.weight`, shape, { std: (shape[1] * shape[2] * shape[3]) ** -0.5 });
	const { factor, shift } = normalisation(store, `${name}.bn`, sizes.out);
	return { weight: mul(weight, reshape(factor, [sizes.out, 1, 1, 1])), bias: shift };
}

/** The identity as a kernel of these sizes, [C, C / groups, height, width]. */
export function identityKernel(sizes: KernelSizes): Tensor {
	const shape = shapeOf(sizes);
	const [out, per, height, width] = shape;
	const data = new Float32Array(out * per * height * width);
	const middle = (height >> 1) * width + (width >> 1);
	for (let c = 0; c < out; c++) data[(c * per + (c % per)) * height * width + middle] = 1;
	return constant(data, shape);
}

/** Several kernels as one of these sizes: each in the middle, all added up. */
export function foldKernels(kernels: readonly Kernel[], { kernel }: KernelSizes): Kernel {
	const widened = kernels.map(({ weight, bias }) => {
		const [rows, columns] = [(kernel[0] - weight.dim(2)) / 2, (kernel[1] - weight.dim(3)) / 2];
		const sides = [0, 0, rows, columns];
		return { weight: rows + columns > 0 ? pad(weight, sides, sides) : weight, bias };
	});
	return widened.reduce((a, b) => ({ weight: add(a.weight, b.weight), bias: add(a.bias, b.bias) }));
}

/** Branches of a MobileOne block. */
export interface MobileOne extends KernelSizes {
	/** Whether its branches are folded in the file. */
	readonly folded: boolean;
	/** Without convolutions: the normalised identity alone. */
	readonly skipOnly?: boolean;
}

/**
 * A MobileOne block without its activation: a convolution, one of 1x1 beside it where the kernel is a larger square, and the
 * normalised identity where the shape stays. Folded: `name.reparam_conv`.
 */
export function mobileOneKernel(store: ParameterStore, name: string, block: MobileOne): Kernel {
	if (block.folded) return storedKernel(store, `${name}.reparam_conv`, block);
	const { in: channels, out, kernel, stride = 1, skipOnly = false } = block;
	const branches: Kernel[] = [];
	if (!skipOnly) {
		branches.push(normedKernel(store, `${name}.rbr_conv.0`, block));
		if (kernel[0] > 1 && kernel[1] > 1)
			branches.push(normedKernel(store, `${name}.rbr_scale`, { ...block, kernel: [1, 1] }));
	}
	if (channels === out && stride === 1) {
		const { factor, shift } = normalisation(store, `${name}.rbr_skip`, out);
		branches.push({ weight: mul(identityKernel(block), reshape(factor, [out, 1, 1, 1])), bias: shift });
	}
	return foldKernels(branches, block);
}

/** x + scale (mixer(x) - norm(x)), the token mixer of FastViT: one depthwise convolution. Folded: `name.reparam_conv`. */
export function repMixerKernel(
	store: ParameterStore,
	name: string,
	channels: number,
	kernel: readonly [number, number],
	folded: boolean,
): Kernel {
	const block = { in: channels, out: channels, kernel, groups: channels, folded };
	if (folded) return storedKernel(store, `${name}.reparam_conv`, block);
	const mixer = mobileOneKernel(store, `${name}.mixer`, block);
	const norm = mobileOneKernel(store, `${name}.norm`, { ...block, skipOnly: true });
	const scale = layerScale(store, `${name}.layer_scale`, channels);
	const weight = mul(sub(mixer.weight, norm.weight), reshape(scale, [channels, 1, 1, 1]));
	return {
		weight: add(weight, identityKernel(block)),
		bias: mul(sub(mixer.bias, norm.bias), reshape(scale, [channels])),
	};
}

/** Factors [C, 1, 1] on a residual branch. */
export const layerScale = (store: ParameterStore, name: string, channels: number): Tensor =>
	store.get(name, [channels, 1, 1], { value: 1e-5 });

/** A convolution that keeps the size at stride 1: [B, C, H, W] -> [B, out, H / stride, W / stride]. */
export function applyKernel(x: Tensor, { weight, bias }: Kernel, { stride = 1, groups = 1 } = {}): Tensor {
	const [rows, columns] = [weight.dim(2) >> 1, weight.dim(3) >> 1];
	const padding = [rows, columns, rows, columns] as const;
	return add(conv2d(x, weight, { stride, groups, padding }), reshape(bias, [bias.size, 1, 1]));
}
