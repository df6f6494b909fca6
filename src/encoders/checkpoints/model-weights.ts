/** @file The weights of a model of CLIP's family in any container and under any known names, one tower at a time. */

import { AtelierError } from '../../errors.js';
import type { Weights } from '../parameters.js';
import { type Checkpoint, readTensor } from './checkpoint.js';
import { type KeyTable, type MappedWeight, mapKeys, readMapped } from './keys.js';
import { openCheckpoint } from './open.js';

/** A tower of the model; the text's has the loss's scalars too. */
export type Tower = 'image' | 'text';

/** An open model. */
export interface ModelWeights {
	/** How messages call the file, quotes included. */
	readonly name: string;
	/** Under the names that the towers know. */
	readonly weights: ReadonlyMap<string, MappedWeight>;
	read(tower: Tower): Weights;
	/** A weight of one number, [] or [1]. @throws E_CHECKPOINT when there is none */
	scalar(name: string): number;
}

/** Use a file of weights, which is open meanwhile. @throws E_CHECKPOINT when it is damaged, E_IO */
export function withCheckpoint<T>(path: string, use: (checkpoint: Checkpoint) => T): T {
	const checkpoint = openCheckpoint(path);
	try {
		return use(checkpoint);
	} finally {
		checkpoint.close();
	}
}

/** The weights of an open model whose names are of one of these formats. @throws E_CHECKPOINT when they do not fit together */
export function modelWeights(checkpoint: Checkpoint, tables: readonly KeyTable[]): ModelWeights {
	const weights = mapKeys(checkpoint, tables);
	return {
		name: checkpoint.name,
		weights,
		read(tower) {
			const read: Weights = new Map();
			for (const [name, weight] of weights)
				if (towerOf(name) === tower) read.set(name, { shape: weight.shape, data: readMapped(checkpoint, weight) });
			return read;
		},
		scalar(name) {
			const found = weights.get(name);
			if (found?.shape.join() !== '' && found?.shape.join() !== '1')
				throw new AtelierError(
					'E_CHECKPOINT',
					`expected a model with one number '${name}' in ${checkpoint.name}, got none`,
				);
			return readTensor(checkpoint, found.from[0]!).data[0]!;
		},
	};
}

/** The tower that a weight is of. */
export const towerOf = (name: string): Tower => (name.startsWith('visual.') ? 'image' : 'text');
