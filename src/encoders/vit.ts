/** @file The vision transformer of CLIP: patches -> tokens -> blocks -> class token -> embedding. Source: Dosovitskiy et al. 2021, Radford et al. 2021. */

import { AtelierError } from '../errors.js';
import { add, broadcastTo, concat, matmul, reshape, type Tensor, transpose } from '../tensor/index.js';
import type { ParameterStore } from './parameters.js';
import { resampleGrid } from './position-grid.js';
import { norm, type Trace, type TransformerConfig, transformer } from './transformer.js';

/** Sizes of a vision transformer. */
export interface VitConfig extends TransformerConfig {
	readonly kind: 'vit';
	/** Side of the square input, pixels; a multiple of the patch. */
	readonly resolution: number;
	readonly patch: number;
}

/** What the tower may be told. */
export interface VitOptions {
	readonly trace?: Trace | undefined;
	/** Take images of any multiple of the patch, with positions resampled to their grid. */
	readonly resample?: boolean | undefined;
}

/**
 * Embeddings of images.
 * @param images [B, 3, resolution, resolution], normalised
 * @returns [B, embed], not normalised
 * Traces `visual.conv1` ([B, tokens, width]), `visual.ln_pre`, the blocks and `visual.ln_post` ([B, width]: the feature for linear probes).
 */
export function visionTransformer(
	config: VitConfig,
	embed: number,
	store: ParameterStore,
	images: Tensor,
	{ trace, resample }: VitOptions = {},
): Tensor {
	const { width: d, patch, resolution, epsilon } = config;
	const [b, ...rest] = images.shape as [number, number, number, number];
	const side = resample ? images.dim(-1) : resolution;
	if (rest.join() !== `3,${side},${side}` || side % patch !== 0)
		throw new AtelierError(
			'E_SHAPE',
			`expected images [B, 3, ${side}, ${side}] in patches of ${patch}, got [${images.shape}]`,
		);
	const grid = side / patch;
	const fullGrid = resolution / patch;
	const std = d ** -0.5;

	const tokens = patchTokens(store, images, d, patch);
	trace?.('visual.conv1', tokens);

	const classToken = broadcastTo(store.get('visual.class_embedding', [d], { std }), [b, 1, d]);
	const positions = store.get('visual.positional_embedding', [fullGrid * fullGrid + 1, d], { std });
	const placed = add(concat([classToken, tokens], 1), resampleGrid(positions, fullGrid, grid));
	const x = norm(store, 'visual.ln_pre', placed, epsilon);
	trace?.('visual.ln_pre', x);
	const seen = transformer(config, store, 'visual.transformer.resblocks', x, { select: 'first', trace });
	const feature = norm(store, 'visual.ln_post', seen, epsilon);
	trace?.('visual.ln_post', feature);
	return matmul(feature, store.get('visual.proj', [d, embed], { std }));
}

/** A convolution `visual.conv1` whose stride is its kernel: [B, 3, side, side] -> tokens [B, (side / patch)^2, width], without bias. */
export function patchTokens(store: ParameterStore, images: Tensor, width: number, patch: number): Tensor {
	const [b, , side] = images.shape as [number, number, number, number];
	const grid = side / patch;
	// Cut into patches, then one matrix product.
	const cells = reshape(images, [b, 3, grid, patch, grid, patch]);
	const patches = reshape(transpose(cells, [0, 2, 4, 1, 3, 5]), [b, grid * grid, 3 * patch * patch]);
	const kernel = store.get('visual.conv1.weight', [width, 3, patch, patch], { std: (3 * patch * patch) ** -0.5 });
	return matmul(patches, reshape(kernel, [width, -1]), false, true);
}
