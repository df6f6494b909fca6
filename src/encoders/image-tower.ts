/** @file The small image towers by kind: the one of the built-in encoder, and another for judges. */

import type { Tensor } from '../tensor/index.js';
import { type ConvTowerConfig, convTower } from './conv-tower.js';
import type { ParameterStore } from './parameters.js';
import { type PoolTowerConfig, poolTower } from './pool-tower.js';
import type { BatchStatistics } from './tower-parts.js';

/** Sizes of an image tower; without a kind it is a conv tower. */
export type TowerConfig = ConvTowerConfig | PoolTowerConfig;

/** Image embedding of unit length, [n, size, size, 3] in [0, 1] to [n, shape + color]; `statistics` as in {@link convTower}. */
export function imageTower(
	config: TowerConfig,
	store: ParameterStore,
	images: Tensor,
	statistics?: BatchStatistics,
): Tensor {
	return config.kind === 'pool'
		? poolTower(config, store, images, statistics)
		: convTower(config, store, images, statistics);
}
