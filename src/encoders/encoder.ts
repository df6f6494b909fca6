/** @file What guidance asks of an encoder: a graph for pictures, embeddings for texts, and the views it was trained to see. */

import type { Raster } from '../image-io.js';
import type { Tensor } from '../tensor/index.js';
import type { ViewOptions } from '../views/index.js';
import type { EncoderMember } from './ensemble.js';

/** Captions with their embeddings, which others are told apart from. */
export interface CaptionBank {
	readonly captions: readonly string[];
	readonly embeddings: readonly Float32Array[];
}

/** How many views an encoder looks through at a step, where a recipe leaves it open. */
export type ViewCounts = Pick<DualEncoder, 'viewCount' | 'candidateViewCount'>;

/** Of the built-in encoder, and of CLIP's family. */
export const builtinViewCounts: ViewCounts = { viewCount: 6, candidateViewCount: 3 };
export const clipViewCounts: ViewCounts = { viewCount: 4 };

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
	/** Views of each drawing while several are compared, where fewer will do. */
	readonly candidateViewCount?: number;
	/** Shorter side of the canvas that suits it, in pixels. */
	readonly canvas: number;
	readonly bank?: CaptionBank;
	/** It was taught single things, the captions of its bank: what it makes of a phrase that names two is their mean. */
	readonly knowsSingleThings?: boolean;
	/** Names of the sources of the pictures that it was trained on, where it says so. */
	readonly learntFrom?: readonly string[];
	/** The encoders that it is made of, where there are several: they take turns to guide, and judge together. */
	readonly members?: readonly EncoderMember[];
	/** [n, size, size, 3] in [0, 1] -> [n, width], as graph. */
	imageGraph(images: Tensor): Tensor;
	/** Embeddings of texts. */
	encodeTexts(texts: readonly string[]): Promise<Float32Array[]>;
	/** Embeddings of n pictures [n, size, size, 3] in [0, 1]. */
	encodeImages(images: Float32Array): Promise<Float32Array[]>;
	/** A whole picture as the encoder was trained to see it: [size, size, 3] in [0, 1]. Absent where any way to fit it in will do. */
	preprocess?(raster: Raster): Float32Array;
	/** Words of a text that the encoder was never taught; it maps them to whatever its pieces resemble. */
	unknownWords(text: string): string[];
	/** Whether a text is longer than the encoder reads: the rest makes no difference to its embedding. */
	isTruncated(text: string): boolean;
}
