/**
 * @file Weights in a byte each: W = q s with whole q in [-127, 127] and a scale s for each output channel of a convolution
 * [height, width, in, out], for each row of any other matrix (an output of a linear layer, a token, a caption); s = max |W| / 127 (symmetric quantisation, e.g. Jacob et al. 2018).
 * In a file q has the weight's name and s is `NAME.scale`, of a shape that broadcasts. Vectors and small matrices stay as they are.
 */

import { AtelierError } from '../errors.js';
import { type Shape, sameShape, sizeOf } from '../tensor/index.js';
import { type Checkpoint, readFloats, readTensor } from './checkpoints/checkpoint.js';
import { isFloat } from './checkpoints/dtypes.js';
import { fileSource, withSource } from './checkpoints/source.js';
import { floatToHalf, HALF_MAX, halfToFloat } from './half.js';
import type { NamedArray, Weights } from './parameters.js';
import { type ByteArray, openSafetensors, type StoredWeights } from './safetensors.js';

const suffix = '.scale';
/** What has fewer numbers saves nothing. */
const fewest = 4096;

/**
 * Weights as they are stored: the large matrices in a byte each, with their scales.
 * @throws AtelierError E_ARGUMENT where large matrices have numbers that are not finite, or too large for a scale in half precision
 */
export function toInt8(weights: Weights): StoredWeights {
	const stored = new Map<string, NamedArray | ByteArray>();
	for (const [name, array] of weights) {
		const { shape, data } = array;
		if (shape.length < 2 || data.length < fewest) {
			stored.set(name, array);
			continue;
		}
		const scale = new Float32Array(shape[scaledAxis(shape)]!);
		eachChannel(shape, (c, i) => {
			// A NaN stays.
			const size = Math.abs(data[i]!) / 127;
			if (size > scale[c]! || Number.isNaN(size)) scale[c] = size;
		});
		// As it will be read: files of encoders have half precision.
		halfToFloat(floatToHalf(scale), scale);
		if (!scale.every(Number.isFinite))
			throw new AtelierError(
				'E_ARGUMENT',
				`expected finite weights of at most ${127 * HALF_MAX} in '${name}', got others; has the training diverged?`,
			);
		const bytes = new Int8Array(data.length);
		eachChannel(shape, (c, i) => {
			bytes[i] = Math.max(-127, Math.min(127, Math.round(data[i]! / (scale[c]! || 1))));
		});
		stored.set(name, { shape, data: bytes });
		stored.set(`${name}${suffix}`, { shape: scaleShape(shape), data: scale });
	}
	return stored;
}

/**
 * The weights of a model file, whether in a byte each or not.
 * @throws AtelierError E_CHECKPOINT when it is no model file or the scales do not fit, E_IO when it cannot be read
 */
export function readWeights(path: string): Weights {
	const source = fileSource(path);
	return withSource(source, () => fromInt8(openSafetensors(source), path));
}

function fromInt8(file: Checkpoint, path: string): Weights {
	const weights = readFloats(file);
	for (const { name, dtype, shape } of file.tensors.values()) {
		const scale = weights.get(`${name}${suffix}`);
		if (!scale || isFloat(dtype)) continue;
		if (shape.length < 2 || !sameShape(scale.shape, scaleShape(shape)))
			throw new AtelierError(
				'E_CHECKPOINT',
				`expected the scales of '${name}' [${shape}] in ${path} to be [${scaleShape(shape)}], got [${scale.shape}]; the file is damaged, fetch or make it again`,
			);
		const { data } = readTensor(file, name);
		eachChannel(shape, (c, i) => {
			data[i]! *= scale.data[c]!;
		});
		weights.set(name, { shape, data });
		weights.delete(`${name}${suffix}`);
	}
	return weights;
}

const scaledAxis = (shape: Shape) => (shape.length === 4 ? 3 : 0);

/** Broadcasts along all axes but the scaled one. */
const scaleShape = (shape: Shape): Shape => shape.map((n, axis) => (axis === scaledAxis(shape) ? n : 1));

/** Visit each number: its channel and its index. Millions of them: plain loops. */
function eachChannel(shape: Shape, visit: (channel: number, index: number) => void): void {
	const channels = shape[scaledAxis(shape)]!;
	const stride = sizeOf(shape.slice(scaledAxis(shape) + 1));
	const size = sizeOf(shape);
	for (let at = 0, row = 0; at < size; at += stride, row = (row + 1) % channels)
		for (let i = at; i < at + stride; i++) visit(row, i);
}
