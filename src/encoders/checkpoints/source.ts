/** @file Bytes of a model file by their place: read when they are wanted, so that no file is ever in memory as a whole. */

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { AtelierError } from '../../errors.js';

/** Bytes by offset. Callers keep within the size. */
export interface ByteSource {
	/** How messages call it, quotes included. */
	readonly name: string;
	readonly size: number;
	/** Fill a range of memory from the bytes at an offset. @throws E_IO when the file cannot be read */
	readInto(offset: number, into: Uint8Array): void;
	/** Where the bytes are in memory already: they themselves. */
	view?(offset: number, length: number): Uint8Array;
	close(): void;
}

/** Bytes at an offset, in memory of their own. */
export function readBytes(source: ByteSource, offset: number, length: number): Uint8Array {
	const bytes = new Uint8Array(length);
	source.readInto(offset, bytes);
	return bytes;
}

/** Bytes that are looked at at once while a file is read through. */
export const CHUNK = 1 << 20;
let chunk: Uint8Array | undefined;

/**
 * At most CHUNK bytes at an offset, in memory that the next call uses again: chunks of their own would be garbage of the
 * size of the file before anybody collects it.
 */
export function passBytes(source: ByteSource, offset: number, length: number): Uint8Array {
	chunk ??= new Uint8Array(CHUNK);
	const bytes = chunk.subarray(0, length);
	source.readInto(offset, bytes);
	return bytes;
}

/** A function that refuses a file as damaged; never returns. */
export type Fail = (message: string) => never;

/** Refuses a file as not what its kind should be. */
export function failure(source: ByteSource, kind: string): Fail {
	return (message) => {
		throw new AtelierError('E_CHECKPOINT', `${source.name} is not a valid ${kind}: ${message}`);
	};
}

/** Bytes that are in memory. */
export const memorySource = (bytes: Uint8Array): ByteSource => ({
	name: 'the model file',
	size: bytes.byteLength,
	readInto: (offset, into) => into.set(bytes.subarray(offset, offset + into.length)),
	// Not Buffer's slice and not its pool: a plain view, whatever subclass was handed in.
	view: (offset, length) => new Uint8Array(bytes.buffer, bytes.byteOffset + offset, length),
	close: () => {},
});

const MOST = 1 << 28; // one read call takes less than 2 GiB

/** A file, open until it is closed. @throws E_IO when it cannot be opened */
export function fileSource(path: string): ByteSource {
	const attempt = <T>(work: () => T): T => {
		try {
			return work();
		} catch (cause) {
			throw new AtelierError('E_IO', `expected a readable model file, got '${path}': ${(cause as Error).message}`, {
				cause,
			});
		}
	};
	const file = attempt(() => openSync(path, 'r'));
	const stat = fstatSync(file);
	if (stat.isDirectory()) {
		closeSync(file);
		throw new AtelierError('E_IO', `expected a readable model file, got '${path}': it is a folder`);
	}
	const readFully = (offset: number, into: Uint8Array) => {
		for (let done = 0; done < into.length; ) {
			const got = readSync(file, into, done, Math.min(MOST, into.length - done), offset + done);
			if (got === 0) throw new Error(`it ends before byte ${offset + into.length}`);
			done += got;
		}
	};
	return {
		name: `'${path}'`,
		size: stat.size,
		readInto: (offset, into) => attempt(() => readFully(offset, into)),
		close: () => closeSync(file),
	};
}

/** Use a file and close it, whatever happens. */
export function withSource<T>(source: ByteSource, use: (source: ByteSource) => T): T {
	try {
		return use(source);
	} finally {
		source.close();
	}
}
