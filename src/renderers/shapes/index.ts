/** @file Differentiable filled shapes: public names of this folder. */

export type { ResolvedShapeOptions, ShapeKind, ShapeOptions, ShapeRates } from './options.js';
export { createShapes } from './renderer.js';
