/**
 * @file Model files in the safetensors layout: u64 header length, JSON {name: {dtype, shape, data_offsets}}, raw little-endian numbers.
 * Source: the format description of huggingface/safetensors. Assumes a little-endian machine, as all that Node runs on in practice.
 */

import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { AtelierError } from '../errors.js';
import { type Shape, sizeOf } from '../tensor/index.js';
import { type Checkpoint, tensorOf } from './checkpoints/checkpoint.js';
import { isFloat, readNumbers } from './checkpoints/dtypes.js';
import { type ByteSource, failure, fileSource, memorySource, readBytes, withSource } from './checkpoints/source.js';
import { floatToHalf, HALF_MAX } from './half.js';
import type { NamedArray, Weights } from './parameters.js';
import { checkHeader, MAX_HEADER } from './safetensors-header.js';

/** An integer tensor (token ids, counters): exact up to 2^53. */
export interface IntegerArray {
	readonly shape: Shape;
	readonly data: Float64Array;
}

/** An array of a byte each. */
export interface ByteArray {
	readonly shape: Shape;
	readonly data: Int8Array;
}

/** Weights as a file is to hold them. */
export type StoredWeights = ReadonlyMap<string, NamedArray | ByteArray>;

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
	/** Of floats; bytes are I8. F16 halves the file; each number is rounded to the nearest half (|x| <= 65504). Default F32. */
	readonly dtype?: 'F32' | 'F16';
	readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * Read a model file.
 * @param from a path, or the bytes themselves: F32 tensors that lie aligned are then views on them
 * @throws E_CHECKPOINT when the contents are not a valid file of this kind, E_IO when it cannot be read
 */
export function readSafetensors(from: string | Uint8Array): SafetensorsFile {
	const opened = typeof from === 'string' ? fileSource(from) : memorySource(from);
	return withSource(opened, (source) => {
		const { entries, metadata, dataStart } = readHeader(source);
		const weights: Weights = new Map();
		const integers = new Map<string, IntegerArray>();
		for (const { name, dtype, shape, begin } of entries) {
			const count = sizeOf(shape);
			const offset = dataStart + begin;
			if (!isFloat(dtype)) {
				const data = new Float64Array(count);
				readNumbers(source, offset, dtype, data);
				integers.set(name, { shape, data });
				continue;
			}
			const there = dtype === 'F32' ? source.view?.(offset, 4 * count) : undefined;
			if (there && there.byteOffset % 4 === 0) {
				weights.set(name, { shape, data: new Float32Array(there.buffer, there.byteOffset, count) });
				continue;
			}
			const data = new Float32Array(count);
			readNumbers(source, offset, dtype, data);
			weights.set(name, { shape, data });
		}
		return { weights, integers, metadata };
	});
}

/** Open a model file to read tensors one by one. @throws E_CHECKPOINT when it is not a valid file of this kind */
export function openSafetensors(source: ByteSource): Checkpoint {
	const { entries, dataStart } = readHeader(source);
	const tensors = new Map(entries.map((entry) => [entry.name, entry]));
	return {
		name: source.name,
		container: 'safetensors',
		tensors,
		readInto(name, into) {
			const { dtype, begin } = tensorOf(tensors, name, source.name);
			readNumbers(source, dataStart + begin, dtype, into);
		},
		close: source.close,
	};
}

function readHeader(source: ByteSource) {
	const fail = failure(source, 'safetensors file');
	if (source.size < 8) return fail(`expected at least 8 bytes, got ${source.size}; was the download cut off?`);
	const length = Number(new DataView(readBytes(source, 0, 8).buffer).getBigUint64(0, true));
	if (length > MAX_HEADER) return fail(`expected a header of at most ${MAX_HEADER} bytes, got a length of ${length}`);
	if (8 + length > source.size)
		return fail(`expected ${8 + length} bytes of header, got a file of ${source.size}; was the download cut off?`);
	const header = checkHeader(readBytes(source, 8, length), source.size - 8 - length, fail);
	return { ...header, dataStart: 8 + length };
}

const CHUNK = 1 << 28; // one write call takes less than 2 GiB

/**
 * Write a model file: names sorted, header padded with spaces to 8 bytes, numbers back to back. The file appears whole or not at all.
 * @throws E_ARGUMENT when a finite weight does not fit into F16, E_IO when the file cannot be written
 */
export function writeSafetensors(path: string, weights: StoredWeights, options: WriteOptions = {}): void {
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
		const inBytes = data instanceof Int8Array;
		if (dtype === 'F16' && !inBytes) checkHalfRange(name, data);
		const begin = end;
		end += data.length * (inBytes ? 1 : dtype === 'F16' ? 2 : 4);
		entries.set(name, { dtype: inBytes ? 'I8' : dtype, shape, data_offsets: [begin, end] });
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
			const stored = dtype === 'F16' && !(data instanceof Int8Array) ? floatToHalf(data) : data;
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
