/** @file Reading files that nobody vouches for: every length is checked against the file, everything inflated against a limit. */

import { inflateRawSync, inflateSync } from 'node:zlib';
import { AtelierError } from '../../errors.js';
import { parseJson } from '../../files.js';

/** Bytes of text that a file may hold, or inflate to; ComfyUI's largest graphs have a few million. */
export const textLimit = 1 << 23;

/** Nesting of JSON that no recipe and no graph of nodes comes near. */
const depthLimit = 100;

/** What is wrong with a picture's bytes. */
export function damaged(what: string, cause?: unknown): AtelierError {
	return new AtelierError('E_IMAGE', `expected an undamaged picture, got ${what}; fetch the file again`, { cause });
}

/** A Buffer over the same memory. */
export const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Bytes [start, start + length). @throws AtelierError E_IMAGE when the file ends before */
export function part(bytes: Buffer, start: number, length: number): Buffer {
	if (!(start >= 0 && length >= 0 && start + length <= bytes.length))
		throw damaged(`one that ends at byte ${bytes.length}, before what it announces`);
	return bytes.subarray(start, start + length);
}

/** Text in UTF-8. @throws AtelierError E_IMAGE for more than `limit` bytes, before they are looked at */
export function utf8(bytes: Buffer, limit = textLimit): string {
	if (bytes.length > limit) throw damaged(`${bytes.length} bytes of text where at most ${limit} are read`);
	return bytes.toString('utf8');
}

/** Text up to a zero byte, and where the rest begins. @throws AtelierError E_IMAGE without a zero byte */
export function untilZero(bytes: Buffer, start: number, encoding: BufferEncoding): { text: string; next: number } {
	const end = bytes.indexOf(0, start);
	if (end < 0) throw damaged('a text without its end');
	return { text: bytes.toString(encoding, start, end), next: end + 1 };
}

/** Inflate zlib's format. @throws AtelierError E_IMAGE when it is damaged or larger than {@link textLimit} */
export function inflate(bytes: Buffer): Buffer {
	try {
		return inflateSync(bytes, { maxOutputLength: textLimit });
	} catch (cause) {
		throw damaged(`compressed text that cannot be read (${(cause as Error).message})`, cause);
	}
}

/** Inflate bare deflate. @throws AtelierError E_RECIPE when it is damaged or larger than `limit` */
export function inflateRaw(bytes: Buffer, limit: number): Buffer {
	try {
		return inflateRawSync(bytes, { maxOutputLength: limit });
	} catch (cause) {
		const large = (cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
		throw new AtelierError(
			'E_RECIPE',
			large
				? `expected a link of at most ${limit} bytes unpacked, got more; ask for the recipe as a file`
				: 'expected a whole share link, got one that is cut off or mistyped; copy it again',
			{ cause },
		);
	}
}

/** JSON of bounded nesting, so that nothing that walks it runs out of stack. @throws AtelierError E_RECIPE */
export function boundedJson(text: string, where: string): unknown {
	if (nesting(text) > depthLimit)
		throw new AtelierError('E_RECIPE', `expected JSON nested at most ${depthLimit} deep in ${where}, got more`);
	return parseJson(text, where);
}

/** Deepest nesting of brackets outside strings. */
function nesting(text: string): number {
	let depth = 0;
	let deepest = 0;
	for (let i = 0; i < text.length; i++) {
		const c = text.charCodeAt(i);
		if (c === 0x22) {
			// To the end of the string; a backslash takes what follows it along.
			for (i++; i < text.length && text.charCodeAt(i) !== 0x22; i++) if (text.charCodeAt(i) === 0x5c) i++;
		} else if (c === 0x5b || c === 0x7b) deepest = Math.max(deepest, ++depth);
		else if (c === 0x5d || c === 0x7d) depth--;
	}
	return deepest;
}
