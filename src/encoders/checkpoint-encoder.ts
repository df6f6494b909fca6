/** @file Any checkpoint of CLIP's family as an encoder, in the files that they are published in. */

import type { Engine } from '../engines/index.js';
import { AtelierError } from '../errors.js';
import { input, l2Normalise, type Tensor } from '../tensor/index.js';
import { clipdrawViews } from '../views/index.js';
import type { Architecture, TextTower } from './architecture.js';
import { hashTowers, type ModelFiles, modelFiles } from './checkpoints/model-files.js';
import { normaliseImages } from './clip.js';
import { clipViewCounts, type DualEncoder } from './encoder.js';
import { withModel } from './open-model.js';
import { ParameterStore, type Weights } from './parameters.js';
import { familyPreprocessing } from './preprocessing/family-preprocessing.js';
import { pictureSettings } from './preprocessing/picture-settings.js';
import { type Preprocessing, preprocess } from './preprocessing/preprocess.js';
import { Programs } from './programs.js';
import { someRows, towerRows } from './token-rows.js';
import { loadTokenizerFrom } from './tokenizers/find-tokenizer.js';
import type { TextTokenizer } from './tokenizers/tokenizer.js';
import { embeddingsOf } from './vectors.js';

/** Texts or pictures that one program embeds at once, at most. */
const mostRows = 16;

/**
 * Load a model from a folder, or from its file of weights with the other files beside it:
 * - the weights: safetensors, in one file or several with their index, or what torch.save or TorchScript wrote, under
 *   the names of any family that is known (see families.ts),
 * - config.json or open_clip_config.json: which family, and the sizes; OpenAI's own files need none,
 * - tokenizer.json, or another file of loadTokenizerFrom,
 * - preprocessor_config.json, if any: how pictures are resized and cut, and what pixels are normalised by.
 * @param path of the model, or of the one that has the text tower
 * @param imagePath of the one that has the image tower, where that is another
 * @param programs of the engine; default: those that are disposed of after each use
 * @throws E_CHECKPOINT when a part is missing, damaged, or does not fit the others
 */
export async function loadCheckpoint(
	path: string,
	engine: Engine,
	{ imagePath = path, programs = new Programs(engine) }: { imagePath?: string | undefined; programs?: Programs } = {},
): Promise<DualEncoder> {
	const files = modelFiles(path);
	const imageFiles = imagePath === path ? files : modelFiles(imagePath);
	const seen = withModel(imageFiles, ({ architecture, weights }) => ({
		architecture,
		store: new ParameterStore(architecture.image ? weights.read('image') : new Map()),
		logitScale: architecture.scale?.factor(weights.scalar(architecture.scale.weight)),
	}));
	const { text, embed: width } = imageFiles === files ? seen.architecture : withModel(files, (m) => m.architecture);
	const { image, embed } = seen.architecture;
	if (!image || seen.logitScale === undefined) throw textAlone(imageFiles, seen.architecture);
	if (width !== embed)
		throw new AtelierError(
			'E_CHECKPOINT',
			`expected towers of one embedding, got ${width} numbers for texts in '${path}' and ${embed} for pictures in '${imagePath}'; the text model says which image model it goes with`,
		);
	const tokenizer = loadTokenizerFrom(files.folder);
	checkVocabulary(tokenizer, text, files.folder);
	const settings = pictureSettings(imageFiles);
	const { mean, std } = settings.statistics(image.pixels);

	// Half of the model is wanted for a moment only, while prompts are embedded: hold it weakly, and read it when it is not there.
	let held: WeakRef<Weights> | undefined;
	const textStore = () => {
		let weights = held?.deref();
		if (!weights) {
			weights = withModel(files, (model) => model.weights.read('text'));
			held = new WeakRef(weights);
		}
		return new ParameterStore(weights);
	};

	const size = image.resolution;
	let preprocessing: Preprocessing | undefined;
	const imageGraph = (x: Tensor) => l2Normalise(image.graph(seen.store, normaliseImages(x, mean, std)));
	const textGraph = (rows: number, length: number) => {
		const ids = input('ids', [rows, length], 'int32');
		const positions = input('positions', [rows], 'int32');
		return l2Normalise(text.graph(textStore(), { ids, positions, mask: input('mask', [rows, length]) }));
	};

	const name = imageFiles === files ? files.name : `${files.name}+${imageFiles.name}`;
	return {
		name,
		hash: await hashTowers(files.weights, imageFiles.weights),
		imageSize: size,
		width,
		logitScale: seen.logitScale,
		views: clipdrawViews,
		...clipViewCounts,
		canvas: size,
		imageGraph,
		preprocess(raster) {
			preprocessing ??= settings.preprocessing(size, image.preprocessing ?? familyPreprocessing.clip);
			return Float32Array.from(preprocess(raster, preprocessing), (byte) => byte / 255);
		},
		async encodeTexts(texts) {
			if (texts.length === 0) return [];
			const rows = Math.min(mostRows, texts.length);
			const filled = [...texts, ...new Array<string>((rows - (texts.length % rows)) % rows).fill('')];
			const all = towerRows(tokenizer, filled, text);
			const { length } = all;
			const outputs = () => ({ embedding: textGraph(rows, length) });
			return programs.use('text', [rows, length], outputs, async (program) => {
				const embeddings: Float32Array[] = [];
				for (let at = 0; at < texts.length; at += rows) {
					const { ids, positions, mask } = someRows(all, at, at + rows);
					const out = await program.run({ ids, positions, mask });
					embeddings.push(...embeddingsOf(out.embedding!, width, name));
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
			const outputs = () => ({ embedding: imageGraph(input('images', shape)) });
			return programs.use('image', shape, outputs, async (program) => {
				const embeddings: Float32Array[] = [];
				for (let at = 0; at < n; at += rows) {
					const part = new Float32Array(rows * size * size * 3);
					part.set(pictures.subarray(at * size * size * 3, (at + rows) * size * size * 3));
					embeddings.push(...embeddingsOf((await program.run({ images: part })).embedding!, width, name));
				}
				return embeddings.slice(0, n);
			});
		},
		unknownWords: () => [],
		isTruncated: (words) => tokenizer.rows([words], text.context).truncated[0]!,
	};
}

function textAlone({ folder }: ModelFiles, { embed }: Architecture): AtelierError {
	return new AtelierError(
		'E_CHECKPOINT',
		`expected a model that sees pictures in '${folder}', got a text tower alone; name it with the CLIP model of ${embed} numbers whose texts it learnt, as TEXT+IMAGE: '${folder}+IMAGE'`,
	);
}

function checkVocabulary(tokenizer: TextTokenizer, text: TextTower, folder: string): void {
	if (tokenizer.vocabulary > text.vocabulary)
		throw new AtelierError(
			'E_CHECKPOINT',
			`expected a tokenizer of at most ${text.vocabulary} tokens in '${folder}', as the model has, got one of ${tokenizer.vocabulary}; it is another model's`,
		);
}
