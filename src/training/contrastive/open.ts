/** @file From a configuration file to a run that is ready to start: opens the sources, finds or learns the tokenizer, sizes the model. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readJsonObject } from '../../encoders/model-folder.js';
import { loadTokenizer } from '../../encoders/tokenizers/tokenizer-json.js';
import { AtelierError } from '../../errors.js';
import { replaceFile } from '../../files.js';
import { makeFolder } from '../../folders.js';
import { joinProvenance, loadCorpus, type Provenance, refuseToShip } from '../corpus/index.js';
import { shardFiles } from '../shards/layout.js';
import { type ContrastiveConfig, type ContrastiveFile, contrastiveConfig } from './config.js';
import { corpusSource } from './corpus-source.js';
import { readEncoderFolder, type StartingPoint } from './encoder-folder.js';
import { newModel } from './model-file.js';
import type { ContrastiveSetup } from './program.js';
import { shardSource } from './shard-source.js';
import type { TrainingSource } from './sources.js';
import { TrainingState } from './state.js';
import { towersOf } from './towers.js';

/** Captions that a tokenizer is learnt from. */
const tokenizerCaptions = 30_000;

/** A run before its first step. */
export interface OpenedRun {
	readonly config: ContrastiveConfig;
	readonly setup: ContrastiveSetup;
	readonly sources: readonly TrainingSource[];
	/** Contents of tokenizer.json. */
	readonly tokenizer: object;
	readonly state: TrainingState;
	/** Names of concepts that have prototypes. */
	readonly concepts: readonly string[];
	/** What the model learns from, and what the encoder that it starts from has learnt from. */
	readonly provenance: Provenance;
}

/** How to open. */
export interface OpenOptions {
	/** Folder of the run. */
	readonly out: string;
	readonly resume: boolean;
	onWarning(message: string): void;
}

/** Open everything that a file names; what is wrong with it is found out as early as can be. */
export async function openRun(file: ContrastiveFile, { out, resume, onWarning }: OpenOptions): Promise<OpenedRun> {
	makeFolder(out);
	const start = file.from === undefined ? undefined : readEncoderFolder(file.from);
	// The number of tokens, which may not be known yet, is of no consequence to what is checked.
	contrastiveConfig(file, start?.model ?? newModel(file.model!, file.model!.text.vocabulary));
	const names = new Map<string, number>();
	const sources = await openSources(file, names, onWarning);
	const provenance = joinProvenance(start?.provenance ?? {}, ...sources.map((s) => s.provenance));
	refuseToShip(out, provenance);
	const concepts = file.prototypes ? [...names.keys()] : [];
	if (file.prototypes && concepts.length === 0)
		throw new AtelierError(
			'E_ARGUMENT',
			"training configuration: 'prototypes.concepts': expected the names of concepts, as there is no corpus among the sources, got none",
		);

	const tokenizer = await findTokenizer(file, start, sources, join(out, 'tokenizer.json'), resume);
	const { vocabulary } = loadTokenizer(tokenizer);
	const model = start?.model ?? newModel(file.model!, vocabulary);
	if (vocabulary > towersOf(model).text.vocabulary)
		throw new AtelierError(
			'E_CHECKPOINT',
			`expected a tokenizer of at most ${towersOf(model).text.vocabulary} tokens, got one of ${vocabulary}; it is another model's`,
		);
	const config = contrastiveConfig(file, model);
	const setup: ContrastiveSetup = {
		model,
		loss: {
			...config.loss,
			...(file.prototypes && {
				prototypes: { concepts: concepts.length, weight: file.prototypes.weight, smoothing: file.prototypes.smoothing },
			}),
		},
		...(file.lock && { lock: file.lock }),
	};
	const state = new TrainingState(config, setup, start?.weights);
	replaceFile(join(out, 'config.json'), `${JSON.stringify({ ...config, model: setup.model }, undefined, '\t')}\n`);
	return { config, setup, sources, tokenizer, state, concepts, provenance };
}

async function openSources(
	file: ContrastiveFile,
	names: Map<string, number>,
	onWarning: (message: string) => void,
): Promise<TrainingSource[]> {
	// Every name has an index; those that come later than the prototypes' serve only to tell whether two are equal.
	const conceptIndex = (name: string) => {
		const known = names.get(name);
		if (known === undefined) names.set(name, names.size);
		return known ?? names.size - 1;
	};
	file.prototypes?.concepts.forEach(conceptIndex);
	const sources: TrainingSource[] = [];
	for (const [source, from] of file.sources.entries())
		if ('corpus' in from) {
			const corpus = await loadCorpus(from.corpus);
			for (const { name } of corpus.concepts) conceptIndex(name);
			sources.push(corpusSource(corpus, { source, weight: from.weight, hard: from.hard, conceptIndex }));
		} else {
			const { shards, ...rest } = from;
			const paths = shardFiles(shards);
			sources.push(shardSource({ ...rest, source, paths, seed: file.seed, conceptIndex, onWarning }));
		}
	return sources;
}

/** The tokenizer of the encoder that training starts from, of the run that goes on, of a file, or one learnt from captions. */
async function findTokenizer(
	file: ContrastiveFile,
	start: StartingPoint | undefined,
	sources: readonly TrainingSource[],
	path: string,
	resume: boolean,
): Promise<object> {
	if (resume && existsSync(path)) return readJsonObject(path);
	let tokenizer = start?.tokenizer;
	if (file.tokenizer !== undefined) {
		if (!existsSync(file.tokenizer))
			throw new AtelierError('E_IO', `expected a tokenizer.json at '${file.tokenizer}', got no such file`);
		tokenizer = readJsonObject(file.tokenizer);
	}
	if (!tokenizer) {
		const each = Math.ceil(tokenizerCaptions / sources.length);
		const captions = (await Promise.all(sources.map((s) => s.captions(each)))).flat();
		const { vocabulary } = file.model!.text;
		tokenizer = towersOf(newModel(file.model!, vocabulary)).learnTokenizer(captions, vocabulary);
	}
	replaceFile(path, `${JSON.stringify(tokenizer)}\n`);
	return tokenizer;
}
