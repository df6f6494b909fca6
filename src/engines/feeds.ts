/** @file Checks what a caller feeds, so that engines refuse the same mistakes in the same words. */

import { AtelierError } from '../errors.js';
import type { Tensor } from '../tensor/index.js';
import type { Feed } from './engine.js';

/**
 * The numbers for an input, or for a parameter that a program reads anew at every run (its own numbers when none are fed).
 * Throws E_SHAPE when they are missing, of the wrong length or of the wrong type; Float64Arrays pass for float32.
 */
export function feedOf<T extends Feed | Float64Array>(leaf: Tensor, feeds: Readonly<Record<string, T>>): T | Feed {
	const feed = feeds[leaf.name!] ?? (leaf.op === 'parameter' ? leaf.data : undefined);
	if (!feed || feed.length !== leaf.size || feed instanceof Int32Array !== (leaf.dtype === 'int32'))
		throw new AtelierError(
			'E_SHAPE',
			`expected ${leaf.size} ${leaf.dtype} numbers for ${leaf.op} '${leaf.name}' [${leaf.shape}], got ${feed ? `${feed.length} (${feed.constructor.name})` : 'none'}`,
		);
	return feed;
}
