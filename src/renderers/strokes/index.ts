/** @file Differentiable Bezier strokes: public names of this folder. */

export type {
	ResolvedStrokeOptions,
	StrokeColorMode,
	StrokeOptions,
	StrokeRates,
	StrokeStyle,
} from './options.js';
export { type Stroke, type StrokeParameters, strokesFromParams } from './params.js';
export { createStrokes, type StrokesRenderer } from './renderer.js';
