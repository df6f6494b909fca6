/** @file What a stroke is painted with: passes of different width, opacity and tint over one another. */

import { type Pass, strokePass } from '../paths/copies.js';

/**
 * - 'plain': one even stroke.
 * - 'neon': a glow that fades outwards around a bright core; for dark backgrounds.
 * - 'watercolour': translucent washes, thinner towards the rim.
 */
export type Brush = 'plain' | 'neon' | 'watercolour';

/** A pass of a part of the stroke's width and opacity. */
const wash = (width: number, opacity: number, toWhite = 0): Pass => ({
	...strokePass,
	width: { own: width, plus: 0 },
	opacity,
	tint: { toward: [1, 1, 1], share: toWhite },
});

export const brushes: Readonly<Record<Brush, readonly Pass[]>> = {
	plain: [strokePass],
	neon: [wash(3.4, 0.1), wash(2.4, 0.16), wash(1.6, 0.3), wash(1, 1), wash(0.4, 1, 0.75)],
	watercolour: [wash(1, 0.28), wash(0.88, 0.22), wash(0.7, 0.2), wash(0.45, 0.16)],
};
