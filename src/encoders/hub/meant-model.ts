/** @file The model that was probably meant by a name that is of none. */

import { nearest } from '../../nearest.js';

/** The only one of `names` that ends in the whole of the given one after a slash, else the closest. */
export function meantModel(name: string, names: readonly string[]): string | undefined {
	const ending = `/${name.toLowerCase()}`;
	const [only, ...more] = new Set(names.filter((known) => known.toLowerCase().endsWith(ending)));
	return only !== undefined && more.length === 0 ? only : nearest(name, names);
}

/** `; did you mean 'x'?`, or nothing. */
export function didYouMean(name: string, names: readonly string[]): string {
	const meant = meantModel(name, names);
	return meant === undefined ? '' : `; did you mean '${meant}'?`;
}
