/** @file Differentiable mosaics: public names of this folder. */

export type { TileKind } from './layout.js';
export { createTiles, type TileOptions } from './renderer.js';
