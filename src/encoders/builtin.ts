/** @file The encoder that ships with the package: a small convolutional image tower and a small text transformer, or an ensemble of such. */

import { z } from 'zod';
import type { Engine } from '../engines/index.js';
import { AtelierError } from '../errors.js';
import { input, l2Normalise, type Tensor } from '../tensor/index.js';
import { validated } from '../validation.js';
import { builtinViews } from '../views/index.js';
import { convTower } from './conv-tower.js';
import { builtinViewCounts, type DualEncoder } from './encoder.js';
import { joinGraphs, joinVectors, memberPrefix, mostMembers, partOf, weightsOfMembers } from './ensemble.js';
import { readWeights } from './int8-weights.js';
import { modelFile, readJsonObject, sha256 } from './model-folder.js';
import { ParameterStore } from './parameters.js';
import { Programs } from './programs.js';
import { pooledPositions, textTransformer } from './text.js';
import { loadTokenizer } from './tokenizers/tokenizer-json.js';
import { embeddingWidth } from './tower-parts.js';
import { embeddingsOf, rowsOf } from './vectors.js';
import { normaliseText, words } from './words.js';

const count = z
	.int()
	.min(1)
	.max(1 << 20);

/** config.json of a built-in encoder. */
export const builtinConfigSchema = z.object({
	format: z.literal('atelier-encoder-1'),
	name: z.string(),
	description: z.string(),
	image: z.object({
		size: count,
		stages: z.array(z.object({ channels: count, blocks: z.int().min(0).max(100) })).min(1),
		embedding: z.object({ shape: count, color: count, colorShare: z.number().gt(0).lt(1) }),
	}),
	text: z.object({
		width: count,
		layers: count,
		heads: count,
		hidden: count,
		activation: z.enum(['quick_gelu', 'gelu', 'gelu_tanh']),
		epsilon: z.number(),
		context: count,
		vocabulary: count,
		causal: z.boolean(),
	}),
	/** Of an ensemble the mean of its members'. */
	logitScale: z.number().positive(),
	/** An ensemble of encoders of these sizes, words and bank; their weights are in one file. */
	members: z
		.array(z.object({ description: z.string(), logitScale: z.number().positive() }))
		.min(2)
		.max(mostMembers)
		.optional(),
	/** Captions of the rows of the weight 'bank'. */
	bank: z.array(z.string()),
	/** Words that the text tower was taught. */
	words: z.array(z.string()),
	/** Sources of the pictures that it was trained on, and those of them under share-alike licences. */
	learntFrom: z.array(z.string()).optional(),
	shareAlike: z.array(z.string()).optional(),
});

export type BuiltinConfig = z.infer<typeof builtinConfigSchema>;

const textBatch = 16;

/** Finds the words of a text that are not among those taught. */
export function untaught(taught: readonly string[]): (text: string) => string[] {
	const known = new Set(taught);
	return (text) => words(text).filter((word) => !known.has(word));
}

/**
 * Load from a folder with config.json, model.safetensors and tokenizer.json.
 * @param programs of the engine; default: those that are disposed of after each use
 * @throws E_CHECKPOINT when a part is missing, damaged or does not fit, E_IO when it cannot be read
 */
export async function loadBuiltin(
	folder: string,
	engine: Engine,
	programs = new Programs(engine),
): Promise<DualEncoder> {
	const part = (name: string) => modelFile(folder, name, 'reinstall the model');
	const config = validated(
		builtinConfigSchema,
		readJsonObject(part('config.json')),
		'E_CHECKPOINT',
		`config.json in ${folder}`,
	);
	const path = part('model.safetensors');
	const weights = readWeights(path);
	const hash = await sha256(path);
	const tokenizer = loadTokenizer(part('tokenizer.json'));
	if (tokenizer.vocabulary > config.text.vocabulary)
		throw new AtelierError(
			'E_CHECKPOINT',
			`expected a tokenizer.json of at most ${config.text.vocabulary} tokens in ${folder}, got ${tokenizer.vocabulary}; it is another model's`,
		);
	const { members } = config;
	const owned = weightsOfMembers(weights, members?.length);
	const stores = owned.map((own, m) => new ParameterStore(own, undefined, memberPrefix(m, owned.length)));
	const ownWidth = embeddingWidth(config.image);
	const width = ownWidth * stores.length;
	const pictures = (n: number) => input('images', [n, config.image.size, config.image.size, 3]);
	const towers = stores.map((store) => (images: Tensor) => convTower(config.image, store, images));
	const imageGraph = (images: Tensor) => joinGraphs(towers.map((tower) => tower(images)));
	const textGraph = () => {
		const ids = input('ids', [textBatch, config.text.context], 'int32');
		const positions = input('positions', [textBatch], 'int32');
		return joinGraphs(
			stores.map((store) => l2Normalise(textTransformer(config.text, ownWidth, store, ids, positions))),
		);
	};
	// Once for the sake of the errors: a weight that is missing is better reported now than at the first step.
	try {
		imageGraph(pictures(1));
		textGraph();
	} catch (cause) {
		if (cause instanceof AtelierError && cause.code === 'E_CHECKPOINT') throw cause;
		const message = cause instanceof Error ? cause.message : String(cause);
		throw new AtelierError(
			'E_CHECKPOINT',
			`config.json in ${folder} describes no model that can be built: ${message}`,
			{ cause },
		);
	}

	const banks = stores.map((store) =>
		rowsOf(store.get('bank', [config.bank.length, ownWidth]).data as Float32Array, ownWidth),
	);

	return {
		name: config.name,
		hash,
		imageSize: config.image.size,
		width,
		logitScale: config.logitScale,
		views: builtinViews,
		...builtinViewCounts,
		canvas: Math.round(config.image.size * 1.5),
		...(config.learntFrom && { learntFrom: config.learntFrom }),
		knowsSingleThings: true,
		bank: { captions: config.bank, embeddings: config.bank.map((_, k) => joinVectors(banks.map((rows) => rows[k]!))) },
		...(members && {
			members: members.map(({ logitScale }, m) => ({
				width: ownWidth,
				logitScale,
				imageGraph: towers[m]!,
				partOf: (embedding) => partOf(embedding, m, ownWidth),
			})),
		}),
		imageGraph,
		async encodeTexts(texts) {
			const { context } = config.text;
			const outputs = () => ({ embedding: textGraph() });
			return programs.use('text', [textBatch, context], outputs, async (program) => {
				const all: Float32Array[] = [];
				for (let at = 0; at < texts.length; at += textBatch) {
					const part = texts.slice(at, at + textBatch);
					const padded = [...part, ...new Array<string>(textBatch - part.length).fill('')];
					const tokens = tokenizer.rows(padded.map(normaliseText), context);
					const out = await program.run({
						ids: tokens.ids,
						positions: pooledPositions(tokens.ids, context, { id: tokenizer.eos }),
					});
					all.push(...embeddingsOf(out.embedding!, width, config.name).slice(0, part.length));
				}
				return all;
			});
		},
		async encodeImages(images) {
			const n = images.length / (config.image.size ** 2 * 3);
			if (n === 0 || !Number.isInteger(n))
				throw new AtelierError(
					'E_SHAPE',
					`expected pictures of ${config.image.size} px, got ${images.length} numbers, which is ${n} of them`,
				);
			const outputs = () => ({ embedding: imageGraph(pictures(n)) });
			return programs.use('image', [n], outputs, async (program) =>
				embeddingsOf((await program.run({ images })).embedding!, width, config.name),
			);
		},
		unknownWords: untaught(config.words),
		isTruncated: (text) => tokenizer.rows([normaliseText(text)], config.text.context).truncated[0]!,
	};
}
