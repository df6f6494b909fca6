/** @file Any CLIP checkpoint as an encoder: OpenAI's, open_clip's or Hugging Face's, in the files that they come in. */

import { basename, join } from 'node:path';
import { z } from 'zod';
import type { Engine, Outputs } from '../engines/index.js';
import { AtelierError } from '../errors.js';
import { input, l2Normalise, type Tensor } from '../tensor/index.js';
import { validated } from '../validation.js';
import { clipdrawViews } from '../views/index.js';
import { type ClipWeights, withClipWeights } from './checkpoints/clip-weights.js';
import { checkFit } from './checkpoints/fit.js';
import { hashWeights, isFile, type ModelFiles, modelFiles } from './checkpoints/model-files.js';
import { CLIP_MEAN, CLIP_STD, imageEmbedding, normaliseImages, textEmbedding } from './clip.js';
import { type ClipConfig, inferClipConfig, parseClipConfig } from './clip-config.js';
import type { DualEncoder } from './encoder.js';
import { isHuggingFaceConfig, parseHuggingFaceConfig } from './huggingface-config.js';
import { readJsonObject } from './model-folder.js';
import { isOpenClipConfig, openClipStatistics, parseOpenClipConfig } from './open-clip-config.js';
import { ParameterStore, type Weights } from './parameters.js';
import { cropRows, pooledPositions } from './text.js';
import { loadTokenizerFrom } from './tokenizers/find-tokenizer.js';
import type { TextTokenizer } from './tokenizers/tokenizer.js';

/** Texts or pictures that one program embeds at once, at most. */
const mostRows = 16;

/**
 * Load a CLIP model from a folder, or from its file of weights with the other files beside it:
 * - the weights: safetensors, in one file or several with their index, or what torch.save or TorchScript wrote, under
 *   OpenAI's, open_clip's or Hugging Face's names,
 * - config.json or open_clip_config.json: the sizes, in OpenAI's words (see parseClipConfig), as Hugging Face writes them or
 *   as open_clip does; OpenAI's own files need none,
 * - tokenizer.json, or another file of loadTokenizerFrom,
 * - preprocessor_config.json, if any: `image_mean` and `image_std`, default OpenAI's.
 * @throws E_CHECKPOINT when a part is missing, damaged, or does not fit the others
 */
export async function loadClip(path: string, engine: Engine, threads?: number): Promise<DualEncoder> {
	const files = modelFiles(path);
	const { folder } = files;
	const tokenizer = loadTokenizerFrom(folder);
	const { config, logitScale, images } = withClipWeights(files.weights, (clip) => ({
		config: fittingConfig(files, clip),
		logitScale: clip.logitScale,
		images: new ParameterStore(clip.read('image')),
	}));
	checkVocabulary(tokenizer, config, folder);
	const { mean, std } = readStatistics(folder);

	// Half of the model is wanted for a moment only, while prompts are embedded: hold it weakly, and read it when it is not there.
	let text: WeakRef<Weights> | undefined;
	const textStore = () => {
		let weights = text?.deref();
		if (!weights) {
			weights = withClipWeights(files.weights, (clip) => clip.read('text'));
			text = new WeakRef(weights);
		}
		return new ParameterStore(weights);
	};

	const { resolution: size } = config.vision;
	const width = config.embed;
	const imageGraph = (x: Tensor) => l2Normalise(imageEmbedding(config, images, normaliseImages(x, mean, std)));
	const textGraph = (rows: number, length: number) => {
		const ids = input('ids', [rows, length], 'int32');
		return l2Normalise(textEmbedding(config, textStore(), ids, input('positions', [rows], 'int32')));
	};

	const withProgram = async <T>(outputs: Outputs, use: (run: Run) => Promise<T>): Promise<T> => {
		const executable = await engine.compile(outputs, threads ? { threads } : {});
		try {
			return await use((feeds) => executable.run(feeds));
		} finally {
			await executable.dispose();
		}
	};
	const split = (data: Float32Array, n: number) =>
		Array.from({ length: n }, (_, i) => data.slice(i * width, (i + 1) * width));

	return {
		name: files.name,
		hash: await hashWeights(files.weights),
		imageSize: size,
		width,
		logitScale,
		views: clipdrawViews,
		viewCount: 4,
		canvas: size,
		imageGraph,
		async encodeTexts(texts) {
			if (texts.length === 0) return [];
			const rows = Math.min(mostRows, texts.length);
			const filled = [...texts, ...new Array<string>((rows - (texts.length % rows)) % rows).fill('')];
			const all = tokenizer.rows(filled, config.text.context).ids;
			const pooling = { id: tokenizer.eos };
			const { ids, length } = config.text.causal
				? cropRows(all, config.text.context, pooling)
				: { ids: all, length: config.text.context };
			return withProgram({ embedding: textGraph(rows, length) }, async (run) => {
				const embeddings: Float32Array[] = [];
				for (let at = 0; at < texts.length; at += rows) {
					const part = ids.subarray(at * length, (at + rows) * length);
					const out = await run({ ids: part, positions: pooledPositions(part, length, pooling) });
					embeddings.push(...split(out.embedding!, rows));
				}
				return embeddings.slice(0, texts.length);
			});
		},
		async encodeImages(pictures) {
			const n = pictures.length / (size * size * 3);
			if (!Number.isInteger(n))
				throw new AtelierError('E_SHAPE', `expected pictures [n, ${size}, ${size}, 3], got ${pictures.length} numbers`);
			if (n === 0) return [];
			const rows = Math.min(mostRows, n);
			const shape = [rows, size, size, 3];
			return withProgram({ embedding: imageGraph(input('images', shape)) }, async (run) => {
				const embeddings: Float32Array[] = [];
				for (let at = 0; at < n; at += rows) {
					const part = new Float32Array(rows * size * size * 3);
					part.set(pictures.subarray(at * size * size * 3, (at + rows) * size * size * 3));
					embeddings.push(...split((await run({ images: part })).embedding!, rows));
				}
				return embeddings.slice(0, n);
			});
		},
		unknownWords: () => [],
		isTruncated: (text) => tokenizer.rows([text], config.text.context).truncated[0]!,
	};
}

type Run = (feeds: Record<string, Float32Array | Int32Array>) => Promise<Record<string, Float32Array>>;

/** A whole model in memory: its sizes, and its weights under OpenAI's names. @throws E_CHECKPOINT */
export function readClip(path: string): { config: ClipConfig; weights: Weights } {
	const files = modelFiles(path);
	return withClipWeights(files.weights, (clip) => ({
		config: fittingConfig(files, clip),
		weights: new Map([...clip.read('image'), ...clip.read('text')]),
	}));
}

/** The sizes that the files beside the weights state, or the weights themselves; all weights are there and have them. @throws E_CHECKPOINT */
function fittingConfig({ folder, weights }: ModelFiles, clip: ClipWeights): ClipConfig {
	// A repository may hold a model in both forms, each with its own configuration.
	const names = ['config.json', 'open_clip_config.json'];
	if (basename(weights).startsWith('open_clip')) names.reverse();
	const path = names.map((name) => join(folder, name)).find(isFile);
	if (path === undefined && !clip.isOpenAI)
		throw new AtelierError(
			'E_CHECKPOINT',
			`expected config.json or open_clip_config.json in '${folder}', got no such file, and ${clip.name} does not say how many heads the model has nor which activation; copy it from the place that the weights are from`,
		);
	const config = path ? readClipConfig(path) : inferClipConfig(clip.weights, { activation: 'quick_gelu' });
	checkFit(clip.weights, config, clip.name);
	return config;
}

/** The sizes in a configuration of any form. @throws E_CHECKPOINT */
function readClipConfig(path: string): ClipConfig {
	const json = readJsonObject(path);
	if (isOpenClipConfig(json)) return parseOpenClipConfig(json);
	return isHuggingFaceConfig(json) ? parseHuggingFaceConfig(json) : parseClipConfig(json);
}

const channels = z.tuple([z.number(), z.number(), z.number()]);
const preprocessorSchema = z.object({
	image_mean: channels.default(CLIP_MEAN as [number, number, number]),
	image_std: channels
		.refine((std) => std.every((s) => s > 0), 'expected numbers above 0')
		.default(CLIP_STD as [number, number, number]),
});

/** Mean and standard deviation of pixels in [0, 1] that a model in a folder was trained with. @throws E_CHECKPOINT */
export function readStatistics(folder: string): { mean: readonly number[]; std: readonly number[] } {
	const path = ['preprocessor_config.json', 'open_clip_config.json'].map((name) => join(folder, name)).find(isFile);
	const found = path === undefined ? {} : readJsonObject(path);
	const json = path?.endsWith('open_clip_config.json') ? openClipStatistics(found) : found;
	const { image_mean: mean, image_std: std } = validated(preprocessorSchema, json, 'E_CHECKPOINT', `'${path}'`);
	return { mean, std };
}

function checkVocabulary(tokenizer: TextTokenizer, { text }: ClipConfig, folder: string): void {
	if (tokenizer.vocabulary > text.vocabulary)
		throw new AtelierError(
			'E_CHECKPOINT',
			`expected a tokenizer of at most ${text.vocabulary} tokens in '${folder}', as the model has, got one of ${tokenizer.vocabulary}; it is another model's`,
		);
}
