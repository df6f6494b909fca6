/** @file What a loaded encoder is given, checked: JavaScript passes anything, and what is no list or no text would still embed to something. */

import { fileURLToPath } from 'node:url';
import { AtelierError } from '../errors.js';
import { unit } from './vectors.js';

/** A picture to embed: the path of a file or its `file:` URL, or the bytes of one (PNG, JPEG, WebP, GIF, SVG, TIFF or AVIF). */
export type PictureSource = string | URL | Uint8Array;

/** @throws AtelierError E_ARGUMENT unless it is a list of texts */
export function requireTexts(given: unknown): asserts given is readonly string[] {
	requireList(given, 'texts', "['a cat', 'a dog']");
	for (const [i, text] of given.entries())
		if (typeof text !== 'string')
			throw new AtelierError('E_ARGUMENT', `expected texts, got ${kindOf(text)} at index ${i}; give strings`);
}

/** Pictures as they are read: paths and bytes. @throws AtelierError E_ARGUMENT for anything else */
export function picturesOf(given: unknown): (string | Uint8Array)[] {
	requireList(given, 'pictures', "['cat.png', 'dog.png']");
	return given.map((picture, i) => {
		if (typeof picture === 'string') return picture;
		if (picture instanceof URL) return pathOf(picture);
		if (picture instanceof Uint8Array) return picture;
		throw new AtelierError(
			'E_ARGUMENT',
			`expected pictures, got ${kindOf(picture)} at index ${i}; give paths, file: URLs or the bytes of files`,
		);
	});
}

/** Items that are embeddings already, at unit length; the others are embedded in one call. @throws AtelierError E_ARGUMENT for embeddings of another width, or with numbers that are not finite */
export async function embedded<T>(
	items: readonly (T | Float32Array)[],
	what: 'pictures' | 'texts',
	encoder: { readonly name: string; readonly width: number },
	embed: (items: readonly T[]) => Promise<Float32Array[]>,
): Promise<Float32Array[]> {
	requireList(items, what, `[…] of ${what}, or of their embeddings`);
	const { name, width } = encoder;
	const isEmbedding = (item: T | Float32Array): item is Float32Array => item instanceof Float32Array;
	for (const [i, item] of items.entries()) {
		if (!isEmbedding(item)) continue;
		const wrong = (got: string) =>
			new AtelierError(
				'E_ARGUMENT',
				`expected embeddings of ${width} numbers, as '${name}' makes them, got ${got} at index ${i} of the ${what}; embed them with this encoder`,
			);
		if (item.length !== width) throw wrong(`one of ${item.length}`);
		if (!item.every(Number.isFinite)) throw wrong('one with numbers that are not finite');
	}
	const made = await embed(items.filter((item): item is T => !isEmbedding(item)));
	return items.map((item) => (isEmbedding(item) ? unit(item) : made.shift()!));
}

function requireList(given: unknown, what: string, example: string): asserts given is readonly unknown[] {
	if (!Array.isArray(given))
		throw new AtelierError('E_ARGUMENT', `expected a list of ${what}, got ${kindOf(given)}; give a list: ${example}`);
}

function pathOf(url: URL): string {
	try {
		return fileURLToPath(url);
	} catch (cause) {
		throw new AtelierError(
			'E_ARGUMENT',
			`expected pictures that are here, got '${url.href}'; fetch it first, and give its bytes`,
			{ cause },
		);
	}
}

/** A value in a few words. */
function kindOf(value: unknown): string {
	if (typeof value === 'string') return `the text '${value.length > 40 ? `${value.slice(0, 40)}…` : value}'`;
	if (typeof value === 'number' || value === null || value === undefined) return String(value);
	return typeof value === 'object' ? (value.constructor?.name ?? 'an object') : `a ${typeof value}`;
}
