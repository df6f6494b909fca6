/** @file The preprocessing of each family, as its authors' own code has it. */

import type { Filter } from './pil-resize.js';
import type { Preprocessing } from './preprocess.js';

/** Of families, for a side of `size` pixels. */
export const familyPreprocessing = {
	/** OpenAI's and open_clip's CLIP. */
	clip: (size: number): Preprocessing => shorterSide(size, 'bicubic'),
	/** Its code takes pictures of three channels. */
	mobileClip: (size: number): Preprocessing => ({ ...shorterSide(size, 'bilinear'), rgb: 'first' }),
	sigLip: (size: number): Preprocessing => bothSides(size, size, 'bicubic'),
	sigLip2: (size: number): Preprocessing => bothSides(size, size, 'bilinear'),
	/** 346 px for 289. */
	align: (size: number): Preprocessing => bothSides(size, Math.round((size * 346) / 289), 'bilinear'),
	ruClip: (size: number): Preprocessing => ({ ...bothSides(size, size, 'bilinear'), square: true }),
};

const shorterSide = (size: number, filter: Filter): Preprocessing => ({
	size,
	rgb: 'last',
	resize: { to: size, sides: 'shorter', filter },
	crop: 'even',
});

const bothSides = (size: number, to: number, filter: Filter): Preprocessing => ({
	size,
	rgb: 'first',
	resize: { to, sides: 'both', filter },
	crop: 'down',
});
