/**
 * @file MobileCLIP's image towers, FastViT "mci": a stem of MobileOne blocks, stages of RepMixer blocks or of attention, and
 * large convolutions that halve the map between them. Source: Vasu et al. 2024 (MobileCLIP), Vasu et al. 2023 (FastViT).
 */

import { AtelierError } from '../errors.js';
import { add, gelu, linear, matmul, mean, mul, relu, reshape, slice, type Tensor, transpose } from '../tensor/index.js';
import { excitation } from './efficientnet.js';
import {
	applyKernel,
	foldKernels,
	identityKernel,
	layerScale,
	mobileOneKernel,
	normalisation,
	normedKernel,
	repMixerKernel,
	storedKernel,
} from './mobileclip-folding.js';
import type { ParameterStore } from './parameters.js';
import { attention, type Trace } from './transformer.js';

/** One entry of the network, in the order of its file: blocks, what halves the map, or positions. */
export type MobileClipPart =
	| { readonly kind: 'mixer' | 'attention'; readonly blocks: number; readonly hidden: number }
	/** With `squeezed`, channels are weighed by what they are squeezed into. */
	| { readonly kind: 'halve'; readonly out: number; readonly squeezed?: number }
	| { readonly kind: 'positions' };

/** Sizes of the tower. */
export interface MobileClipImageConfig {
	/** Side of the square input, pixels; a multiple of 32. */
	readonly resolution: number;
	/** Channels after the stem. */
	readonly stem: number;
	readonly network: readonly MobileClipPart[];
	/** Channels of the last map, and what they are squeezed into. */
	readonly out: number;
	readonly squeezed: number;
	/** Whether the file has its branches folded into one convolution each. */
	readonly folded: boolean;
}

/** Channels of one head. */
const HEAD = 32;
const square = (side: number) => [side, side] as const;

/**
 * Embeddings of images.
 * @param images [B, 3, resolution, resolution] in [0, 1]
 * @returns [B, embed], not of unit length
 * Traces `stem`, `network.0`, ... and `conv_exp`, all NCHW.
 */
export function mobileClipImage(
	config: MobileClipImageConfig,
	embed: number,
	store: ParameterStore,
	images: Tensor,
	trace?: Trace,
): Tensor {
	const { resolution, stem, folded } = config;
	if (images.shape.slice(1).join() !== `3,${resolution},${resolution}`)
		throw new AtelierError('E_SHAPE', `expected images [B, 3, ${resolution}, ${resolution}], got [${images.shape}]`);
	const mobileOne = (x: Tensor, name: string, out: number, side: number, { stride = 1, groups = 1 } = {}) => {
		const kernel = { in: x.dim(1), out, kernel: square(side), stride, groups, folded };
		return applyKernel(x, mobileOneKernel(store, name, kernel), { stride, groups });
	};
	let x = gelu(mobileOne(images, 'visual.patch_embed.0', stem, 3, { stride: 2 }));
	x = gelu(mobileOne(x, 'visual.patch_embed.1', stem, 3, { stride: 2, groups: stem }));
	x = gelu(mobileOne(x, 'visual.patch_embed.2', stem, 1));
	trace?.('stem', x);
	config.network.forEach((part, i) => {
		const name = `visual.network.${i}`;
		if (part.kind === 'halve')
			x = gelu(mobileOne(halve(store, `${name}.proj.0`, x, part, folded), `${name}.proj.1`, part.out, 1));
		else if (part.kind === 'positions') x = positioned(store, name, x, folded);
		else
			for (let j = 0; j < part.blocks; j++)
				x =
					part.kind === 'mixer'
						? mixerBlock(store, `${name}.${j}`, x, {
								hidden: part.hidden,
								kernel: square(3),
								context: square(7),
								folded,
							})
						: attentionBlock(store, `${name}.${j}`, x, part.hidden);
		trace?.(`network.${i}`, x);
	});
	x = mobileOne(x, 'visual.conv_exp', config.out, 3, { groups: x.dim(1) });
	x = gelu(mul(x, excitation(store, 'visual.conv_exp.se', x, config.squeezed, relu)));
	trace?.('conv_exp', x);
	return matmul(mean(x, [2, 3]), store.get('visual.head.proj', [config.out, embed], { std: config.out ** -0.5 }));
}

/** A depthwise convolution of 7x7 with one of 3x3 beside it, both of stride 2. */
function halve(
	store: ParameterStore,
	name: string,
	x: Tensor,
	{ out, squeezed }: { readonly out: number; readonly squeezed?: number },
	folded: boolean,
): Tensor {
	const geometry = { stride: 2, groups: x.dim(1) };
	const large = { in: x.dim(1), out, kernel: square(7), ...geometry };
	const kernel = folded
		? storedKernel(store, `${name}.lkb_reparam`, large)
		: foldKernels(
				[
					normedKernel(store, `${name}.lkb_origin`, large),
					normedKernel(store, `${name}.small_conv`, { ...large, kernel: square(3) }),
				],
				large,
			);
	const y = applyKernel(x, kernel, geometry);
	return gelu(squeezed === undefined ? y : mul(y, excitation(store, `${name}.se`, y, squeezed, relu)));
}

/** Positions by what lies around: x and a depthwise convolution of it. */
function positioned(store: ParameterStore, name: string, x: Tensor, folded: boolean): Tensor {
	const groups = x.dim(1);
	const sizes = { in: groups, out: groups, kernel: square(7), groups };
	if (folded) return applyKernel(x, storedKernel(store, `${name}.reparam_conv`, sizes), sizes);
	const { weight, bias } = storedKernel(store, `${name}.pe`, sizes);
	return applyKernel(x, { weight: add(weight, identityKernel(sizes)), bias }, sizes);
}

/** Sizes of a block that mixes by convolution. */
export interface MixerSizes {
	readonly hidden: number;
	/** Of the mixer, and of the convolution before the MLP. */
	readonly kernel: readonly [number, number];
	readonly context: readonly [number, number];
	readonly folded: boolean;
}

/** FastViT's RepMixer block: a depthwise convolution, then x + scale MLP(x). [B, C, H, W] -> the same. */
export function mixerBlock(store: ParameterStore, name: string, x: Tensor, sizes: MixerSizes): Tensor {
	const groups = x.dim(1);
	const mixed = applyKernel(x, repMixerKernel(store, `${name}.token_mixer`, groups, sizes.kernel, sizes.folded), {
		groups,
	});
	const scale = layerScale(store, `${name}.layer_scale`, groups);
	return add(mixed, mul(convolutionalMlp(store, `${name}.convffn`, mixed, sizes.hidden, sizes.context), scale));
}

/** x + scale MHA(norm(x)), then the MLP as above. */
function attentionBlock(store: ParameterStore, name: string, x: Tensor, hidden: number): Tensor {
	const [b, c, h, w] = x.shape as [number, number, number, number];
	const { factor, shift } = normalisation(store, `${name}.norm`, c);
	const plane = (t: Tensor) => reshape(t, [c, 1, 1]);
	const tokens = transpose(reshape(add(mul(x, plane(factor)), plane(shift)), [b, c, h * w]), [0, 2, 1]);
	const packed = store.get(`${name}.token_mixer.qkv.weight`, [3 * c, c], { std: c ** -0.5 });
	const [wq, wk, wv] = [0, 1, 2].map((i) => slice(packed, 0, i * c, (i + 1) * c)) as [Tensor, Tensor, Tensor];
	const queries = linear(tokens, mul(wq, HEAD ** -0.5));
	const mixed = attention(queries, linear(tokens, wk), linear(tokens, wv), c / HEAD);
	const out = store.get(`${name}.token_mixer.proj.weight`, [c, c], { std: c ** -0.5 });
	const projected = linear(mixed, out, store.get(`${name}.token_mixer.proj.bias`, [c], { value: 0 }));
	const seen = reshape(transpose(projected, [0, 2, 1]), [b, c, h, w]);
	const y = add(x, mul(seen, layerScale(store, `${name}.layer_scale_1`, c)));
	const scale = layerScale(store, `${name}.layer_scale_2`, c);
	return add(y, mul(convolutionalMlp(store, `${name}.convffn`, y, hidden, square(7)), scale));
}

/** A normalised depthwise convolution, then a perceptron of every place: FastViT's ConvFFN. */
function convolutionalMlp(
	store: ParameterStore,
	name: string,
	x: Tensor,
	hidden: number,
	kernel: readonly [number, number],
): Tensor {
	const channels = x.dim(1);
	const depthwise = { in: channels, out: channels, kernel, groups: channels };
	const seen = applyKernel(x, normedKernel(store, `${name}.conv`, depthwise), depthwise);
	const dense = (key: string, from: Tensor, out: number) =>
		applyKernel(from, storedKernel(store, `${name}.${key}`, { in: from.dim(1), out, kernel: square(1) }));
	return dense('fc2', gelu(dense('fc1', seen, hidden)), channels);
}
