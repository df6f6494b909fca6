/** @file What a pixel parameterisation is: parameters to raw pixel values with the way back; the renderer squashes and colours them. */

import type { Random } from '../../random.js';
import type { LearningRates, Parameters } from '../renderer.js';

/** The pixels to produce. */
export interface PixelGrid {
	/** Canvas on which the parameters are defined. */
	readonly width: number;
	readonly height: number;
	/** 3 for colour, 1 for gray. */
	readonly channels: 1 | 3;
	/** Width and height of the drawn picture, the canvas times a scale. */
	readonly drawnWidth: number;
	readonly drawnHeight: number;
}

/** Raw values and the way back. */
export interface Decoded {
	/** [drawnHeight, drawnWidth, channels]. */
	readonly raw: Float32Array;
	/** d loss / d raw to d loss / d every parameter. */
	pullback(dRaw: Float32Array): Parameters;
}

/** A linear map from parameters to raw pixel values. */
export interface Parameterisation {
	readonly learningRates: LearningRates;
	/** Picture value = 1 / (1 + exp(-slope raw)); undefined: the raw value itself, kept in [0, 1] by clamping the parameters. */
	readonly slope: number | undefined;
	/** Near mid-gray; or, from raw values [height, width, channels] of the canvas, what decodes to them. */
	init(random: Random, start?: Float32Array): Parameters;
	decode(params: Parameters): Decoded;
}
