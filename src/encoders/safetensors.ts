/**
 * @file Model files in the safetensors layout: u64 header length, JSON {name: {dtype, shape, data_offsets}}, raw little-endian numbers.
 * Source: the format description of huggingface/safetensors. Assumes a little-endian machine, as all that Node runs on in practice.
 */

import { randomUUID } from 'node:crypto';
import { closeSync, fstatSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { AtelierError } from '../errors.js';
import { type Shape, sizeOf } from '../tensor/index.js';
import { bfloatToFloat, floatToHalf, HALF_MAX, halfToFloat } from './half.js';
import type { Weights } from './parameters.js';
import { checkHeader, type Entry, MAX_HEADER } from './safetensors-header.js';

/** An integer tensor (token ids, counters): exact up to 2^53. */
export interface IntegerArray {
	readonly shape: Shape;
	readonly data: Float64Array;
}

/** Contents of a safetensors file. */
export interface SafetensorsFile {
	/** F32, F16, BF16 and F64 tensors, as float32. */
	readonly weights: Weights;
	/** Integer and boolean tensors. */
	readonly integers: Map<string, IntegerArray>;
	readonly metadata: Readonly<Record<string, string>>;
}

/** How to write. */
export interface WriteOptions {
	/** F16 halves the file; each number is rounded to the nearest half (|x| <= 65504). Default F32. */
	readonly dtype?: 'F32' | 'F16';
	readonly metadata?: Readonly<Record<string, string>>;
}

/** Bytes by offset, from memory (views) or from a file (fresh memory, so that each tensor is read once and aligned). */
interface Source {
	readonly size: number;
	read(offset: number, length: number): Uint8Array;
	close(): void;
}

/**
 * Read a model file.
 * @param from a path, or the bytes themselves: F32 tensors that lie aligned are then views on them
 * @throws E_CHECKPOINT when the contents are not a valid file of this kind, E_IO when it cannot be read
 */
export function readSafetensors(from: string | Uint8Array): SafetensorsFile {
	const name = typeof from === 'string' ? `'${from}'` : 'the model file';
	const source = typeof from === 'string' ? fileSource(from) : memorySource(from);
	try {
		const { entries, metadata, dataStart } = readHeader(source, name);
		const weights: Weights = new Map();
		const integers = new Map<string, IntegerArray>();
		for (const entry of entries) {
			const bytes = aligned(source.read(dataStart + entry.begin, entry.end - entry.begin), entry.bytesPerNumber);
			const floats = toFloats(entry.dtype, bytes);
			if (floats) weights.set(entry.name, { shape: entry.shape, data: floats });
			else integers.set(entry.name, { shape: entry.shape, data: toIntegers(entry.dtype, bytes) });
		}
		return { weights, integers, metadata };
	} finally {
		source.close();
	}
}

function readHeader(source: Source, name: string) {
	const fail = (message: string): never => {
		throw new AtelierError('E_CHECKPOINT', `${name} is not a valid safetensors file: ${message}`);
	};
	if (source.size < 8) return fail(`expected at least 8 bytes, got ${source.size}; was the download cut off?`);
	const first = source.read(0, 8);
	const length = Number(new DataView(first.buffer, first.byteOffset, 8).getBigUint64(0, true));
	if (length > MAX_HEADER) return fail(`expected a header of at most ${MAX_HEADER} bytes, got a length of ${length}`);
	if (8 + length > source.size)
		return fail(`expected ${8 + length} bytes of header, got a file of ${source.size}; was the download cut off?`);
	const header = checkHeader(source.read(8, length), source.size - 8 - length, fail);
	return { ...header, dataStart: 8 + length };
}

function toFloats(dtype: Entry['dtype'], bytes: Uint8Array): Float32Array | undefined {
	const { buffer, byteOffset: at, byteLength: n } = bytes;
	switch (dtype) {
		case 'F32':
			return new Float32Array(buffer, at, n / 4);
		case 'F16':
			return halfToFloat(new Uint16Array(buffer, at, n / 2));
		case 'BF16':
			return bfloatToFloat(new Uint16Array(buffer, at, n / 2));
		case 'F64':
			return Float32Array.from(new Float64Array(buffer, at, n / 8));
		default:
			return undefined;
	}
}

function toIntegers(dtype: Entry['dtype'], { buffer, byteOffset: at, byteLength: n }: Uint8Array): Float64Array {
	switch (dtype) {
		case 'I64':
			return Float64Array.from(new BigInt64Array(buffer, at, n / 8), Number);
		case 'U64':
			return Float64Array.from(new BigUint64Array(buffer, at, n / 8), Number);
		case 'I32':
			return Float64Array.from(new Int32Array(buffer, at, n / 4));
		case 'U32':
			return Float64Array.from(new Uint32Array(buffer, at, n / 4));
		case 'I16':
			return Float64Array.from(new Int16Array(buffer, at, n / 2));
		case 'U16':
			return Float64Array.from(new Uint16Array(buffer, at, n / 2));
		case 'I8':
			return Float64Array.from(new Int8Array(buffer, at, n));
		default:
			return Float64Array.from(new Uint8Array(buffer, at, n));
	}
}

/** The bytes themselves where a typed array may start, else a copy. */
const aligned = (bytes: Uint8Array, multiple: number): Uint8Array =>
	bytes.byteOffset % multiple === 0 ? bytes : new Uint8Array(bytes);

const memorySource = (bytes: Uint8Array): Source => ({
	size: bytes.byteLength,
	// Not Buffer's slice and not its pool: a plain view, whatever subclass was handed in.
	read: (offset, length) => new Uint8Array(bytes.buffer, bytes.byteOffset + offset, length),
	close: () => {},
});

const CHUNK = 1 << 28; // one read call takes less than 2 GiB

function fileSource(path: string): Source {
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
	const readFully = (offset: number, length: number) => {
		const out = new Uint8Array(length);
		for (let done = 0; done < length; ) {
			const got = readSync(file, out, done, Math.min(CHUNK, length - done), offset + done);
			if (got === 0) throw new Error(`it ends before byte ${offset + length}`);
			done += got;
		}
		return out;
	};
	return {
		size: fstatSync(file).size,
		read: (offset, length) => attempt(() => readFully(offset, length)),
		close: () => closeSync(file),
	};
}

/**
 * Write a model file: names sorted, header padded with spaces to 8 bytes, numbers back to back. The file appears whole or not at all.
 * @throws E_ARGUMENT when a finite weight does not fit into F16, E_IO when the file cannot be written
 */
export function writeSafetensors(path: string, weights: Weights, options: WriteOptions = {}): void {
	const { dtype = 'F32', metadata } = options;
	const names = [...weights.keys()].sort((a, b) => (a < b ? -1 : 1));
	// A Map, so that a weight called '__proto__' or '1' is an entry like any other, at its place.
	const entries = new Map<string, unknown>();
	let end = 0;
	for (const name of names) {
		const { shape, data } = weights.get(name)!;
		if (name === '__metadata__')
			throw new AtelierError('E_ARGUMENT', `expected no weight of the reserved name '${name}'; pass metadata`);
		if (sizeOf(shape) !== data.length)
			throw new AtelierError(
				'E_ARGUMENT',
				`expected ${sizeOf(shape)} numbers for weight '${name}' [${shape}], got ${data.length}`,
			);
		if (dtype === 'F16') checkHalfRange(name, data);
		const begin = end;
		end += data.length * (dtype === 'F16' ? 2 : 4);
		entries.set(name, { dtype, shape, data_offsets: [begin, end] });
	}
	const lines = [...entries].map(([name, entry]) => `${JSON.stringify(name)}:${JSON.stringify(entry)}`);
	if (metadata) lines.unshift(`"__metadata__":${JSON.stringify(metadata)}`);
	const json = Buffer.from(`{${lines.join(',')}}`, 'utf8');
	const header = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, ' ');
	header.writeBigUInt64LE(BigInt(header.length - 8), 0);
	json.copy(header, 8);

	const temporary = `${path}.${randomUUID()}.tmp`;
	let file: number | undefined;
	try {
		file = openSync(temporary, 'w');
		writeAll(file, header);
		for (const name of names) {
			const { data } = weights.get(name)!;
			const stored = dtype === 'F16' ? floatToHalf(data) : data;
			writeAll(file, new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength));
		}
		fsyncSync(file);
		closeSync(file);
		file = undefined;
		renameSync(temporary, path);
	} catch (cause) {
		if (file !== undefined) closeSync(file);
		rmSync(temporary, { force: true });
		throw new AtelierError('E_IO', `expected to write the model file '${path}': ${(cause as Error).message}`, {
			cause,
		});
	}
}

function writeAll(file: number, bytes: Uint8Array): void {
	for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, Math.min(CHUNK, bytes.length - done));
}

function checkHalfRange(name: string, data: Float32Array): void {
	for (const x of data)
		if (Math.abs(x) > HALF_MAX && Number.isFinite(x))
			throw new AtelierError(
				'E_ARGUMENT',
				`expected weights within ±${HALF_MAX} for F16, got ${x} in '${name}'; write F32`,
			);
}
