/** @file SentencePiece's compiled map of characters: longest match in a double-array trie, then its replacement. Source: sentencepiece normalizer.cc, darts-clone. */

import { badTokenizer } from './tokenizer.js';

/** What the bytes from an index on are replaced by, and how many of them; undefined where the map says nothing. */
export type Charsmap = (
	bytes: Uint8Array,
	at: number,
) => { readonly text: Uint8Array; readonly length: number } | undefined;

/** @param blob u32 size of the trie, the trie's u32 units, then the replacements, each ended by a zero; empty for no map */
export function readCharsmap(blob: Uint8Array): Charsmap {
	if (blob.length === 0) return () => undefined;
	const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
	const size = blob.length < 4 ? Number.NaN : view.getUint32(0, true);
	if (!(size % 4 === 0 && size >= 4 && 4 + size <= blob.length))
		throw badTokenizer(`expected a map of characters, got ${blob.length} bytes that do not fit together`);
	const trie = Uint32Array.from({ length: size / 4 }, (_, i) => view.getUint32(4 + 4 * i, true));
	const replacements = blob.subarray(4 + size);
	const offset = (unit: number) => (unit >>> 10) << ((unit & 0x200) >>> 6);
	return (bytes, at) => {
		let node = offset(trie[0]!);
		let found: number | undefined;
		let length = 0;
		for (let i = at; i < bytes.length; i++) {
			node ^= bytes[i]!;
			const unit = trie[node];
			if (unit === undefined || (unit & 0x800000ff) >>> 0 !== bytes[i]) break;
			node ^= offset(unit);
			if (unit & 0x100) {
				found = (trie[node] ?? 0) & 0x7fffffff;
				length = i - at + 1;
			}
		}
		if (found === undefined) return undefined;
		const end = replacements.indexOf(0, found);
		return { text: replacements.subarray(found, end < 0 ? undefined : end), length };
	};
}

/** A text with all its characters mapped. */
export function mapCharacters(map: Charsmap, text: string): string {
	const bytes = new TextEncoder().encode(text);
	const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
	const parts: string[] = [];
	for (let at = 0; at < bytes.length; ) {
		const length = utf8Length(bytes[at]!);
		const next = map(bytes, at) ?? { text: bytes.subarray(at, at + length), length };
		parts.push(decoder.decode(next.text));
		at += next.length;
	}
	return parts.join('');
}

/** Bytes of a character by its first one. */
export const utf8Length = (first: number): number => (first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4);
