/** @file A model of CLIP's family in the files that it is published in: its architecture, and the weights that fit it. */

import { AtelierError } from '../errors.js';
import type { Architecture, Family, ModelSource } from './architecture.js';
import { checkFit } from './checkpoints/fit.js';
import { type ModelFiles, modelFiles, statedBeside } from './checkpoints/model-files.js';
import { type ModelWeights, modelWeights, withCheckpoint } from './checkpoints/model-weights.js';
import type { ClipConfig } from './clip-config.js';
import { clipConfig, clipFamily, clipPixels } from './clip-family.js';
import { familyOf } from './families.js';
import { readJsonObject } from './model-folder.js';
import type { Weights } from './parameters.js';
import { pictureSettings } from './preprocessing/picture-settings.js';

/** A model whose files fit together. */
export interface Model {
	readonly family: Family;
	readonly source: ModelSource;
	readonly architecture: Architecture;
	readonly weights: ModelWeights;
}

/** Use a model; its weights are there, all of them, and its file is open meanwhile. @throws E_CHECKPOINT */
export function withModel<T>(files: ModelFiles, use: (model: Model) => T): T {
	return withCheckpoint(files.weights, (checkpoint) => {
		const source = { config: configOf(files), checkpoint };
		const family = familyOf(source);
		const weights = modelWeights(checkpoint, family.tables);
		const architecture = family.architecture(source, weights.weights);
		checkFit(weights, architecture);
		return use({ family, source, architecture, weights });
	});
}

/** What the configuration beside a model's weights says. @throws E_CHECKPOINT */
function configOf(files: ModelFiles): object | undefined {
	const found = statedBeside(files, 'config.json');
	return found && readJsonObject(found.path);
}

/** A whole CLIP model in memory: its sizes, and its weights under OpenAI's names. @throws E_CHECKPOINT, also for other kinds */
export function readClip(path: string): {
	config: ClipConfig;
	weights: Weights;
	mean: readonly number[];
	std: readonly number[];
} {
	const files = modelFiles(path);
	return withModel(files, ({ family, source, weights }) => {
		if (family !== clipFamily)
			throw new AtelierError(
				'E_CHECKPOINT',
				`expected a model of CLIP, SigLIP or ALIGN to train in '${path}', got ${family.name}; it can guide drawings alone`,
			);
		const config = clipConfig(source, weights.weights);
		const { pooling } = config.text;
		if (pooling === 'first' || pooling === 'last')
			throw new AtelierError(
				'E_CHECKPOINT',
				`expected a CLIP model whose texts end in the token that stands for them in '${path}', got one that takes the ${pooling}; it can guide drawings, not be trained`,
			);
		return {
			config,
			weights: new Map([...weights.read('image'), ...weights.read('text')]),
			...pictureSettings(files).statistics(clipPixels),
		};
	});
}
