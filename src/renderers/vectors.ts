/** @file A drawing of figures as plain numbers, so that whoever watches can paint it at any size. */

import type { Pass } from './paths/copies.js';
import type { Parameters } from './renderer.js';
import type { Transform } from './symmetry.js';

/** What stays the same while a drawing is drawn. Lengths are in pixels of a nominal canvas. */
export interface VectorLayout {
	readonly width: number;
	readonly height: number;
	/** Cubic segments of each figure: k of them have 3k + 1 control points. */
	readonly segments: readonly number[];
	/** Whether figures end where they begin. */
	readonly closed: boolean;
	/** How each figure is painted, from the lowest to the topmost; strokes have round ends and corners. */
	readonly passes: readonly Pass[];
	/** Each pass is painted once under each of these. */
	readonly transforms: readonly Transform[];
}

/** The numbers of one moment, figure after figure in the order in which they are painted. */
export interface VectorFigures {
	/** x, y of all control points. */
	readonly points: Float32Array;
	/** Stroke widths; 0 where figures have none of their own. */
	readonly widths: Float32Array;
	/** R, G, B, opacity in [0, 1]. */
	readonly colors: Float32Array;
	/** R, G, B of the ground. */
	readonly background: Float32Array;
}

/** A renderer's drawing as figures. */
export interface VectorDrawing {
	readonly layout: VectorLayout;
	figures(params: Parameters): VectorFigures;
}
