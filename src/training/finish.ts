/** @file From a stage-1 checkpoint to a finished encoder: tokenizer, text tower, caption bank, folder. */

import type { TextConfig } from '../encoders/text.js';
import { loadTokenizer } from '../encoders/tokenizers/tokenizer-json.js';
import { trainBpe } from '../encoders/tokenizers/train-bpe.js';
import { normaliseText } from '../encoders/words.js';
import { AtelierError } from '../errors.js';
import { makeFolder } from '../folders.js';
import { Random } from '../random.js';
import { writeEncoder } from './assemble.js';
import { CaptionSource } from './captions.js';
import { checkpointFor } from './checkpoint.js';
import { loadCorpus, type Provenance, refuseToShip } from './corpus/index.js';
import { CaptionTargets, naturalColors, type TextAccuracy, trainText, unitRows } from './text-stage.js';

/** How to finish an encoder. */
export interface FinishOptions {
	/** Folder of the stage-1 checkpoint. */
	readonly checkpoint: string;
	readonly corpus: string;
	/** Folder of the encoder. */
	readonly out: string;
	readonly name: string;
	readonly steps: number;
	readonly batch: number;
	readonly learningRate: number;
	readonly seed: number;
	readonly threads: number;
	readonly engine: string;
	readonly onStep?: Parameters<typeof trainText>[5];
}

/** Sizes of the text tower, but for its vocabulary. Not narrower than the embedding: a projection from fewer dimensions reaches only so many of it (128 of 256 left a median cosine of .81 with what a caption means, and cost 8 points of accuracy by words). */
export const textShape = {
	width: 256,
	layers: 2,
	heads: 4,
	hidden: 512,
	activation: 'quick_gelu',
	epsilon: 1e-5,
	context: 20,
	causal: true,
} as const;
const vocabularySize = 4096;

/** The schedule that the shipped text tower was trained by. */
export const textDefaults = {
	steps: 7000,
	batch: 192,
	learningRate: 2e-3,
	seed: 1,
	threads: 2,
	engine: 'onnxruntime',
} as const;

/** Fit the text tower to a checkpoint's image tower and write the encoder's folder. */
export async function finishEncoder(options: FinishOptions): Promise<TextAccuracy & { provenance: Provenance }> {
	const corpus = await loadCorpus(options.corpus);
	const { weights, config, step, provenance } = checkpointFor(options.checkpoint, corpus);
	// Found out before anything is trained.
	refuseToShip(options.out, provenance);
	makeFolder(options.out);
	const { tower } = config.objective;
	if (tower.kind !== undefined && tower.kind !== 'conv')
		throw new AtelierError(
			'E_CHECKPOINT',
			`expected a checkpoint of a conv tower, which encoders are made of, got one of kind '${tower.kind}'; make a judge of it with --stage judge`,
		);
	const captions = new CaptionSource(corpus);
	// The tokenizer learns from captions as they come.
	const random = new Random(options.seed).split('tokenizer');
	const tokenizerJson = trainBpe(
		Array.from({ length: 30_000 }, () => normaliseText(captions.draw(random).text)),
		{ vocabSize: vocabularySize },
	);
	const tokenizer = loadTokenizer(tokenizerJson);
	const targets = new CaptionTargets(
		tower,
		unitRows(weights, 'prototypes.concepts'),
		unitRows(weights, 'prototypes.colors'),
		await naturalColors(tower, weights, corpus, options.engine),
	);
	const text: TextConfig = { ...textShape, vocabulary: tokenizer.vocabulary };
	const { steps, batch, learningRate, seed, threads, engine } = options;
	const trained = await trainText(
		{ text, steps, batch, learningRate, seed, engine, threads, heldOutPairs: 0.05 },
		tower,
		targets,
		captions,
		tokenizer,
		options.onStep,
	);
	writeEncoder(options.out, {
		name: options.name,
		description: `${tower.size} px, ${corpus.concepts.length} concepts, ${config.objective.colors} colours; image tower of ${step} steps`,
		tower,
		text,
		imageWeights: weights,
		textWeights: trained.weights,
		tokenizer: tokenizerJson,
		bank: {
			captions: corpus.concepts.map((c) => c.name),
			embeddings: corpus.concepts.map((_, k) => targets.embedding({ concepts: [k], color: -1 })),
		},
		words: captions.allWords(),
		maxScale: config.objective.maxScale,
		provenance,
	});
	return { ...trained.accuracy, provenance };
}
