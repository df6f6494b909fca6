/** @file Comments in GIF: extension blocks with the label 0xFE (GIF89a specification, 24). */

import { damaged, part, utf8 } from './bytes.js';

export const isGif = (bytes: Buffer): boolean => /^GIF8[79]a$/.test(bytes.toString('latin1', 0, 6));

interface Block {
	readonly kind: 'comment' | 'image' | 'extension' | 'trailer';
	readonly start: number;
	readonly end: number;
}

/** Size of a colour table after the byte that describes it. */
const tableSize = (packed: number): number => (packed & 0x80 ? 3 << ((packed & 7) + 1) : 0);

/** Offset after a chain of sub-blocks. */
function afterSubBlocks(bytes: Buffer, start: number): number {
	for (let at = start; ; ) {
		const length = part(bytes, at, 1)[0]!;
		at += 1 + length;
		if (length === 0) return at;
	}
}

/** All blocks up to the trailer. @throws AtelierError E_IMAGE */
function* blocks(bytes: Buffer): Generator<Block> {
	for (let start = 13 + tableSize(part(bytes, 10, 1)[0]!); ; ) {
		const introducer = part(bytes, start, 1)[0]!;
		let kind: Block['kind'];
		let end: number;
		if (introducer === 0x3b) {
			kind = 'trailer';
			end = start + 1;
		} else if (introducer === 0x21) {
			kind = part(bytes, start + 1, 1)[0] === 0xfe ? 'comment' : 'extension';
			end = afterSubBlocks(bytes, start + 2);
		} else if (introducer === 0x2c) {
			kind = 'image';
			end = afterSubBlocks(bytes, start + 11 + tableSize(part(bytes, start + 9, 1)[0]!));
		} else throw damaged(`a GIF block of unknown kind ${introducer} at byte ${start}`);
		yield { kind, start, end };
		if (kind === 'trailer') return;
		start = end;
	}
}

function commentText(bytes: Buffer, { start }: Block): string {
	const parts: Buffer[] = [];
	for (let at = start + 2; bytes[at]! > 0; at += 1 + bytes[at]!)
		parts.push(bytes.subarray(at + 1, at + 1 + bytes[at]!));
	return utf8(Buffer.concat(parts));
}

/** All comments, in order. @throws AtelierError E_IMAGE */
export function gifComments(bytes: Buffer): string[] {
	return [...blocks(bytes)].filter((b) => b.kind === 'comment').map((b) => commentText(bytes, b));
}

/** Put a comment before the trailer and leave out those that begin alike. @throws AtelierError E_IMAGE */
export function withGifComment(bytes: Buffer, prefix: string, text: string): Buffer {
	// Comments came with the version of 1989.
	const parts: Buffer[] = [Buffer.from('GIF89a'), bytes.subarray(6, 13 + tableSize(part(bytes, 10, 1)[0]!))];
	let end = 0;
	for (const block of blocks(bytes)) {
		end = block.end;
		if (block.kind === 'comment' && commentText(bytes, block).startsWith(prefix)) continue;
		if (block.kind === 'trailer') parts.push(comment(prefix + text));
		parts.push(bytes.subarray(block.start, block.end));
	}
	return Buffer.concat([...parts, bytes.subarray(end)]);
}

function comment(text: string): Buffer {
	const data = Buffer.from(text, 'utf8');
	const parts: Buffer[] = [Buffer.from([0x21, 0xfe])];
	for (let at = 0; at < data.length; at += 255) {
		const piece = data.subarray(at, at + 255);
		parts.push(Buffer.from([piece.length]), piece);
	}
	return Buffer.concat([...parts, Buffer.from([0])]);
}
