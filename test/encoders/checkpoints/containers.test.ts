/** @file Every container gives the same tensors: files that torch itself wrote, and a model written in each. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { type Checkpoint, readFloats } from '../../../src/encoders/checkpoints/checkpoint.js';
import { openCheckpoint } from '../../../src/encoders/checkpoints/open.js';
import { floatToHalf, halfToFloat } from '../../../src/encoders/half.js';
import type { Weights } from '../../../src/encoders/parameters.js';
import { writeSafetensors } from '../../../src/encoders/safetensors.js';
import { sizeOf } from '../../../src/tensor/index.js';
import { fixture } from '../parity.js';
import { op, pickledTensor, saveDistributed, saveLegacy, saveProgram, saveZip, torchZip } from './torch-writer.js';

const folder = mkdtempSync(join(tmpdir(), 'containers-'));
afterAll(() => rmSync(folder, { recursive: true }));

const real = (name: string) => fileURLToPath(new URL(`../../fixtures/torch/${name}`, import.meta.url));

let made = 0;
function written(contents: Uint8Array): string {
	const path = join(folder, `file${made++}`);
	writeFileSync(path, contents);
	return path;
}

function using<T>(path: string, use: (checkpoint: Checkpoint) => T): T {
	const checkpoint = openCheckpoint(path);
	try {
		return use(checkpoint);
	} finally {
		checkpoint.close();
	}
}

/** Every number of a checkpoint, exactly. */
function numbers(checkpoint: Checkpoint): Record<string, { shape: readonly number[]; data: number[] }> {
	return Object.fromEntries(
		[...checkpoint.tensors].map(([name, { shape }]) => {
			const data = new Float64Array(sizeOf(shape));
			checkpoint.readInto(name, data);
			return [name, { shape, data: [...data] }];
		}),
	);
}

/** What torch said that it wrote. */
function wanted(name: string): ReturnType<typeof numbers> {
	const json = JSON.parse(readFileSync(real(name), 'utf8')) as Record<string, { shape: number[]; data: number[] }>;
	return Object.fromEntries(Object.entries(json).map(([key, { shape, data }]) => [key, { shape, data }]));
}

describe('files that torch 1.12 wrote', () => {
	it.each(['mixed.pt', 'mixed.legacy.pt'])(
		'%s: every kind of number, transposed, permuted and stepped views',
		(name) => {
			using(real(name), (checkpoint) => {
				expect(checkpoint.container).toBe(name === 'mixed.pt' ? 'torch' : 'legacy torch');
				expect(numbers(checkpoint)).toEqual(wanted('mixed.json'));
				const types = Object.fromEntries([...checkpoint.tensors.values()].map(({ name: n, dtype }) => [n, dtype]));
				const named = { f32: 'F32', f16: 'F16', bf16: 'BF16', f64: 'F64', i64: 'I64', u8: 'U8', bool: 'BOOL' };
				expect(types).toMatchObject({ ...named, i32: 'I32', i16: 'I16', i8: 'I8' });
			});
		},
	);

	it('script.pt: modules inside modules of a TorchScript program', () => {
		using(real('script.pt'), (checkpoint) => {
			expect(checkpoint.container).toBe('torchscript');
			expect(numbers(checkpoint)).toEqual(wanted('script.json'));
		});
	});

	it('ddp.pt: the weights of a checkpoint of training, without the optimiser', () => {
		using(real('ddp.pt'), (checkpoint) => {
			const names = [
				'weight',
				...[0, 1].flatMap((i) => ['count', 'lin.weight', 'lin.bias'].map((n) => `blocks.${i}.${n}`)),
			];
			expect([...checkpoint.tensors.keys()].sort()).toEqual(names.map((name) => `module.${name}`).sort());
		});
	});
});

const model = fixture('rn_tiny.openai').weights;

/** Weights as they are after a while in half precision. */
const halved = (weights: Weights): Weights =>
	new Map([...weights].map(([name, { shape, data }]) => [name, { shape, data: halfToFloat(floatToHalf(data)) }]));

const unwrapped = (weights: Weights): Weights =>
	new Map([...weights].map(([name, array]) => [name.replace(/^module\./, ''), array]));

function expectSame(got: Weights, want: Weights): void {
	expect([...got.keys()].sort()).toEqual([...want.keys()].sort());
	for (const [name, { shape, data }] of want) {
		expect(got.get(name)!.shape, name).toEqual(shape);
		expect(Buffer.from(got.get(name)!.data.buffer).equals(Buffer.from(data.slice().buffer)), name).toBe(true);
	}
}

describe('a model', () => {
	it.each<[string, () => Buffer, Weights]>([
		['of torch.save', () => saveZip(model), model],
		['of torch.save in half precision', () => saveZip(model, 'F16'), halved(model)],
		['of torch.save above 4 GiB, by its records', () => saveZip(model, 'F32', true), model],
		['of torch.save before 1.6', () => saveLegacy(model), model],
		['of torch.save before 1.6 in half precision', () => saveLegacy(model, 'F16'), halved(model)],
		['of TorchScript', () => saveProgram(model, 'F16', { input_resolution: 64 }), halved(model)],
		['of training on several machines', () => saveDistributed(model), model],
	])('%s has the same numbers', (_, save, want) => {
		using(written(save()), (checkpoint) => expectSame(unwrapped(readFloats(checkpoint)), want));
	});

	it('in several files with their index', () => {
		const names = [...model.keys()];
		const map: Record<string, string> = {};
		for (const [i, file] of ['a.safetensors', 'b.safetensors', 'c.bin'].entries()) {
			const part: Weights = new Map(names.filter((_, n) => n % 3 === i).map((name) => [name, model.get(name)!]));
			for (const name of part.keys()) map[name] = file;
			if (file.endsWith('.bin')) writeFileSync(join(folder, file), saveZip(part));
			else writeSafetensors(join(folder, file), part);
		}
		const index = join(folder, 'model.safetensors.index.json');
		const write = (weightMap: object) =>
			writeFileSync(index, JSON.stringify({ metadata: { total_size: 1 }, weight_map: weightMap }));
		write(map);
		using(index, (checkpoint) => expectSame(readFloats(checkpoint), model));

		const refused = (change: object, message: RegExp) => {
			write({ ...map, ...change });
			expect(() => openCheckpoint(index)).toThrow(message);
			expect(() => openCheckpoint(index)).toThrow(expect.objectContaining({ code: 'E_CHECKPOINT' }));
		};
		refused({ logit_scale: 'absent.safetensors' }, /expected 'absent\.safetensors' beside .*; fetch it too/);
		refused({ more: 'a.safetensors' }, /expected a tensor 'more' in '.*a\.safetensors', got none/);
		refused({ logit_scale: '../a.safetensors' }, /expected files beside/);
		refused({ logit_scale: 7 }, /weight_map/);
	});
});

it('tensors may share a storage, each its own part', () => {
	const value = op.dict(
		[op.text('all'), pickledTensor({ key: '0', count: 6, shape: [2, 3] })],
		[op.text('turned'), pickledTensor({ key: '0', count: 6, shape: [3, 2], strides: [1, 3] })],
		[op.text('last'), pickledTensor({ key: '0', count: 6, offset: 4, shape: [2] })],
	);
	const data = Buffer.from(Float32Array.of(1, 2, 3, 4, 5, 6).buffer);
	using(written(torchZip(value, [data])), (checkpoint) =>
		expect(numbers(checkpoint)).toEqual({
			all: { shape: [2, 3], data: [1, 2, 3, 4, 5, 6] },
			turned: { shape: [3, 2], data: [1, 4, 2, 5, 3, 6] },
			last: { shape: [2], data: [5, 6] },
		}),
	);
});

it('reads a large tensor in chunks', () => {
	const data = Float32Array.from({ length: 700_001 }, (_, i) => i % 2048);
	const weights: Weights = new Map([['w', { shape: [700_001], data }]]);
	using(written(saveZip(weights, 'F16')), (checkpoint) => expectSame(readFloats(checkpoint), weights));
});
