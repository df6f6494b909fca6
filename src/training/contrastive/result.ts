/** @file What a run leaves: held-out pairs to judge it by, and the folder of the trained encoder. */

import { basename, dirname, resolve } from 'node:path';
import type { Weights } from '../../encoders/parameters.js';
import { writeEncoderFolder } from './encoder-folder.js';
import type { Evaluator } from './evaluate.js';
import type { OpenedRun } from './open.js';
import type { HeldOutPair } from './sources.js';
import { towersOf } from './towers.js';

/** Captions that the built-in encoder's format keeps, at most. */
const bankSize = 1024;

/** Pairs of all sources that are not trained on, as many as the configuration asks for in all. */
export async function heldOutPairs({ config, setup, sources }: OpenedRun): Promise<HeldOutPair[]> {
	const each = Math.ceil(config.evaluation.pairs / sources.length);
	const { size } = towersOf(setup.model);
	return (await Promise.all(sources.map((s) => s.heldOut(each, size)))).flat();
}

/** Writes the encoder of a run as it is at a step. */
export async function encoderWriter(
	{ config, setup, sources, tokenizer, provenance }: OpenedRun,
	folder: string,
): Promise<(step: number, weights: Weights, evaluator: Evaluator) => Promise<void>> {
	const { model } = setup;
	const each = Math.ceil(bankSize / sources.length);
	// CLIP's files have no place for them.
	const lexicons = model.kind === 'builtin' ? await Promise.all(sources.map((s) => s.lexicon(each))) : [];
	const captions = [...new Set(lexicons.flatMap((l) => l.captions))];
	const words = [...new Set(lexicons.flatMap((l) => l.words))].sort();
	return async (step, weights, evaluator) => {
		const embeddings = await evaluator.embedTexts(weights, captions);
		writeEncoderFolder(folder, {
			name: config.name ?? basename(dirname(resolve(folder))),
			description: `contrastive training (${config.recipe}), ${step} steps of ${config.batch} pairs`,
			model,
			weights,
			tokenizer,
			bank: { captions, embeddings },
			words,
			provenance,
			maxScale: config.logitScale.max ?? Number.POSITIVE_INFINITY,
		});
	};
}
