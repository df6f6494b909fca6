/**
 * @file Weights in a byte each: W = q s with whole q in [-127, 127] and a scale s for each output channel of a convolution
 * [height, width, in, out], for each row of any other matrix; s = max |W| / 127 (symmetric quantisation, e.g. Jacob et al. 2018).
 * In a file q has the weight's name and s is `NAME.scale`, of a shape that broadcasts. Vectors and small matrices stay as they are.
 */

import { type Shape, sizeOf } from '../tensor/index.js';
import { floatToHalf, halfToFloat } from './half.js';
import type { NamedArray, Weights } from './parameters.js';
import { type ByteArray, readSafetensors } from './safetensors.js';

const suffix = '.scale';
/** What has fewer numbers saves nothing. */
const fewest = 4096;

/** Weights as they are stored: the large matrices in a byte each, with their scales. */
export function toInt8(weights: Weights): Map<string, NamedArray | ByteArray> {
	const stored = new Map<string, NamedArray | ByteArray>();
	for (const [name, array] of weights) {
		const { shape, data } = array;
		if (shape.length < 2 || data.length < fewest) {
			stored.set(name, array);
			continue;
		}
		const scaleShape = shape.map((n, axis) => (axis === scaledAxis(shape) ? n : 1));
		const channel = channelOf(shape);
		const scale = new Float32Array(sizeOf(scaleShape));
		for (let i = 0; i < data.length; i++) {
			const c = channel(i);
			scale[c] = Math.max(scale[c]!, Math.abs(data[i]!) / 127);
		}
		// As it will be read: files of encoders have half precision.
		halfToFloat(floatToHalf(scale), scale);
		const whole = (x: number, i: number) => Math.max(-127, Math.min(127, Math.round(x / (scale[channel(i)]! || 1))));
		stored.set(name, { shape, data: Int8Array.from(data, whole) });
		stored.set(`${name}${suffix}`, { shape: scaleShape, data: scale });
	}
	return stored;
}

/**
 * The weights of a model file, whether in a byte each or not.
 * @throws AtelierError E_CHECKPOINT when it is no model file, E_IO when it cannot be read
 */
export function readWeights(path: string): Weights {
	const { weights, integers } = readSafetensors(path);
	for (const [name, { shape, data }] of integers) {
		const scale = weights.get(`${name}${suffix}`);
		if (scale?.data.length !== shape[scaledAxis(shape)]) continue;
		const channel = channelOf(shape);
		weights.set(name, { shape, data: Float32Array.from(data, (q, i) => q * scale!.data[channel(i)]!) });
		weights.delete(`${name}${suffix}`);
	}
	return weights;
}

const scaledAxis = (shape: Shape) => (shape.length === 4 ? 3 : 0);

/** Which scale a number has, by its index. */
function channelOf(shape: Shape): (index: number) => number {
	const axis = scaledAxis(shape);
	const stride = sizeOf(shape.slice(axis + 1));
	return (i) => Math.floor(i / stride) % shape[axis]!;
}
