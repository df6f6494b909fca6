/** @file Range checks of renderer options, told in one way. */

import { AtelierError } from '../errors.js';

/** A check that throws E_ARGUMENT with what was expected and got; `what` names the options to change. */
export function checker(what: string): (ok: boolean, expected: string, got: unknown) => void {
	return (ok, expected, got) => {
		if (!ok)
			throw new AtelierError('E_ARGUMENT', `expected ${expected}, got ${JSON.stringify(got)}; change the ${what}`);
	};
}

/** A whole number in [min, max]. */
export const whole = (n: number, min: number, max: number): boolean => Number.isInteger(n) && n >= min && n <= max;

/** A number in [low, high]; NaN is not. */
export const within = (v: number, low: number, high: number): boolean => v >= low && v <= high;

/** R, G, B in [0, 1]. */
export const isRgb = (c: readonly number[]): boolean => c.length === 3 && c.every((v) => within(v, 0, 1));
