/**
 * @file The directory of a zip archive and the bytes of its stored members, Zip64 included; nothing is ever extracted.
 * Source: PKWARE's APPNOTE 6.3.9, sections 4.3 to 4.5.
 */

import { crc32 } from 'node:zlib';
import { type ByteSource, CHUNK, type Fail, failure, passBytes, readBytes } from './source.js';

/** One member. */
export interface ZipMember {
	readonly name: string;
	readonly size: number;
}

/** A member with what its directory entry says. */
interface Entry extends ZipMember {
	readonly method: number;
	readonly encrypted: boolean;
	readonly crc: number;
	/** Bytes that it takes in the archive. */
	readonly packed: number;
	/** Of its local header. */
	readonly at: number;
	/** Where the next member, or the directory, begins. */
	limit: number;
}

/** An archive that is open. */
export interface ZipArchive {
	readonly members: ReadonlyMap<string, ZipMember>;
	/** Where the bytes of a member lie; refuses members that are compressed, or whose checksum is not theirs. */
	locate(name: string): number;
}

const END = 0x06054b50;
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
/** Longest comment after the end record, plus the record. */
const TAIL = 65535 + 22;
/** Of the directory; that of a model with thousands of tensors has less than a hundredth. */
const MAX_DIRECTORY = 1 << 26;

/** Whether bytes begin as an archive does. */
export const isZip = (start: Uint8Array): boolean =>
	start.length >= 4 && start[0] === 0x50 && start[1] === 0x4b && start[2] === 3 && start[3] === 4;

/** Read an archive's directory. @throws E_CHECKPOINT when it is not a whole, plain archive */
export function openZip(source: ByteSource): ZipArchive {
	const fail = failure(source, 'torch file (a zip archive)');
	const { count, size, at } = findDirectory(source, fail);
	const entries = readDirectory(viewOf(readBytes(source, at, size)), count, fail);
	const sorted = [...entries.values()].sort((a, b) => a.at - b.at);
	sorted.forEach((entry, i) => {
		entry.limit = sorted[i + 1]?.at ?? at;
		// A local header repeats at least the length of the name's bytes, which is checked when the member is read.
		if (entry.at + 30 + entry.packed > entry.limit)
			fail(`expected members apart from each other, got '${entry.name}' beyond byte ${entry.limit}`);
	});
	const checked = new Map<Entry, number>();
	return {
		members: entries,
		locate(name) {
			const entry = entries.get(name);
			if (!entry) return fail(`expected a member '${name}', got none`);
			const known = checked.get(entry) ?? check(source, entry, fail);
			checked.set(entry, known);
			return known;
		},
	};
}

/** The place of a readable member's bytes, once they are known to be what was written. */
function check(source: ByteSource, entry: Entry, fail: Fail): number {
	const { name, at, limit, size, packed, method } = entry;
	if (entry.encrypted) fail(`expected a member that anybody may read, got '${name}' encrypted`);
	if (method !== 0 || size !== packed)
		fail(`expected members stored as they are, as torch.save writes them, got '${name}' compressed (method ${method})`);
	const header = viewOf(readBytes(source, at, 30));
	if (header.getUint32(0, true) !== LOCAL || header.getUint16(8, true) !== method)
		fail(`expected the member '${name}' at byte ${at}, got something else`);
	const start = at + 30 + header.getUint16(26, true) + header.getUint16(28, true);
	if (start + size > limit) fail(`expected '${name}' to end before byte ${limit}, got ${start + size}`);
	let sum = 0;
	for (let done = 0; done < size; done += CHUNK)
		sum = crc32(passBytes(source, start + done, Math.min(CHUNK, size - done)), sum);
	if (sum !== entry.crc)
		fail(`expected checksum ${hex(entry.crc)} of '${name}', got ${hex(sum)}; its bytes are damaged: fetch it again`);
	return start;
}

function findDirectory(source: ByteSource, fail: Fail): { count: number; size: number; at: number } {
	const length = Math.min(TAIL, source.size);
	const base = source.size - length;
	const tail = viewOf(readBytes(source, base, length));
	let end = length - 22;
	// The comment that follows the record has the length that the record says.
	while (end >= 0 && !(tail.getUint32(end, true) === END && tail.getUint16(end + 20, true) === length - end - 22))
		end--;
	if (end < 0) return fail('expected the directory of an archive at its end, got none; was the download cut off?');
	let count = tail.getUint16(end + 10, true);
	let size = tail.getUint32(end + 12, true);
	let at = tail.getUint32(end + 16, true);
	let before = base + end;
	if (tail.getUint16(end + 4, true) !== 0 && tail.getUint16(end + 4, true) !== 0xffff)
		fail('expected an archive of one piece, got a part of several');
	if (before >= 20 && (count === 0xffff || size === 0xffffffff || at === 0xffffffff)) {
		const locator = viewOf(readBytes(source, before - 20, 20));
		if (locator.getUint32(0, true) === LOCATOR64) {
			const place = whole(locator, 8, fail);
			if (place + 56 > before - 20) fail(`expected the directory's record before byte ${before}, got ${place}`);
			const record = viewOf(readBytes(source, place, 56));
			if (record.getUint32(0, true) !== END64) fail(`expected the directory's record at byte ${place}, got none`);
			count = whole(record, 32, fail);
			size = whole(record, 40, fail);
			at = whole(record, 48, fail);
			before = place;
		}
	}
	if (size > MAX_DIRECTORY) fail(`expected a directory of at most ${MAX_DIRECTORY} bytes, got ${size}`);
	if (at + size > before) fail(`expected the directory before byte ${before}, got ${size} bytes at ${at}`);
	return { count, size, at };
}

function readDirectory(view: DataView, count: number, fail: Fail): Map<string, Entry> {
	const entries = new Map<string, Entry>();
	let at = 0;
	for (let i = 0; i < count; i++) {
		if (at + 46 > view.byteLength || view.getUint32(at, true) !== CENTRAL)
			fail(`expected ${count} members in the directory, got ${i}`);
		const nameLength = view.getUint16(at + 28, true);
		const extraLength = view.getUint16(at + 30, true);
		const next = at + 46 + nameLength + extraLength + view.getUint16(at + 32, true);
		if (next > view.byteLength) fail(`expected ${count} whole members in the directory, got ${i}`);
		const name = Buffer.from(view.buffer, view.byteOffset + at + 46, nameLength).toString('utf8');
		checkName(name, fail);
		if (entries.has(name)) fail(`expected every member once, got '${name}' twice`);
		const extra = wideFields(view, at + 46 + nameLength, extraLength);
		const wide = (offset: number) => {
			const value = view.getUint32(at + offset, true);
			if (value !== 0xffffffff) return value;
			const place = extra.next().value;
			return place === undefined
				? fail(`expected the size of '${name}' in a Zip64 field, got none`)
				: whole(view, place, fail);
		};
		// In this order: the wide fields stand one after the other, each only where it is needed.
		const size = wide(24);
		const packed = wide(20);
		entries.set(name, {
			name,
			size,
			packed,
			at: wide(42),
			method: view.getUint16(at + 10, true),
			encrypted: (view.getUint16(at + 8, true) & 1) !== 0,
			crc: view.getUint32(at + 16, true),
			limit: 0,
		});
		at = next;
	}
	if (at !== view.byteLength) fail(`expected a directory of ${at} bytes, got ${view.byteLength}`);
	return entries;
}

/** Where the 64-bit numbers of a Zip64 field stand. */
function* wideFields(view: DataView, from: number, length: number): Generator<number, undefined> {
	for (let at = from; at + 4 <= from + length; ) {
		const end = Math.min(from + length, at + 4 + view.getUint16(at + 2, true));
		if (view.getUint16(at, true) === 1) for (let p = at + 4; p + 8 <= end; p += 8) yield p;
		at = end;
	}
	return undefined;
}

/** Nothing is written by these names; an archive that tries is not a model. */
function checkName(name: string, fail: Fail): void {
	if (/^[/\\]|^[a-z]:|[\0\\]|(^|\/)\.\.(\/|$)/i.test(name))
		fail(`expected members inside the archive, got the path ${JSON.stringify(name)}`);
}

function whole(view: DataView, at: number, fail: Fail): number {
	const value = view.getBigUint64(at, true);
	return value > Number.MAX_SAFE_INTEGER ? fail(`expected a place in the file, got ${value}`) : Number(value);
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const hex = (sum: number) => sum.toString(16).padStart(8, '0');
