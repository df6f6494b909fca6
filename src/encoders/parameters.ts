/** @file Named weights of an encoder: taken from a checkpoint, or initialised when training starts from nothing. */

import { AtelierError } from '../errors.js';
import type { Random } from '../random.js';
import { parameter, type Shape, sameShape, sizeOf, type Tensor } from '../tensor/index.js';

/** One named array of a checkpoint, row-major. */
export interface NamedArray {
	readonly shape: Shape;
	readonly data: Float32Array;
}

/** A checkpoint in memory. */
export type Weights = Map<string, NamedArray>;

/** How a fresh parameter starts: the standard deviation of a normal distribution around 0, or a constant. */
export type Initialiser = { readonly std: number } | { readonly value: number };

/** Hands out the parameters of a model by name; the arrays are shared with the weights, so training changes them in place. */
export class ParameterStore {
	private readonly handed = new Map<string, Tensor>();

	/**
	 * @param random where fresh parameters come from; without it a missing name is an error
	 * @param prefix what the names have before them in the file, for errors
	 */
	constructor(
		readonly weights: Weights,
		private readonly random?: Random,
		private readonly prefix = '',
	) {}

	/** The parameter of this name; E_CHECKPOINT when it is missing or has another shape. */
	get(name: string, shape: Shape, initialiser: Initialiser = { std: 0.02 }): Tensor {
		const known = this.handed.get(name);
		if (known) return known;
		let array = this.weights.get(name);
		if (!array) {
			if (!this.random)
				throw new AtelierError(
					'E_CHECKPOINT',
					`expected weight '${this.prefix}${name}' [${shape}], got a model file without it; is it another architecture?`,
				);
			array = { shape, data: fresh(shape, initialiser, this.random.split(name)) };
			this.weights.set(name, array);
		}
		if (!sameShape(array.shape, shape))
			throw new AtelierError(
				'E_CHECKPOINT',
				`expected weight '${this.prefix}${name}' of shape [${shape}], got [${array.shape}]; is it another architecture?`,
			);
		const tensor = parameter(name, shape, array.data);
		this.handed.set(name, tensor);
		return tensor;
	}

	/** All parameters handed out so far, in order. */
	all(): Tensor[] {
		return [...this.handed.values()];
	}
}

function fresh(shape: Shape, initialiser: Initialiser, random: Random): Float32Array {
	const data = new Float32Array(sizeOf(shape));
	if ('value' in initialiser) return data.fill(initialiser.value);
	for (let i = 0; i < data.length; i++) data[i] = random.normal() * initialiser.std;
	return data;
}
