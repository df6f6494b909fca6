/** @file Kinds of stored numbers, under safetensors' names, and their way into arrays that compute. Little-endian, as all that Node runs on. */

import { bfloatToFloat, halfToFloat } from '../half.js';
import { type ByteSource, CHUNK, passBytes } from './source.js';

const views = {
	F64: Float64Array,
	F32: Float32Array,
	F16: Uint16Array,
	BF16: Uint16Array,
	I64: BigInt64Array,
	U64: BigUint64Array,
	I32: Int32Array,
	U32: Uint32Array,
	I16: Int16Array,
	U16: Uint16Array,
	I8: Int8Array,
	U8: Uint8Array,
	BOOL: Uint8Array,
} as const;

/** A kind of stored numbers. */
export type StoredType = keyof typeof views;

/** All kinds, by name. */
export const storedTypes = Object.keys(views) as readonly StoredType[];

/** Bytes of one number. */
export const sizeOfType = (type: StoredType): number => views[type].BYTES_PER_ELEMENT;

/** Whether numbers of this kind are weights rather than ids and counters. */
export const isFloat = (type: StoredType): boolean => type.startsWith('F') || type === 'BF16';

/** Fill an array with the numbers stored from an offset on. Integers are exact up to 2^53 in a Float64Array. */
export function readNumbers(
	source: ByteSource,
	offset: number,
	type: StoredType,
	into: Float32Array | Float64Array,
): void {
	if (type === 'F32' && into instanceof Float32Array) {
		source.readInto(offset, new Uint8Array(into.buffer, into.byteOffset, into.byteLength));
		return;
	}
	const size = sizeOfType(type);
	for (let at = 0; at < into.length; at += CHUNK / size) {
		const part = into.subarray(at, at + CHUNK / size);
		convert(passBytes(source, offset + at * size, part.length * size), type, part);
	}
}

/** Numbers from their bytes, which start where a number of this kind may. */
function convert(bytes: Uint8Array, type: StoredType, into: Float32Array | Float64Array): void {
	const stored = new views[type](bytes.buffer as ArrayBuffer, bytes.byteOffset, into.length);
	if (stored instanceof BigInt64Array || stored instanceof BigUint64Array)
		for (let i = 0; i < into.length; i++) into[i] = Number(stored[i]!);
	else if (type === 'F16') halfToFloat(stored as Uint16Array, into);
	else if (type === 'BF16') bfloatToFloat(stored as Uint16Array, into);
	else into.set(stored);
}
