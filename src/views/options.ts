/** @file What may vary between views of one canvas, and the presets: CLIPDraw's, the built-in encoder's, and the plain resize. */

import { AtelierError } from '../errors.js';

/** Inclusive lower and upper end of a uniform draw. */
export type Range = readonly [low: number, high: number];

/** What lies outside the canvas: one gray or RGB colour in [0, 1], or the nearest canvas pixel. */
export type Fill = number | readonly [red: number, green: number, blue: number] | 'edge';

/**
 * How views differ. Everything left out is off.
 *
 * Lengths are fractions of the *frame*: the smallest square around the canvas, with the same centre. A view without
 * variation shows the whole frame, so a canvas that is not square is letter-boxed in {@link ViewOptions.fill}.
 * Seen from the canvas the order is perspective, crop, zoom + rotation + shift, mirror, contrast + brightness, noise.
 */
export interface ViewOptions {
	/** Distortion d in [0, 1]: each corner of the frame moves inwards by up to d/2 of its side, in x and y independently. Default 0. */
	readonly perspective?: number;
	/** Chance that a view gets the perspective. Default 1. */
	readonly perspectiveProbability?: number;
	/** Area of a random crop as a fraction of the frame, in (0, 1]; the crop is stretched over the whole view. Default: no crop. */
	readonly cropScale?: Range;
	/** Width / height of that crop, drawn log-uniformly. Default [3/4, 4/3]. */
	readonly cropRatio?: Range;
	/** Linear magnification; above 1 the canvas is larger than the view. Default [1, 1]. */
	readonly zoom?: Range;
	/** Largest rotation in radians, either way. Default 0. */
	readonly rotation?: number;
	/** Largest shift in x and in y as a fraction of the frame, either way. Default 0. */
	readonly shift?: number;
	/** Chance of a left-right mirror image. Default 0. */
	readonly mirror?: number;
	/** Gain about mid-gray 0.5. Default [1, 1]. */
	readonly contrast?: Range;
	/** Largest offset added to every value, either way. Default 0. */
	readonly brightness?: number;
	/** Standard deviation of the noise added to every value. Default [0, 0]. */
	readonly noise?: Range;
	/** Default 1, white. */
	readonly fill?: Fill;
}

/** CLIPDraw's augmentation: RandomPerspective(0.5, p = 1, fill white), then RandomResizedCrop(scale .7-.9, ratio 3/4-4/3). */
export const clipdrawViews: ViewOptions = {
	perspective: 0.5,
	perspectiveProbability: 1,
	cropScale: [0.7, 0.9],
	cropRatio: [3 / 4, 4 / 3],
	fill: 1,
};

/** The views that suit the small built-in encoder at 32 px. */
export const builtinViews: ViewOptions = {
	zoom: [0.8, 1.2],
	rotation: 0.2,
	shift: 0.06,
	perspective: 0.12,
	contrast: [0.85, 1.1],
	brightness: 0.05,
	noise: [0, 0.04],
	fill: 1,
};

/** The whole canvas, fitted into the view, nothing random. */
export const plainView: ViewOptions = { fill: 1 };

/** @throws AtelierError E_ARGUMENT naming the first option that is out of range. */
export function checkViewOptions(options: ViewOptions): void {
	const amount = (name: 'perspective' | 'perspectiveProbability' | 'rotation' | 'shift' | 'mirror' | 'brightness') => {
		const value = options[name];
		const limit = name === 'rotation' ? Math.PI : 1;
		if (value === undefined || (value >= 0 && value <= limit)) return;
		throw new AtelierError('E_ARGUMENT', `expected the view option ${name} in [0, ${limit}], got ${value}`);
	};
	const range = (name: 'cropScale' | 'cropRatio' | 'zoom' | 'contrast' | 'noise', above: number, limit: number) => {
		const value = options[name];
		if (value === undefined) return;
		const [low, high] = value;
		const lowEnough = name === 'noise' ? low >= 0 : low > above;
		if (lowEnough && low <= high && high <= limit) return;
		throw new AtelierError(
			'E_ARGUMENT',
			`expected the view option ${name} as [low, high] with ${above} ${name === 'noise' ? '<=' : '<'} low <= high <= ${limit}, got [${low}, ${high}]`,
		);
	};
	amount('perspective');
	amount('perspectiveProbability');
	amount('rotation');
	amount('shift');
	amount('mirror');
	amount('brightness');
	range('cropScale', 0, 1);
	range('cropRatio', 0, 100);
	range('zoom', 0, 100);
	range('contrast', 0, 10);
	range('noise', 0, 10);
}
