/** @file 16-bit floating point to and from float32: IEEE 754 binary16 (1-5-10) and bfloat16 (the upper half of a float32). */

/** Largest finite half-precision number. */
export const HALF_MAX = 65504;

const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);

/** Value of every half, by its bits; built at first use (256 KB). */
let table: Float32Array | undefined;

function halfTable(): Float32Array {
	const values = new Float32Array(1 << 16);
	for (let bits = 0; bits < 1 << 16; bits++) {
		const sign = bits & 0x8000 ? -1 : 1;
		const exponent = (bits >> 10) & 31;
		const fraction = bits & 1023;
		if (exponent === 31) values[bits] = fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
		else if (exponent === 0) values[bits] = sign * fraction * 2 ** -24;
		else values[bits] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
	}
	return values;
}

/** Halves, as their bits, to float32; exact. */
export function halfToFloat<T extends Float32Array | Float64Array = Float32Array>(
	bits: Uint16Array,
	out: T = new Float32Array(bits.length) as T,
): T {
	table ??= halfTable();
	for (let i = 0; i < bits.length; i++) out[i] = table[bits[i]!]!;
	return out;
}

/** bfloat16, as its bits, to float32; exact. */
export function bfloatToFloat<T extends Float32Array | Float64Array = Float32Array>(
	bits: Uint16Array,
	out: T = new Float32Array(bits.length) as T,
): T {
	for (let i = 0; i < bits.length; i++) {
		word[0] = bits[i]! << 16;
		out[i] = float[0]!;
	}
	return out;
}

/** The bits of the nearest half of each number, ties to even; beyond 65504 + half a step it is infinity. */
export function floatToHalf(values: Float32Array): Uint16Array {
	const out = new Uint16Array(values.length);
	for (let i = 0; i < values.length; i++) {
		float[0] = values[i]!;
		const bits = word[0]!;
		const sign = (bits >>> 16) & 0x8000;
		const magnitude = bits & 0x7fffffff;
		if (magnitude >= 0x47800000) {
			// 65536 and more: infinity, or a NaN that stays one.
			out[i] = sign | (magnitude > 0x7f800000 ? 0x7e00 : 0x7c00);
		} else if (magnitude >= 0x38800000) {
			// 2^-14 and more: drop 13 bits of fraction and re-bias the exponent by 112; a carry runs into the exponent as it should.
			out[i] = sign | ((magnitude - (112 << 23) + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
		} else {
			// Subnormal half = a multiple of 2^-24: adding 0.5 aligns the fraction so that the float addition itself rounds to even.
			word[0] = magnitude;
			float[0] = float[0]! + 0.5;
			out[i] = sign | (word[0]! - 0x3f000000);
		}
	}
	return out;
}
