/** @file Any CLIP checkpoint in safetensors form as an encoder: OpenAI's, open_clip's or Hugging Face's weight names. */

import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import type { Engine, Outputs } from '../engines/index.js';
import { AtelierError } from '../errors.js';
import { input, l2Normalise, type Tensor } from '../tensor/index.js';
import { validated } from '../validation.js';
import { clipdrawViews } from '../views/index.js';
import { CLIP_MEAN, CLIP_STD, imageEmbedding, normaliseImages, textEmbedding } from './clip.js';
import { type ClipConfig, parseClipConfig } from './clip-config.js';
import type { DualEncoder } from './encoder.js';
import { isHuggingFaceConfig, parseHuggingFaceConfig } from './huggingface-config.js';
import { fromHuggingFaceKeys, hasHuggingFaceKeys } from './huggingface-keys.js';
import { modelFile, readJsonObject, sha256 } from './model-folder.js';
import { ParameterStore, type Weights } from './parameters.js';
import { readSafetensors } from './safetensors.js';
import { cropRows, pooledPositions } from './text.js';
import { loadTokenizer, type TextTokenizer } from './tokenizer.js';

/** Texts or pictures that one program embeds at once, at most. */
const mostRows = 16;

/**
 * Load a CLIP model from a folder with
 * - config.json: the sizes, in OpenAI's words (see parseClipConfig) or as Hugging Face writes them,
 * - model.safetensors, tokenizer.json,
 * - preprocessor_config.json, if any: `image_mean` and `image_std`, default OpenAI's.
 * @throws E_CHECKPOINT when a part is missing, damaged, or does not fit the others
 */
export async function loadClip(folder: string, engine: Engine, threads?: number): Promise<DualEncoder> {
	const config = readClipConfig(modelFile(folder, 'config.json', 'copy it from the place that the weights are from'));
	const path = modelFile(folder, 'model.safetensors', 'fetch or convert the weights in safetensors form');
	const vocabulary = modelFile(folder, 'tokenizer.json', 'copy it from the place that the weights are from');
	const tokenizer = loadTokenizer(vocabulary);
	checkVocabulary(tokenizer, config, folder);
	const { mean, std } = readStatistics(folder);

	const towers = readTowers(path);
	const { logitScale } = towers;
	const images = new ParameterStore(towers.image);
	// Half of the model is wanted for a moment only, while prompts are embedded: hold it weakly, and read it again if it is gone.
	let text = new WeakRef(towers.text);
	const textStore = () => {
		let weights = text.deref();
		if (!weights) {
			weights = readTowers(path).text;
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
	// Building both graphs once finds missing and misshapen weights now rather than at the first prompt.
	imageGraph(input('images', [1, size, size, 3]));
	textGraph(1, config.text.context);

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
		name: basename(resolve(folder)),
		hash: await sha256(path),
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
			const all = tokenizer.rows(filled.map(cleanText), config.text.context).ids;
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
		isTruncated: (text) => tokenizer.rows([cleanText(text)], config.text.context).truncated[0]!,
	};
}

type Run = (feeds: Record<string, Float32Array | Int32Array>) => Promise<Record<string, Float32Array>>;

/** A text as CLIP was trained on them: lower case, single spaces. */
export function cleanText(text: string): string {
	return text
		.replace(/\p{White_Space}+/gu, ' ')
		.trim()
		.toLowerCase();
}

/** The sizes in a config.json of either form. @throws E_CHECKPOINT */
export function readClipConfig(path: string): ClipConfig {
	const json = readJsonObject(path);
	return isHuggingFaceConfig(json) ? parseHuggingFaceConfig(json) : parseClipConfig(json);
}

/** The weights of each tower under OpenAI's names. They share no memory, so that one can go without the other. */
export function readTowers(path: string): { image: Weights; text: Weights; logitScale: number } {
	const read = readSafetensors(path).weights;
	const weights = hasHuggingFaceKeys(read) ? fromHuggingFaceKeys(read) : read;
	const scale = weights.get('logit_scale')?.data;
	if (scale?.length !== 1)
		throw new AtelierError(
			'E_CHECKPOINT',
			`expected a CLIP model with one number 'logit_scale' in '${path}', got none`,
		);
	const image: Weights = new Map();
	const text: Weights = new Map();
	for (const [name, array] of weights) (name.startsWith('visual.') ? image : text).set(name, array);
	return { image, text, logitScale: Math.exp(scale[0]!) };
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
	const path = join(folder, 'preprocessor_config.json');
	const json = existsSync(path) ? readJsonObject(path) : {};
	const { image_mean: mean, image_std: std } = validated(preprocessorSchema, json, 'E_CHECKPOINT', `'${path}'`);
	return { mean, std };
}

function checkVocabulary(tokenizer: TextTokenizer, { text }: ClipConfig, folder: string): void {
	if (tokenizer.vocabulary > text.vocabulary)
		throw new AtelierError(
			'E_CHECKPOINT',
			`expected a tokenizer.json of at most ${text.vocabulary} tokens in '${folder}', as config.json says, got one of ${tokenizer.vocabulary}; it is another model's`,
		);
}
