/** @file What every renderer is: named groups of parameters in, a picture out, and the exact pullback of a picture gradient onto the parameters. */

import type { Picture } from '../image.js';
import type { Random } from '../random.js';
import type { Place } from './paths/places.js';
import type { VectorDrawing } from './vectors.js';

/** Named groups of numbers (points, widths, colours, ...) that the painter optimises in place. */
export type Parameters = Readonly<Record<string, Float32Array>>;

/** One drawn picture together with the way back. */
export interface Rendering {
	readonly image: Picture;
	/** d loss / d image (same layout as image.data) to d loss / d every parameter group. Valid until the renderer draws again. */
	pullback(dImage: Float32Array): Parameters;
}

/** A loss term on the parameters alone, with its gradient. */
export interface Penalty {
	readonly value: number;
	readonly gradient: Parameters;
}

/** Adam learning rates, one a parameter group, in the units of the group. */
export type LearningRates = Readonly<Record<string, number>>;

/** The numbers of one part of a drawing: from `start` up to `end` in each of the groups that it has some in. */
export type PartRanges = Readonly<Record<string, readonly [start: number, end: number]>>;

/** A line drawn by hand. Lengths are fractions of the canvas' width and height, the stroke's width of the shorter side. */
export interface DrawnLine {
	readonly line: readonly (readonly [x: number, y: number])[];
	readonly width: number;
	/** R, G, B in [0, 1]. */
	readonly color: readonly [r: number, g: number, b: number];
}

/** A differentiable drawing machine for one canvas size. */
export interface Renderer {
	readonly name: string;
	readonly width: number;
	readonly height: number;
	readonly learningRates: LearningRates;
	/** Boxes with drawings of their own, in pixels of the canvas, none overlapping; empty or absent: the canvas is one. */
	readonly places?: readonly Place[];
	/** Fresh parameters. */
	init(random: Random): Parameters;
	render(params: Parameters): Rendering;
	/** Put parameters back into their legal range, in place; called after each optimiser step, with the part of all steps that is done (default 0). */
	project(params: Parameters, progress?: number): void;
	/** Regulariser of this renderer (opacity, total variation, ...); weights are the renderer's options. */
	penalty?(params: Parameters): Penalty;
	/** Number of parts that can be left out, for renderers that have such. */
	readonly elements?: number;
	/** Make one part invisible, in place. */
	hide?(params: Parameters, element: number): void;
	/** Where the parameters hold a part, for renderers that have such. */
	partRanges?(element: number): PartRanges;
	/** Shift parts by parts of the canvas' width and height, in place, as far as they may go. */
	move?(params: Parameters, elements: readonly number[], by: readonly [x: number, y: number]): void;
	/** The same renderer for drawings with more parts on top, of numbers as {@link fitted} gives them, for renderers that can have more. */
	grown?(more: readonly Parameters[]): Renderer;
	/** The numbers of one part more, so that it follows a line as it was drawn, opaque. */
	fitted?(drawn: DrawnLine): Parameters;
	/** The picture as SVG, for renderers that are vectors. */
	toSvg?(params: Parameters): string;
	/** The drawing as figures that anyone can paint, for renderers that are vectors. */
	readonly vectors?: VectorDrawing;
	/** The same parameters drawn at a multiple of the canvas size, as they are looked at: colours of a palette are no mixtures. */
	scaled?(scale: number): Renderer;
}
