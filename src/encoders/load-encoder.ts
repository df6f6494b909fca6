/** @file Encoders for plain use: pictures and texts in, embeddings out. */

import { type EngineOptions, engineByName } from '../engines/index.js';
import { AtelierError } from '../errors.js';
import { readPicture, readRaster } from '../image-io.js';
import { input } from '../tensor/index.js';
import type { DualEncoder } from './encoder.js';
import { openEncoder } from './open-encoder.js';
import { Programs } from './programs.js';
import { dot, embeddingsOf } from './vectors.js';
import { embedded, type PictureSource, picturesOf, requireTexts } from './what-was-given.js';

/** What embeds pictures and texts into one space. Embeddings have `width` numbers and unit length. */
export interface LoadedEncoder {
	readonly name: string;
	/** sha256 of the weights. */
	readonly hash: string;
	readonly width: number;
	/** Factor on cosines at which the encoder was trained: the softmax of logitScale * cosine is its guess among texts. */
	readonly logitScale: number;
	/**
	 * Embeddings of pictures.
	 * @param onUnreadable is told of pictures that cannot be read and their indices; their embeddings are left out then
	 * @throws AtelierError E_IMAGE for the first that cannot be read, unless it is told; E_ARGUMENT for what is no list of pictures
	 */
	encodeImages(
		pictures: readonly PictureSource[],
		onUnreadable?: (error: AtelierError, index: number) => void,
	): Promise<Float32Array[]>;
	/** Embeddings of texts. @throws AtelierError E_ARGUMENT for what is no list of texts */
	encodeTexts(texts: readonly string[]): Promise<Float32Array[]>;
	/**
	 * Cosines, a row for each picture and a column for each text; both as they are, or as embeddings, of any length.
	 * @throws AtelierError E_ARGUMENT for embeddings of another width; else as encodeImages and encodeTexts do
	 */
	similarity(
		images: readonly (PictureSource | Float32Array)[],
		texts: readonly (string | Float32Array)[],
	): Promise<number[][]>;
	/** Whether the encoder reads only the beginning of a text. */
	isTruncated(text: string): boolean;
	/** Give its memory back; what embeds throws E_ARGUMENT afterwards. */
	close(): Promise<void>;
}

/** Where it runs. */
export interface LoadOptions extends EngineOptions {
	/** 'onnxruntime' (default), 'tensorflow' or 'reference'. */
	readonly engine?: string;
}

/** Pictures that one program embeds at once, at most. */
const mostRows = 16;

/**
 * Load an encoder by name, or by the path of its folder or file of weights. It keeps the program of its last pictures, and that of
 * its last texts, which calls with as many pictures, or as many texts as long, use again.
 * @throws AtelierError E_ARGUMENT when there is none, E_CHECKPOINT when a part of it is missing or damaged
 */
export async function loadEncoder(name: string, options: LoadOptions = {}): Promise<LoadedEncoder> {
	const { engine: engineName = 'onnxruntime', threads } = options;
	const engine = await engineByName(engineName, options);
	// Compiling costs as much as many pictures or texts.
	const programs = new Programs(engine, threads, true);
	const encoder = await openEncoder(name, engine, { programs });
	const { imageSize: size, width } = encoder;
	/** Of the program for pictures: fewer of them leave rows empty. */
	let imageRows = 0;
	let closed = false;
	const requireOpen = () => {
		if (closed)
			throw new AtelierError(
				'E_ARGUMENT',
				`expected an encoder that is open, got '${encoder.name}' after close(); load it again with loadEncoder`,
			);
	};

	const encodeImages: LoadedEncoder['encodeImages'] = async (given, onUnreadable) => {
		requireOpen();
		const pictures = picturesOf(given);
		const embeddings: Float32Array[] = [];
		for (let from = 0; from < pictures.length; from += mostRows) {
			const seen: Float32Array[] = [];
			for (const [i, picture] of pictures.slice(from, from + mostRows).entries())
				try {
					seen.push(await pixelsFor(encoder, picture));
				} catch (error) {
					if (!(onUnreadable && error instanceof AtelierError && error.code === 'E_IMAGE')) throw error;
					onUnreadable(error, from + i);
				}
			if (seen.length === 0) continue;
			imageRows = Math.max(imageRows, seen.length);
			const shape = [imageRows, size, size, 3];
			const images = new Float32Array(imageRows * size * size * 3);
			seen.forEach((pixels, i) => {
				images.set(pixels, i * pixels.length);
			});
			const outputs = () => ({ embedding: encoder.imageGraph(input('images', shape)) });
			const { embedding } = await programs.use('image', shape, outputs, (program) => program.run({ images }));
			embeddings.push(...embeddingsOf(embedding!.subarray(0, seen.length * width), width, encoder.name));
		}
		return embeddings;
	};
	const encodeTexts = async (texts: readonly string[]) => {
		requireOpen();
		requireTexts(texts);
		return texts.length === 0 ? [] : encoder.encodeTexts(texts);
	};

	return {
		name: encoder.name,
		hash: encoder.hash,
		width,
		logitScale: encoder.logitScale,
		encodeImages,
		encodeTexts,
		async similarity(images, texts) {
			const rows = await embedded(images, 'pictures', encoder, (pictures: readonly PictureSource[]) =>
				encodeImages(pictures),
			);
			const columns = await embedded(texts, 'texts', encoder, encodeTexts);
			return rows.map((row) => columns.map((column) => dot(row, column)));
		},
		isTruncated: (text) => encoder.isTruncated(text),
		close() {
			closed = true;
			return programs.close();
		},
	};
}

/** What an encoder sees of a whole picture: [size, size, 3] in [0, 1]. @throws AtelierError E_IMAGE */
export async function pixelsFor(encoder: DualEncoder, picture: string | Uint8Array): Promise<Float32Array> {
	if (encoder.preprocess) return encoder.preprocess(await readRaster(picture));
	const { imageSize } = encoder;
	return (await readPicture(picture, { onto: { width: imageSize, height: imageSize } })).data;
}
