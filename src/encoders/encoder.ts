/** @file What guidance asks of an encoder: a graph for pictures, embeddings for texts, and the views it was trained to see. */

import type { ViewOptions } from '../guidance/views/index.js';
import type { Tensor } from '../tensor/index.js';

/** A text and image encoder that can guide a drawing. All embeddings have unit length. */
export interface DualEncoder {
	readonly name: string;
	/** sha256 of the weights, for recipes. */
	readonly hash: string;
	/** Side of the square pictures it sees. */
	readonly imageSize: number;
	/** Width of the embeddings. */
	readonly width: number;
	/** Factor on the cosine at which it was trained. */
	readonly logitScale: number;
	/** Views that suit it, and how many a step. */
	readonly views: ViewOptions;
	readonly viewCount: number;
	/** Captions that others are told apart from. */
	readonly bank: readonly string[];
	/** [n, size, size, 3] in [0, 1] -> [n, width], as graph. */
	imageGraph(images: Tensor): Tensor;
	/** Embeddings of texts, one row each. */
	encodeTexts(texts: readonly string[]): Promise<Float32Array[]>;
	/** Embeddings of pictures [n, size, size, 3] in [0, 1], one row each. */
	encodeImages(images: Float32Array): Promise<Float32Array[]>;
	dispose(): Promise<void>;
}
