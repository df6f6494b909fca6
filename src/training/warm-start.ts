/** @file Starts training from a finished encoder: what has the same name and shape is taken over, and prototypes go by their concept's name. */

import { join } from 'node:path';
import { builtinConfigSchema } from '../encoders/builtin.js';
import { weightsOfMembers } from '../encoders/ensemble.js';
import { readWeights } from '../encoders/int8-weights.js';
import { modelFile, readJsonObject } from '../encoders/model-folder.js';
import type { Weights } from '../encoders/parameters.js';
import { AtelierError } from '../errors.js';
import { joinProvenance, type Provenance } from './corpus/index.js';

/** What was taken over, and what stays fresh. */
export interface WarmStart {
	readonly weights: number;
	readonly prototypes: number;
	/** Names that the encoder lacks or has in another shape. */
	readonly fresh: readonly string[];
	/** What the encoder had learnt from. */
	readonly provenance: Provenance;
}

/**
 * Copy an encoder's weights into fresh ones, in place. A net with more blocks keeps those as they are; a prototype of a
 * concept that the encoder does not know stays random. An ensemble gives its first member.
 *
 * @param folder as `atelier train --stage text` writes it
 * @param concepts names, in the order of the rows of 'prototypes.concepts'
 * @throws AtelierError E_CHECKPOINT when the folder holds no such encoder
 */
export function warmStart(weights: Weights, folder: string, concepts: readonly string[]): WarmStart {
	const config = builtinConfigSchema.safeParse(
		readJsonObject(modelFile(folder, 'config.json', 'choose another --init')),
	);
	if (!config.success)
		throw new AtelierError(
			'E_CHECKPOINT',
			`expected an encoder of this project to start from in ${join(folder, 'config.json')}, got something else; choose another --init`,
		);
	const stored = readWeights(modelFile(folder, 'model.safetensors', 'choose another --init'));
	const known = weightsOfMembers(stored, config.data.members?.length)[0]!;
	const fresh: string[] = [];
	let taken = 0;
	for (const [name, { shape, data }] of weights) {
		const from = known.get(name);
		if (from?.shape.join() === shape.join()) {
			data.set(from.data);
			taken++;
		} else if (!name.startsWith('prototypes.')) fresh.push(name);
	}
	const { shape: width } = config.data.image.embedding;
	const bank = known.get('bank');
	const prototypes = weights.get('prototypes.concepts');
	let prototypesTaken = 0;
	if (bank && prototypes && prototypes.shape[1] === width) {
		const stride = bank.shape[1]!;
		const row = new Map(config.data.bank.map((caption, i) => [caption, i]));
		concepts.forEach((concept, k) => {
			const i = row.get(concept);
			if (i === undefined) return;
			const part = bank.data.subarray(i * stride, i * stride + width);
			const norm = Math.hypot(...part) || 1;
			prototypes.data.set(
				part.map((x) => x / norm),
				k * width,
			);
			prototypesTaken++;
		});
	}
	return { weights: taken, prototypes: prototypesTaken, fresh, provenance: joinProvenance(config.data) };
}
