/** @file The safetensors format: every dtype, round trips, and damaged files. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bfloatToFloat, floatToHalf, halfToFloat } from '../../src/encoders/half.js';
import type { Weights } from '../../src/encoders/parameters.js';
import { readSafetensors, writeSafetensors } from '../../src/encoders/safetensors.js';
import { AtelierError } from '../../src/errors.js';

let folder: string;
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'safetensors-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A file of this header (an object, or raw text) and data, its length field right unless given. */
function fileOf(header: unknown, data: Uint8Array | number = 0, length?: bigint): Uint8Array {
	const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header), 'utf8');
	const size = Buffer.alloc(8);
	size.writeBigUInt64LE(length ?? BigInt(json.length));
	return Buffer.concat([size, json, typeof data === 'number' ? Buffer.alloc(data) : data]);
}

const f32 = (shape: unknown, begin: unknown, end: unknown) => ({ dtype: 'F32', shape, data_offsets: [begin, end] });

/** Each broken file, and what the message must say. */
const broken: [string, Uint8Array, RegExp][] = [
	['empty', new Uint8Array(0), /at least 8 bytes, got 0/],
	['shorter than its length field', new Uint8Array(7), /at least 8 bytes, got 7/],
	['a header length past the end', fileOf({}, 0, 99n), /got a file of 10.*cut off/],
	['a header length beyond reason', fileOf({}, 0, 1n << 40n), /header of at most/],
	['a header length of 2^64 - 1', fileOf({}, 0, (1n << 64n) - 1n), /header of at most/],
	['no header', fileOf('', 0), /JSON header/],
	['JSON garbage', fileOf('{"a":'), /JSON header/],
	['text after the JSON', fileOf('{}x'), /JSON header/],
	['bytes that are no UTF-8', fileOf('', Uint8Array.of(0x7b, 0xff, 0x7d), 3n), /JSON header/],
	['an array for a header', fileOf('[]'), /JSON object/],
	['null for a header', fileOf('null'), /JSON object/],
	['metadata of numbers', fileOf({ __metadata__: { a: 1 } }), /__metadata__/],
	['metadata that is a list', fileOf({ __metadata__: ['a'] }), /__metadata__/],
	['a tensor that is a number', fileOf({ a: 3 }), /'a'.*dtype, shape, data_offsets/],
	['an unknown dtype', fileOf({ a: { dtype: 'F12', shape: [1], data_offsets: [0, 4] } }, 4), /'a'.*dtype of.*"F12"/],
	['an inherited name as dtype', fileOf({ a: { dtype: 'toString', shape: [1], data_offsets: [0, 4] } }, 4), /dtype of/],
	['no shape', fileOf({ a: { dtype: 'F32', data_offsets: [0, 4] } }, 4), /'a'.*shape/],
	['a negative dimension', fileOf({ a: f32([-1], 0, 4) }, 4), /whole numbers/],
	['a fractional dimension', fileOf({ a: f32([0.5], 0, 2) }, 4), /whole numbers/],
	['a dimension beyond 2^53', fileOf('{"a":{"dtype":"F32","shape":[1e300],"data_offsets":[0,4]}}', 4), /whole numbers/],
	['dimensions whose product overflows', fileOf({ a: f32([2 ** 52, 2 ** 52, 2 ** 52], 0, 4) }, 4), /bytes for F32/],
	['one offset', fileOf({ a: { dtype: 'F32', shape: [1], data_offsets: [4] } }, 4), /data_offsets/],
	['offsets that are text', fileOf({ a: f32([1], '0', '4') }, 4), /data_offsets/],
	['a negative offset', fileOf({ a: f32([1], -4, 0) }, 4), /data_offsets/],
	['offsets in reverse', fileOf({ a: f32([1], 4, 0) }, 4), /inside the 4/],
	['truncated data', fileOf({ a: f32([2], 0, 8) }, 7), /inside the 7.*cut off/],
	['fewer bytes than the shape needs', fileOf({ a: f32([2], 0, 4) }, 4), /expected 8 bytes for F32 \[2\], got 4/],
	['more bytes than the shape needs', fileOf({ a: f32([1], 0, 8) }, 8), /expected 4 bytes/],
	['bytes for a shape with a 0', fileOf({ a: f32([0, 3], 0, 4) }, 4), /expected 0 bytes/],
	['tensors one over the other', fileOf({ a: f32([2], 0, 8), b: f32([2], 4, 12) }, 12), /'a'.*over 'b'/],
	['tensors in the same place', fileOf({ a: f32([1], 0, 4), b: f32([1], 0, 4) }, 4), /apart/],
	[
		'a name twice',
		fileOf(
			'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}',
			8,
		),
		/'a' twice/,
	],
	[
		'a name twice, once escaped',
		fileOf(
			'{"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]},"\\u0061":{"dtype":"U8","shape":[],"data_offsets":[1,2]}}',
			2,
		),
		/'a' twice/,
	],
	['a field twice', fileOf('{"a":{"dtype":"F32","shape":[9],"shape":[1],"data_offsets":[0,4]}}', 4), /'shape' twice/],
];

describe('reading', () => {
	it.each(broken)('refuses %s', (_, bytes, message) => {
		const path = join(folder, 'broken.safetensors');
		writeFileSync(path, bytes);
		for (const from of [bytes, path]) {
			let error: unknown;
			try {
				readSafetensors(from);
			} catch (e) {
				error = e;
			}
			expect(error).toBeInstanceOf(AtelierError);
			expect(error).toMatchObject({ code: 'E_CHECKPOINT', message: expect.stringMatching(message) });
		}
	});

	it('never fails in any other way, whatever bytes are changed', () => {
		const good = fileOf(
			{ __metadata__: { k: 'v' }, a: f32([2, 1], 0, 8), b: { dtype: 'F16', shape: [2], data_offsets: [8, 12] } },
			12,
		);
		fc.assert(
			fc.property(
				fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 4 }),
				fc.nat(good.length),
				(edits, cut) => {
					const bytes = Uint8Array.from(good);
					for (const [at, value] of edits) bytes[at] = value;
					try {
						readSafetensors(bytes.subarray(0, cut < good.length / 4 ? cut : good.length));
					} catch (e) {
						expect(e).toMatchObject({ code: 'E_CHECKPOINT' });
					}
				},
			),
			{ numRuns: 2000 },
		);
	});

	it('reads every dtype', () => {
		const parts: [string, ArrayBufferView, number[]][] = [
			['F64', Float64Array.of(1.5, -2), [1.5, -2]],
			['F32', Float32Array.of(1.5, -2), [1.5, -2]],
			['F16', Uint16Array.of(0x3e00, 0xc000), [1.5, -2]],
			['BF16', Uint16Array.of(0x3fc0, 0xc000), [1.5, -2]],
			['I64', BigInt64Array.of(-5n, 1n << 40n), [-5, 2 ** 40]],
			['U64', BigUint64Array.of(5n, 1n << 40n), [5, 2 ** 40]],
			['I32', Int32Array.of(-5, 6), [-5, 6]],
			['U32', Uint32Array.of(5, 4e9), [5, 4e9]],
			['I16', Int16Array.of(-5, 6), [-5, 6]],
			['U16', Uint16Array.of(5, 65535), [5, 65535]],
			['I8', Int8Array.of(-5, 6), [-5, 6]],
			['U8', Uint8Array.of(5, 255), [5, 255]],
			['BOOL', Uint8Array.of(0, 1), [0, 1]],
		];
		for (const gap of [0, 1, 2, 3]) {
			let at = gap; // unaligned on purpose
			const header: Record<string, unknown> = {};
			const data: Uint8Array[] = [new Uint8Array(gap)];
			for (const [dtype, view] of parts) {
				header[dtype] = { dtype, shape: [1, 2], data_offsets: [at, at + view.byteLength] };
				at += view.byteLength;
				data.push(new Uint8Array(view.buffer));
			}
			const file = readSafetensors(fileOf(header, Buffer.concat(data)));
			expect([...file.weights.keys()]).toEqual(['F64', 'F32', 'F16', 'BF16']);
			for (const [dtype, , values] of parts) {
				const array = file.weights.get(dtype) ?? file.integers.get(dtype);
				expect(array?.shape).toEqual([1, 2]);
				expect([...(array?.data ?? [])], dtype).toEqual(values);
			}
		}
	});

	it('takes scalars, empty tensors, trailing spaces and odd names', () => {
		const header = `${JSON.stringify({ 'scalar "x"': f32([], 0, 4), empty: f32([0, 3], 4, 4) })}   `;
		const { weights } = readSafetensors(fileOf(header, 4));
		expect(weights.get('scalar "x"')).toEqual({ shape: [], data: new Float32Array(1) });
		expect(weights.get('empty')).toEqual({ shape: [0, 3], data: new Float32Array(0) });
	});

	it('makes no copy of aligned float32 numbers', () => {
		const bytes = Uint8Array.from(fileOf(`${JSON.stringify({ a: f32([2], 0, 8) })}`.padEnd(56), 8));
		expect(readSafetensors(bytes).weights.get('a')?.data.buffer).toBe(bytes.buffer);
	});

	it('reports a missing file and a folder as E_IO', () => {
		expect(() => readSafetensors(join(folder, 'absent'))).toThrow(expect.objectContaining({ code: 'E_IO' }));
		expect(() => readSafetensors(folder)).toThrow(expect.objectContaining({ code: 'E_IO' }));
	});
});

describe('writing', () => {
	const numbers = fc.float32Array({ maxLength: 12 });
	const names = fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('__proto__', '10', '9', 'a.b', 'имя'));
	const models = fc
		.dictionary(names, numbers)
		.map((d): Weights => new Map(Object.entries(d).map(([k, data]) => [k, { shape: [data.length], data }])));

	it('round-trips any float32 weights and metadata', () => {
		const path = join(folder, 'round.safetensors');
		fc.assert(
			fc.property(models, fc.dictionary(fc.string(), fc.string()), (weights, metadata) => {
				fc.pre(!weights.has('__metadata__'));
				writeSafetensors(path, weights, { metadata });
				const back = readSafetensors(path);
				expect([...back.weights.keys()].sort()).toEqual([...weights.keys()].sort());
				for (const [name, { shape, data }] of weights) {
					expect(back.weights.get(name)?.shape).toEqual(shape);
					expect(new Uint32Array(Float32Array.from(back.weights.get(name)!.data).buffer)).toEqual(
						new Uint32Array(Float32Array.from(data).buffer),
					);
				}
				expect(Object.entries(back.metadata)).toEqual(Object.entries(metadata));
			}),
			{ numRuns: 200 },
		);
	});

	it('keeps names sorted, the data at a multiple of 8, and leaves no temporary file', () => {
		const path = join(folder, 'sorted.safetensors');
		const weights: Weights = new Map(
			['b', 'a', 'B', '10', '9'].map((k) => [k, { shape: [1], data: Float32Array.of(1) }]),
		);
		writeSafetensors(path, weights, { metadata: { made: 'here' } });
		const bytes = readFileSync(path);
		const length = Number(bytes.readBigUInt64LE(0));
		expect(length % 8).toBe(0);
		const order = [...bytes.toString('utf8', 8, 8 + length).matchAll(/"([^"]+)":\{/g)].map((m) => m[1]);
		expect(order).toEqual(['__metadata__', '10', '9', 'B', 'a', 'b']);
		expect(bytes.length).toBe(8 + length + 20);
		expect(readdirSync(folder).filter((f) => f.includes('tmp'))).toEqual([]);
	});

	it('rounds to halves, and refuses weights that have none', () => {
		const path = join(folder, 'half.safetensors');
		const data = Float32Array.of(0.1, -65504, 6e-8, 1e-9);
		writeSafetensors(path, new Map([['w', { shape: [4], data }]]), { dtype: 'F16' });
		expect([...readSafetensors(path).weights.get('w')!.data]).toEqual([0.0999755859375, -65504, 2 ** -24, 0]);
		const large: Weights = new Map([['w', { shape: [1], data: Float32Array.of(7e4) }]]);
		expect(() => writeSafetensors(path, large, { dtype: 'F16' })).toThrow(/65504.*'w'/);
		expect([...readSafetensors(path).weights.get('w')!.data]).toHaveLength(4); // the file from before is still whole
	});

	it('refuses a reserved name, weights that are not of their shape, and folders that are not there', () => {
		const path = join(folder, 'no.safetensors');
		expect(() => writeSafetensors(path, new Map([['w', { shape: [2], data: Float32Array.of(1) }]]))).toThrow(
			/2 numbers/,
		);
		const reserved: Weights = new Map([['__metadata__', { shape: [], data: Float32Array.of(1) }]]);
		expect(() => writeSafetensors(path, reserved)).toThrow(/reserved/);
		expect(() => writeSafetensors(join(folder, 'no', 'no'), new Map())).toThrow(
			expect.objectContaining({ code: 'E_IO' }),
		);
	});
});

describe('half precision', () => {
	it('every half survives the way to float32 and back', () => {
		const all = Uint16Array.from({ length: 1 << 16 }, (_, i) => i);
		const back = floatToHalf(halfToFloat(all));
		for (let i = 0; i < all.length; i++) {
			const nan = (i & 0x7c00) === 0x7c00 && (i & 0x3ff) !== 0;
			if (nan ? (back[i]! & 0x7fff) !== 0x7e00 : back[i] !== i) expect.fail(`half ${i} came back as ${back[i]}`);
		}
	});

	it('knows the landmarks', () => {
		const value = (bits: number) => halfToFloat(Uint16Array.of(bits))[0];
		expect(value(0x0001)).toBe(2 ** -24);
		expect(value(0x03ff)).toBe(1023 * 2 ** -24);
		expect(value(0x0400)).toBe(2 ** -14);
		expect(value(0x3c00)).toBe(1);
		expect(value(0x7bff)).toBe(65504);
		expect(value(0xfc00)).toBe(Number.NEGATIVE_INFINITY);
		expect(Object.is(value(0x8000), -0)).toBe(true);
		expect(bfloatToFloat(Uint16Array.of(0x7f80, 0x0001))).toEqual(Float32Array.of(Number.POSITIVE_INFINITY, 2 ** -133));
	});

	it('rounds to the nearest, ties to even, everywhere', () => {
		const finite = Array.from({ length: 0x7c00 }, (_, i) => i);
		const values = halfToFloat(Uint16Array.from(finite));
		for (let i = 0; i < 0x7bff; i++) {
			const [low, high] = [values[i]!, values[i + 1]!];
			const middle = (low + high) / 2; // exact: one more bit than a half
			const step = (high - low) / 16;
			const rounded = floatToHalf(Float32Array.of(middle - step, middle, middle + step, -middle));
			const even = i % 2 === 0 ? i : i + 1;
			if (rounded[0] !== i || rounded[1] !== even || rounded[2] !== i + 1 || rounded[3] !== (even | 0x8000))
				expect.fail(`between halves ${i} and ${i + 1}: got ${[...rounded]}`);
		}
		expect([...floatToHalf(Float32Array.of(65519.99, 65520, 1e30))]).toEqual([0x7bff, 0x7c00, 0x7c00]);
	});
});
