/** @file What an architecture is to the loader of encoders: two towers as graphs, what they take, and how its files are read. */

import type { Tensor } from '../tensor/index.js';
import type { Checkpoint } from './checkpoints/checkpoint.js';
import type { KeyTable, MappedWeight } from './checkpoints/keys.js';
import type { LayerStatistics } from './normed-convolution.js';
import type { ParameterStore } from './parameters.js';
import type { Preprocessing } from './preprocessing/preprocess.js';
import type { Pooling } from './text.js';

/** What pixels in [0, 1] are normalised by, per channel: (x - mean) / std. */
export interface PixelStatistics {
	readonly mean: readonly number[];
	readonly std: readonly number[];
}

/** Pictures to embeddings. Its weights are those whose names begin with 'visual.'. */
export interface ImageTower {
	/** Side of the square pictures it sees. */
	readonly resolution: number;
	/** Of the model where its files state none. */
	readonly pixels: PixelStatistics;
	/** How a whole picture becomes one of `size` pixels a side, where the model's files do not say. Default: as OpenAI's CLIP does. */
	readonly preprocessing?: (size: number) => Preprocessing;
	/**
	 * [B, 3, resolution, resolution], normalised, to [B, embed], of any length.
	 * @param batches where training is possible: batch norms use the batch's statistics and append them here
	 */
	graph(store: ParameterStore, images: Tensor, batches?: LayerStatistics[]): Tensor;
}

/** Rows of tokens as inputs of a graph, which uses those that it needs. */
export interface TokenInputs {
	/** int32 [N, T] */
	readonly ids: Tensor;
	/** int32 [N]: the flat index n * T + t of the token that stands for row n; see pooledPositions. */
	readonly positions: Tensor;
	/** [N, T]: 1 for the tokens of a text, begin and end included, 0 for the padding after them. */
	readonly mask: Tensor;
}

/** Texts to embeddings. */
export interface TextTower {
	/** Most tokens in a row. */
	readonly context: number;
	readonly vocabulary: number;
	/** Which token stands for a row; 'end' is the tokenizer's end of text. */
	readonly pooling: Pooling | 'end';
	/** Whether rows may be cut after their longest text: what follows the end makes no difference. */
	readonly croppable: boolean;
	/** To [N, embed], of any length. */
	graph(store: ParameterStore, rows: TokenInputs): Tensor;
}

/** A model whose sizes are known. */
export interface Architecture {
	/** Size of the joint embedding. */
	readonly embed: number;
	/** Absent where the model is of texts alone, to be paired with another's image tower. */
	readonly image?: ImageTower;
	readonly text: TextTower;
	/** The number that the factor on cosines is computed from; absent where the other tower's model has it. */
	readonly scale?: Scale;
}

/** How a number among the weights stands for the factor on cosines. */
export interface Scale {
	readonly weight: string;
	factor(value: number): number;
	/** The number that stands for a factor. */
	value(factor: number): number;
}

/** What is known of a model before its sizes are. */
export interface ModelSource {
	/** What its configuration file says, if there is one. */
	readonly config: object | undefined;
	readonly checkpoint: Checkpoint;
}

/** Architectures of one kind, as they are published. */
export interface Family {
	/** For messages. */
	readonly name: string;
	/** Whether a model is of this family. */
	recognises(source: ModelSource): boolean;
	/** Names of weights in its files to those that the towers know; the first table whose sign a file has counts. */
	readonly tables: readonly KeyTable[];
	/**
	 * The sizes that a configuration states, or that follow from shapes.
	 * @param weights under the towers' names
	 * @throws E_CHECKPOINT when it is no configuration of this family
	 */
	architecture(source: ModelSource, weights: ReadonlyMap<string, MappedWeight>): Architecture;
}
