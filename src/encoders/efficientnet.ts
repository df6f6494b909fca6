/**
 * @file EfficientNet's trunk: inverted residual blocks with squeeze and excitation. Source: Tan & Le 2019; the paddings are
 * TensorFlow's, which Hugging Face's ALIGN keeps, or torchvision's.
 */

import { AtelierError } from '../errors.js';
import { add, conv2d, mean, mul, reshape, sigmoid, silu, type Tensor } from '../tensor/index.js';
import { type LayerStatistics, type NormedConvolution, normedConvolution } from './normed-convolution.js';
import type { ParameterStore } from './parameters.js';
import type { Trace } from './transformer.js';

/** Sizes of one block. */
export interface MobileBlock {
	readonly in: number;
	readonly out: number;
	readonly kernel: number;
	readonly stride: 1 | 2;
	/** Factor on the channels in the middle; 1 leaves out the convolution that widens. */
	readonly expand: number;
	/** Channels that the excitation is squeezed into. */
	readonly squeezed: number;
	/** Whether the input is added to the output. */
	readonly residual: boolean;
	/** Whether a stride of 2 pads by the same on both sides; else TensorFlow's way: one less above and to the left. */
	readonly symmetric?: boolean;
}

/** Sizes of the trunk. */
export interface EfficientNetConfig {
	/** Channels after the stem, a 3x3 convolution of stride 2. */
	readonly stem: number;
	readonly blocks: readonly MobileBlock[];
	/** Of the batch normalisations. */
	readonly epsilon: number;
	/** Whether the stem pads by 1 on all sides; else below and to the right alone. */
	readonly symmetric?: boolean;
}

/** What the trunk may be told. */
export interface EfficientNetOptions {
	readonly trace?: Trace | undefined;
	/** Present: normalise by the batch and append here what was seen. Absent: normalise by the running statistics. */
	readonly batches?: LayerStatistics[] | undefined;
}

/**
 * The last map.
 * @param prefix of the names: `prefix.embeddings.convolution`, `prefix.encoder.blocks.0...`, as Hugging Face's
 * @param images [B, 3, side, side], normalised
 * @returns [B, channels of the last block, side / 32, side / 32], rounded up
 * Traces `stem` and `block.0`, ...
 */
export function efficientNet(
	config: EfficientNetConfig,
	store: ParameterStore,
	prefix: string,
	images: Tensor,
	{ trace, batches }: EfficientNetOptions = {},
): Tensor {
	const { stem, epsilon, symmetric = false } = config;
	if (images.rank !== 4 || images.dim(1) !== 3 || images.dim(2) !== images.dim(3))
		throw new AtelierError('E_SHAPE', `expected images [B, 3, side, side], got [${images.shape}]`);
	const names = { conv: `${prefix}.embeddings.convolution`, bn: `${prefix}.embeddings.batchnorm` };
	const padding = symmetric ? 1 : ([0, 0, 1, 1] as const);
	const conv: Convolve = (map, layer) => normedConvolution(store, map, { ...layer, epsilon }, batches);
	let x = silu(conv(images, { ...names, out: stem, kernel: 3, stride: 2, padding }));
	trace?.('stem', x);
	config.blocks.forEach((block, i) => {
		x = mobileBlock(block, conv, store, `${prefix}.encoder.blocks.${i}`, x);
		trace?.(`block.${i}`, x);
	});
	return x;
}

type Convolve = (map: Tensor, layer: Omit<NormedConvolution, 'epsilon'>) => Tensor;

function mobileBlock(block: MobileBlock, conv: Convolve, store: ParameterStore, name: string, x: Tensor): Tensor {
	const { kernel, stride, out, expand, squeezed } = block;
	const wide = block.in * expand;
	const layer = (part: string, convolution: string, bn: string) => ({
		conv: `${name}.${part}.${convolution}`,
		bn: `${name}.${part}.${bn}`,
	});
	let y = x;
	if (expand !== 1) {
		const names = layer('expansion', 'expand_conv', 'expand_bn');
		y = silu(conv(y, { ...names, out: wide, kernel: 1 }));
	}
	const half = (kernel - 1) / 2;
	const less = half - 1;
	const padding = stride === 2 && !block.symmetric ? ([less, less, half, half] as const) : half;
	const depthwise = layer('depthwise_conv', 'depthwise_conv', 'depthwise_norm');
	y = silu(conv(y, { ...depthwise, out: wide, kernel, stride, padding, groups: wide }));
	y = mul(y, excitation(store, `${name}.squeeze_excite`, y, squeezed));
	y = conv(y, { ...layer('projection', 'project_conv', 'project_bn'), out, kernel: 1 });
	return block.residual ? add(y, x) : y;
}

/** A factor for each channel, [B, C, 1, 1], from the means of all. */
export function excitation(
	store: ParameterStore,
	name: string,
	x: Tensor,
	squeezed: number,
	activation: (x: Tensor) => Tensor = silu,
): Tensor {
	const dense = (key: string, from: Tensor, out: number) =>
		add(
			conv2d(from, store.get(`${name}.${key}.weight`, [out, from.dim(1), 1, 1])),
			reshape(store.get(`${name}.${key}.bias`, [out], { value: 0 }), [out, 1, 1]),
		);
	const means = mean(x, [2, 3], true);
	return sigmoid(dense('expand', activation(dense('reduce', means, squeezed)), x.dim(1)));
}
