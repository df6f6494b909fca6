/** @file Checks what a caller feeds, so that engines refuse the same mistakes in the same words. */

import { AtelierError } from '../errors.js';
import type { Tensor } from '../tensor/index.js';
import type { Feed } from './engine.js';

type NumberArray = Float32ArrayConstructor | Float64ArrayConstructor | Int32ArrayConstructor;

/**
 * The numbers for an input, or for a parameter that a program reads anew at every run (its own numbers when none are fed).
 * Throws E_SHAPE when they are missing, of the wrong length or of another array type than `floats` (for float32) or Int32Array.
 */
export function feedOf<T extends Feed | Float64Array>(
	leaf: Tensor,
	feeds: Readonly<Record<string, T>>,
	floats: readonly NumberArray[] = [Float32Array],
): T | Feed {
	const feed = feeds[leaf.name!] ?? (leaf.op === 'parameter' ? leaf.data : undefined);
	const kinds = leaf.dtype === 'int32' ? [Int32Array] : floats;
	if (!feed || feed.length !== leaf.size || !kinds.some((kind) => feed instanceof kind))
		throw new AtelierError(
			'E_SHAPE',
			`expected ${leaf.size} ${leaf.dtype} numbers for ${leaf.op} '${leaf.name}' [${leaf.shape}], got ${feed ? `${feed.length} (${feed.constructor.name})` : 'none'}`,
		);
	return feed;
}
