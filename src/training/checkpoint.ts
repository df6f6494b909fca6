/** @file Checkpoints of training: weights and optimiser moments in one safetensors file, so that a resumed run continues exactly. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Weights } from '../encoders/parameters.js';
import { readSafetensors, type SafetensorsFile, writeSafetensors } from '../encoders/safetensors.js';
import { AtelierError } from '../errors.js';
import { makeFolder } from '../folders.js';
import type { AdamW } from './adamw.js';
import type { ConceptTrainingConfig } from './concept-trainer.js';
import { type Corpus, joinProvenance, type Provenance, provenanceOf, provenanceSchema } from './corpus/index.js';

/** The state of a run: all weights by name, the trained ones also as one vector, and the optimiser. */
export interface ConceptCheckpoint {
	readonly weights: Weights;
	readonly vector: Float32Array;
	readonly adam: AdamW;
	/** What the weights have learnt from so far. */
	provenance: Provenance;
}

const fileName = 'checkpoint.safetensors';

/** Write the state after `step` steps; the old file is replaced only once the new one is whole. */
export function saveConceptCheckpoint(
	folder: string,
	step: number,
	state: ConceptCheckpoint,
	config: ConceptTrainingConfig,
): string {
	makeFolder(folder);
	const path = join(folder, fileName);
	const all: Weights = new Map(state.weights);
	all.set('adam.first', { shape: [state.adam.first.length], data: state.adam.first });
	all.set('adam.second', { shape: [state.adam.second.length], data: state.adam.second });
	writeSafetensors(path, all, {
		metadata: {
			step: String(step),
			updates: String(state.adam.step),
			config: JSON.stringify(config),
			provenance: JSON.stringify(state.provenance),
		},
	});
	return path;
}

/** Where a run goes on. */
interface Resumed {
	readonly step: number;
	/** Keys of the configuration that are not what they were, but for the number of steps: it will not be the run that it was to be. */
	readonly changed: readonly string[];
}

/** Read the state back in place. The model must be the same; the length of the run, its data and its rates may differ. */
export function loadConceptCheckpoint(
	folder: string,
	state: ConceptCheckpoint,
	config: ConceptTrainingConfig,
): Resumed {
	const path = join(folder, fileName);
	if (!existsSync(path))
		throw new AtelierError(
			'E_CHECKPOINT',
			`expected a checkpoint to resume in ${folder}, got no ${fileName}; start without --resume`,
		);
	const { file, ...saved } = readCheckpoint(path);
	// The order of keys does not matter.
	const changed = changedKeys(saved.config, config);
	if (changed.includes('objective'))
		throw new AtelierError(
			'E_CHECKPOINT',
			`expected a checkpoint of the same model, got ${path} of another; choose another --out`,
		);
	const copy = (name: string, to: Float32Array) => {
		const from = file.weights.get(name);
		if (!from || from.data.length !== to.length)
			throw new AtelierError(
				'E_CHECKPOINT',
				`expected '${name}' of ${to.length} numbers in ${path}, got ${from?.data.length ?? 'none'}`,
			);
		to.set(from.data);
	};
	for (const [name, array] of state.weights) copy(name, array.data);
	copy('adam.first', state.adam.first);
	copy('adam.second', state.adam.second);
	state.adam.step = saved.updates;
	state.provenance = joinProvenance(saved.provenance, state.provenance);
	return { step: saved.step, changed };
}

/** Keys of two configurations that differ, as they are written. */
function changedKeys(before: ConceptTrainingConfig, after: ConceptTrainingConfig): string[] {
	const written = JSON.parse(JSON.stringify(after)) as Partial<Record<string, unknown>>;
	const old: Partial<Record<string, unknown>> = { ...before };
	return Object.keys(written).filter((key) => key !== 'steps' && !isDeepStrictEqual(old[key], written[key]));
}

/** What the next stage needs of a checkpoint. */
export interface TrainedTower {
	readonly weights: Weights;
	readonly config: ConceptTrainingConfig;
	readonly step: number;
	readonly provenance: Provenance;
}

/** Only the weights of a checkpoint, for drawing or for the next stage. */
export function checkpointWeights(folder: string): TrainedTower {
	const path = join(folder, fileName);
	if (!existsSync(path))
		throw new AtelierError('E_CHECKPOINT', `expected a checkpoint in ${folder}, got no ${fileName}; train first`);
	const { file, config, step, provenance } = readCheckpoint(path);
	const weights: Weights = new Map([...file.weights].filter(([name]) => !name.startsWith('adam.')));
	return { weights, config, step, provenance };
}

/** The weights of a checkpoint for a stage that learns from a corpus too. @throws AtelierError E_CORPUS when it is another one's */
export function checkpointFor(folder: string, corpus: Corpus): TrainedTower {
	const trained = checkpointWeights(folder);
	if (corpus.concepts.length !== trained.config.objective.concepts)
		throw new AtelierError(
			'E_CORPUS',
			`expected the corpus of ${trained.config.objective.concepts} concepts that the checkpoint was trained on, got one of ${corpus.concepts.length}`,
		);
	return { ...trained, provenance: joinProvenance(trained.provenance, provenanceOf(corpus)) };
}

function readCheckpoint(path: string): {
	file: SafetensorsFile;
	config: ConceptTrainingConfig;
	step: number;
	updates: number;
	provenance: Provenance;
} {
	const file = readSafetensors(path);
	const { step, updates } = file.metadata;
	try {
		const config = JSON.parse(file.metadata.config ?? '') as ConceptTrainingConfig;
		// Earlier checkpoints do not say; none of them could learn from share-alike pictures.
		const provenance = file.metadata.provenance
			? provenanceSchema.parse(JSON.parse(file.metadata.provenance))
			: joinProvenance();
		const numbers = { step: Number(step ?? Number.NaN), updates: Number(updates ?? Number.NaN) };
		if (config?.objective && Number.isInteger(numbers.step) && Number.isInteger(numbers.updates))
			return { file, config, ...numbers, provenance };
	} catch {}
	throw new AtelierError(
		'E_CHECKPOINT',
		`expected a checkpoint of training with its step and configuration, got ${path} without; train again`,
	);
}
