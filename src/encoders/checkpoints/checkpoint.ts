/** @file What every container of weights is read through: a list of named tensors, each read when it is wanted. */

import { AtelierError } from '../../errors.js';
import { type Shape, sizeOf } from '../../tensor/index.js';
import type { Weights } from '../parameters.js';
import { isFloat, type StoredType } from './dtypes.js';

/** A tensor of a file: row-major once it is read, however it is stored. */
export interface TensorInfo {
	readonly name: string;
	readonly dtype: StoredType;
	readonly shape: Shape;
}

/** The container that a file is; a TorchScript archive is a program with its weights, as OpenAI publishes CLIP. */
export type Container = 'safetensors' | 'torch' | 'torchscript' | 'legacy torch';

/** An open file of weights. */
export interface Checkpoint {
	/** How messages call it, quotes included. */
	readonly name: string;
	readonly container: Container;
	readonly tensors: ReadonlyMap<string, TensorInfo>;
	/**
	 * Fill an array of the tensor's size with its numbers.
	 * @throws E_CHECKPOINT when there is no such tensor or its bytes are damaged, E_IO when they cannot be read
	 */
	readInto(name: string, into: Float32Array | Float64Array): void;
	close(): void;
}

/** Numbers of a tensor as float32. */
export function readTensor(checkpoint: Checkpoint, name: string): { shape: Shape; data: Float32Array } {
	const { shape } = tensorOf(checkpoint.tensors, name, checkpoint.name);
	const data = new Float32Array(sizeOf(shape));
	checkpoint.readInto(name, data);
	return { shape, data };
}

/** All float tensors. */
export function readFloats(checkpoint: Checkpoint): Weights {
	const weights: Weights = new Map();
	for (const { name, dtype } of checkpoint.tensors.values())
		if (isFloat(dtype)) weights.set(name, readTensor(checkpoint, name));
	return weights;
}

/** A tensor that must be there. @throws E_CHECKPOINT */
export function tensorOf<T extends TensorInfo>(tensors: ReadonlyMap<string, T>, name: string, where: string): T {
	const tensor = tensors.get(name);
	if (!tensor) throw new AtelierError('E_CHECKPOINT', `expected a tensor '${name}' in ${where}, got none`);
	return tensor;
}
