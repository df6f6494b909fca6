/**
 * @file CLIP's ModifiedResNet: three-convolution stem, anti-aliased strides (average pooling), attention pooling.
 * Source: Radford et al. 2021, section 2.4; He et al. 2016 for the bottleneck.
 */

import { AtelierError } from '../errors.js';
import { add, avgPool2d, concat, linear, mean, mul, relu, reshape, type Tensor, transpose } from '../tensor/index.js';
import { type LayerStatistics, normedConvolution } from './normed-convolution.js';
import type { ParameterStore, Weights } from './parameters.js';
import { resampleGrid } from './position-grid.js';
import { attention, selectTokens, type Trace } from './transformer.js';

/** Sizes of a ModifiedResNet. */
export interface ResNetConfig {
	readonly kind: 'resnet';
	/** Side of the square input, pixels; a multiple of 32. */
	readonly resolution: number;
	/** Channels after the stem; the last map has 32 times as many. */
	readonly width: number;
	/** Blocks in each of the four layers. */
	readonly layers: readonly [number, number, number, number];
	/** Of the attention pooling. OpenAI's: width / 2. */
	readonly heads: number;
}

const EPSILON = 1e-5;

/** What the tower may be told. */
export interface ResNetOptions {
	readonly trace?: Trace | undefined;
	/** Present: normalise by the batch and append here what was seen. Absent: normalise by the running statistics. */
	readonly batches?: LayerStatistics[] | undefined;
	/** Take images of any multiple of 32, with positions resampled to their last map. */
	readonly resample?: boolean | undefined;
}

/**
 * Embeddings of images.
 * @param images [B, 3, resolution, resolution], normalised
 * @returns [B, embed], not normalised
 * Traces `visual.avgpool`, `visual.layer1..4` (NCHW) and `visual.attnpool`.
 */
export function modifiedResNet(
	config: ResNetConfig,
	embed: number,
	store: ParameterStore,
	images: Tensor,
	options: ResNetOptions = {},
): Tensor {
	const { resolution, width: w } = config;
	const side = options.resample ? images.dim(-1) : resolution;
	if (images.shape.slice(1).join() !== `3,${side},${side}` || side % 32 !== 0)
		throw new AtelierError('E_SHAPE', `expected images [B, 3, ${side}, ${side}], got [${images.shape}]`);
	const conv = convolutions(store, options.batches);
	let x = relu(conv(images, 'visual.conv1', 'visual.bn1', w / 2, 3, 2));
	x = relu(conv(x, 'visual.conv2', 'visual.bn2', w / 2, 3));
	x = avgPool2d(relu(conv(x, 'visual.conv3', 'visual.bn3', w, 3)), 2);
	options.trace?.('visual.avgpool', x);
	config.layers.forEach((blocks, i) => {
		for (let j = 0; j < blocks; j++)
			x = bottleneck(conv, `visual.layer${i + 1}.${j}`, x, w * 2 ** i, i > 0 && j === 0 ? 2 : 1);
		options.trace?.(`visual.layer${i + 1}`, x);
	});
	const y = attentionPool(config, embed, store, x);
	options.trace?.('visual.attnpool', y);
	return y;
}

type Convolve = (
	x: Tensor,
	conv: string,
	bn: string,
	out: number,
	kernel: number,
	stride?: number,
	gain?: number,
) => Tensor;

/** Convolution + batch normalisation, padded to keep the size. */
function convolutions(store: ParameterStore, batches: LayerStatistics[] | undefined): Convolve {
	return (x, conv, bn, out, kernel, stride = 1, gain = 1) =>
		normedConvolution(store, x, { conv, bn, out, kernel, stride, gain, epsilon: EPSILON }, batches);
}

/** 1x1, 3x3, pool, 1x1 to four times the planes, beside a shortcut that pools and projects where the shape changes. */
function bottleneck(conv: Convolve, name: string, x: Tensor, planes: number, stride: number): Tensor {
	const out = 4 * planes;
	let y = relu(conv(x, `${name}.conv1`, `${name}.bn1`, planes, 1));
	y = relu(conv(y, `${name}.conv2`, `${name}.bn2`, planes, 3));
	// A fresh block starts as the identity: gain 0.
	y = conv(avgPool2d(y, stride), `${name}.conv3`, `${name}.bn3`, out, 1, 1, 0);
	const projects = stride > 1 || x.dim(1) !== out;
	const shortcut = projects ? conv(avgPool2d(x, stride), `${name}.downsample.0`, `${name}.downsample.1`, out, 1) : x;
	return relu(add(y, shortcut));
}

/** Attention whose single query is the mean of the map: [B, C, H, W] -> [B, embed]. */
function attentionPool(config: ResNetConfig, embed: number, store: ParameterStore, x: Tensor): Tensor {
	const [b, c, h, w] = x.shape as [number, number, number, number];
	const std = c ** -0.5;
	const cells = transpose(reshape(x, [b, c, h * w]), [0, 2, 1]);
	const full = config.resolution / 32;
	const positions = store.get('visual.attnpool.positional_embedding', [full * full + 1, c], { std });
	const tokens = add(concat([mean(cells, [1], true), cells], 1), resampleGrid(positions, full, h));
	const part = (key: string, out: number) =>
		[
			store.get(`visual.attnpool.${key}_proj.weight`, [out, c], { std }),
			store.get(`visual.attnpool.${key}_proj.bias`, [out], { value: 0 }),
		] as const;
	const scale = Math.sqrt(config.heads / c);
	const [wq, bq] = part('q', c);
	const query = linear(selectTokens(tokens, 'first'), mul(wq, scale), mul(bq, scale));
	const seen = attention(query, linear(tokens, ...part('k', c)), linear(tokens, ...part('v', c)), config.heads);
	return linear(seen, ...part('c', embed));
}

/**
 * Move a running mean and variance towards a batch's: r += momentum (batch - r), with the unbiased variance n / (n - 1).
 * @param computed the batch's mean and biased variance [C], as an engine computed them
 */
export function updateRunningStatistics(
	weights: Weights,
	seen: Pick<LayerStatistics, 'name' | 'count'>,
	computed: { readonly mean: Float32Array; readonly variance: Float32Array },
	momentum = 0.1,
): void {
	const c = computed.mean.length;
	const get = (key: string, start: number) => {
		const name = `${seen.name}.${key}`;
		const known = weights.get(name)?.data ?? new Float32Array(c).fill(start);
		if (!weights.has(name)) weights.set(name, { shape: [c], data: known });
		return known;
	};
	const [m, v] = [get('running_mean', 0), get('running_var', 1)];
	const unbiased = seen.count > 1 ? seen.count / (seen.count - 1) : 1;
	for (let i = 0; i < c; i++) {
		m[i]! += momentum * (computed.mean[i]! - m[i]!);
		v[i]! += momentum * (computed.variance[i]! * unbiased - v[i]!);
	}
}
