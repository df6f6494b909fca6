/** @file The weights of a CLIP model in any container and under any known names, one tower at a time. */

import { AtelierError } from '../../errors.js';
import type { Weights } from '../parameters.js';
import { type Checkpoint, readTensor } from './checkpoint.js';
import { type MappedWeight, mapKeys, readMapped } from './keys.js';
import { openCheckpoint } from './open.js';

/** A tower of the model; the text's has the loss's scalars too. */
export type Tower = 'image' | 'text';

/** An open model. */
export interface ClipWeights {
	/** How messages call the file, quotes included. */
	readonly name: string;
	/** Under OpenAI's names. */
	readonly weights: ReadonlyMap<string, MappedWeight>;
	/** Whether it is a file as OpenAI publishes them: it then holds all that is to be known of the model. */
	readonly isOpenAI: boolean;
	/** The factor on cosines. */
	readonly logitScale: number;
	read(tower: Tower): Weights;
}

/** Use a model's weights; the file is open meanwhile. @throws E_CHECKPOINT when it is damaged or no CLIP model, E_IO */
export function withClipWeights<T>(path: string, use: (clip: ClipWeights) => T): T {
	const checkpoint = openCheckpoint(path);
	try {
		return use(clipWeights(checkpoint));
	} finally {
		checkpoint.close();
	}
}

/** Integer scalars that OpenAI's programs carry, and nobody else's. */
const marks = ['input_resolution', 'context_length', 'vocab_size'];

function clipWeights(checkpoint: Checkpoint): ClipWeights {
	const weights = mapKeys(checkpoint);
	const scale = weights.get('logit_scale');
	if (scale?.shape.join() !== '' && scale?.shape.join() !== '1')
		throw new AtelierError(
			'E_CHECKPOINT',
			`expected a CLIP model with one number 'logit_scale' in ${checkpoint.name}, got none`,
		);
	return {
		name: checkpoint.name,
		weights,
		isOpenAI: marks.every((name) => checkpoint.tensors.get(name)?.dtype === 'I64'),
		logitScale: Math.exp(readTensor(checkpoint, scale.from[0]!).data[0]!),
		read(tower) {
			const read: Weights = new Map();
			for (const [name, weight] of weights)
				if (name.startsWith('visual.') === (tower === 'image'))
					read.set(name, { shape: weight.shape, data: readMapped(checkpoint, weight) });
			return read;
		},
	};
}
