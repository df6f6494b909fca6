/**
 * @file Another image tower, for judges: residual blocks between average pools, in NHWC. After CLIP's ModifiedResNet (Radford
 * et al. 2021, section 2.4): a stem of small kernels, and strides that are averages. The last map is not averaged away: in the
 * few minutes that a judge is trained for, where things are tells more than what there is (bench/RESULTS.md, judge).
 */

import { add, avgPool2d, mul, relu, reshape, sub, type Tensor } from '../tensor/index.js';
import type { ParameterStore } from './parameters.js';
import { type BatchStatistics, batchNormalise, convolve, type EmbeddingTower, jointEmbedding } from './tower-parts.js';

/** Sizes of the tower. */
export interface PoolTowerConfig extends EmbeddingTower {
	readonly kind: 'pool';
	/** Side of the square input in pixels; a multiple of 2 to the number of stages plus 1. */
	readonly size: number;
	/** Channels of the stem: two 3x3 convolutions, the first at stride 2. */
	readonly stem: number;
	/** Before each stage the map is halved by averaging; then come its residual blocks. */
	readonly stages: readonly { readonly channels: number; readonly blocks: number }[];
}

/** Image embedding of unit length; as {@link convTower}. */
export function poolTower(
	config: PoolTowerConfig,
	store: ParameterStore,
	images: Tensor,
	statistics?: BatchStatistics,
): Tensor {
	const layer = (map: Tensor, name: string, out: number, kernel: number, stride = 1, gain = 1) =>
		batchNormalise(store, convolve(store, map, name, out, kernel, stride), `${name}_bn`, gain, statistics);
	let x = relu(layer(mul(sub(images, 0.5), 4), 'visual.stem.0', config.stem >> 1, 3, 2));
	x = relu(layer(x, 'visual.stem.1', config.stem, 3));
	config.stages.forEach(({ channels, blocks }, s) => {
		x = avgPool2d(x, 2, 'NHWC');
		for (let b = 0; b < blocks; b++) {
			const name = `visual.stages.${s}.${b}`;
			const inner = relu(layer(x, `${name}.conv1`, channels, 3));
			const shortcut = x.dim(3) === channels ? x : layer(x, `${name}.shortcut`, channels, 1);
			// The second batch norm starts small, so that a fresh block is near its shortcut.
			x = relu(add(shortcut, layer(inner, `${name}.conv2`, channels, 3, 1, 0.2)));
		}
	});
	return jointEmbedding(config, store, reshape(x, [x.dim(0), -1]));
}
