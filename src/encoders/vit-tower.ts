/** @file Another image tower: a small vision transformer whose tokens are averaged. */

import { add, linear, mean, mul, reshape, sub, type Tensor, transpose } from '../tensor/index.js';
import type { ParameterStore } from './parameters.js';
import { type EmbeddingTower, jointEmbedding } from './tower-parts.js';
import { norm, transformer } from './transformer.js';

export interface VitTowerConfig extends EmbeddingTower {
	readonly kind: 'vit';
	readonly size: number;
	readonly patch: number;
	readonly width: number;
	readonly layers: number;
	readonly heads: number;
	readonly hidden: number;
}

export function vitTower(config: VitTowerConfig, store: ParameterStore, images: Tensor): Tensor {
	const { size, patch, width, layers, heads, hidden } = config;
	const n = images.dim(0);
	const grid = size / patch;
	const cells = reshape(mul(sub(images, 0.5), 4), [n, grid, patch, grid, patch * 3]);
	const patches = reshape(transpose(cells, [0, 1, 3, 2, 4]), [n, grid * grid, patch * patch * 3]);
	const f = patches.dim(2);
	const tokens = linear(patches, store.get('visual.patch.weight', [width, f], { std: f ** -0.5 }));
	const x = add(tokens, store.get('visual.positions', [grid * grid, width], { std: 0.3 }));
	const y = transformer({ width, layers, heads, hidden, activation: 'quick_gelu' }, store, 'visual.blocks', x);
	return jointEmbedding(config, store, norm(store, 'visual.ln_post', mean(y, [1])));
}
