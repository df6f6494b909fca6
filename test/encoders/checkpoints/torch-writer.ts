/** @file Writes what torch writes, small and by hand: pickles, zip archives, TorchScript and the layout before torch 1.6. */

import { crc32 } from 'node:zlib';
import { floatToHalf } from '../../../src/encoders/half.js';
import type { Weights } from '../../../src/encoders/parameters.js';
import { sizeOf } from '../../../src/tensor/index.js';

const bytes = (...values: number[]) => Buffer.from(values);
const u32 = (value: number) => {
	const out = Buffer.alloc(4);
	out.writeUInt32LE(value >>> 0);
	return out;
};
const u64 = (value: number) => {
	const out = Buffer.alloc(8);
	out.writeBigUInt64LE(BigInt(value));
	return out;
};

/** Opcodes of protocol 2, each with its argument. */
export const op = {
	text: (value: string) => {
		const utf8 = Buffer.from(value, 'utf8');
		return Buffer.concat([Buffer.from('X'), u32(utf8.length), utf8]);
	},
	int: (value: number) => Buffer.concat([Buffer.from('J'), u32(value)]),
	long: (value: bigint) => {
		const out = Buffer.alloc(11);
		for (let i = 0; i < 11; i++) out[i] = Number((value >> BigInt(8 * i)) & 255n);
		return Buffer.concat([bytes(0x8a, 11), out]);
	},
	none: Buffer.from('N'),
	true: bytes(0x88),
	false: bytes(0x89),
	mark: Buffer.from('('),
	tuple: (...items: Buffer[]) => Buffer.concat([Buffer.from('('), ...items, Buffer.from('t')]),
	list: (...items: Buffer[]) => Buffer.concat([Buffer.from(']('), ...items, Buffer.from('e')]),
	dict: (...items: [Buffer, Buffer][]) => Buffer.concat([Buffer.from('}('), ...items.flat(), Buffer.from('u')]),
	global: (module: string, name: string) => Buffer.from(`c${module}\n${name}\n`),
	reduce: (callable: Buffer, args: Buffer) => Buffer.concat([callable, args, Buffer.from('R')]),
	instance: (type: Buffer, state: Buffer) =>
		Buffer.concat([type, Buffer.from(')\x81', 'latin1'), state, Buffer.from('b')]),
	persistent: (id: Buffer) => Buffer.concat([id, Buffer.from('Q')]),
	put: (index: number) => Buffer.concat([Buffer.from('r'), u32(index)]),
	get: (index: number) => Buffer.concat([Buffer.from('j'), u32(index)]),
};

/** A whole pickle. */
export const pickle = (value: Buffer): Buffer => Buffer.concat([bytes(0x80, 2), value, Buffer.from('.')]);

/** A tensor over a storage, as torch.save pickles it. */
export interface PickledTensor {
	readonly key: string;
	readonly type?: string;
	/** Numbers in the storage. */
	readonly count: number;
	readonly offset?: number;
	readonly shape: readonly number[];
	readonly strides?: readonly number[];
}

/** Row-major strides. */
const stridesOf = (shape: readonly number[]) => shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));

export function pickledTensor({
	key,
	type = 'FloatStorage',
	count,
	offset = 0,
	shape,
	strides,
}: PickledTensor): Buffer {
	const id = op.tuple(op.text('storage'), op.global('torch', type), op.text(key), op.text('cuda:0'), op.int(count));
	const ints = (values: readonly number[]) => op.tuple(...values.map(op.int));
	const hooks = op.reduce(op.global('collections', 'OrderedDict'), op.tuple());
	return op.reduce(
		op.global('torch._utils', '_rebuild_tensor_v2'),
		op.tuple(op.persistent(id), op.int(offset), ints(shape), ints(strides ?? stridesOf(shape)), op.false, hooks),
	);
}

/** A member of an archive; what is given beside its name and data is written instead of the truth. */
export interface Member {
	readonly name: string;
	readonly data: Uint8Array;
	readonly method?: number;
	readonly size?: number;
	readonly at?: number;
	readonly crc?: number;
	readonly flags?: number;
}

/** A zip archive of stored members. @param wide with Zip64 fields and records, as of archives above 4 GiB */
export function zip(members: readonly Member[], wide = false): Buffer {
	const parts: Buffer[] = [];
	const directory: Buffer[] = [];
	let at = 0;
	for (const { name, data, method = 0, flags = 0, ...told } of members) {
		const title = Buffer.from(name);
		const crc = told.crc ?? crc32(data);
		const size = told.size ?? data.length;
		const local = Buffer.alloc(30);
		local.writeUInt32LE(0x04034b50);
		local.writeUInt16LE(method, 8);
		local.writeUInt32LE(crc, 14);
		local.writeUInt32LE(data.length, 18);
		local.writeUInt32LE(size % 2 ** 32, 22);
		local.writeUInt16LE(title.length, 26);
		const central = Buffer.alloc(46);
		central.writeUInt32LE(0x02014b50);
		central.writeUInt16LE(flags, 8);
		central.writeUInt16LE(method, 10);
		central.writeUInt32LE(crc, 16);
		central.writeUInt32LE(wide ? 0xffffffff : data.length, 20);
		central.writeUInt32LE(wide ? 0xffffffff : size, 24);
		central.writeUInt16LE(title.length, 28);
		central.writeUInt16LE(wide ? 28 : 0, 30);
		central.writeUInt32LE(wide ? 0xffffffff : (told.at ?? at), 42);
		const extra = wide ? [bytes(1, 0, 24, 0), u64(size), u64(told.size ?? data.length), u64(told.at ?? at)] : [];
		directory.push(central, title, ...extra);
		parts.push(local, title, Buffer.from(data));
		at += 30 + title.length + data.length;
	}
	const listing = Buffer.concat(directory);
	const end = Buffer.alloc(22);
	end.writeUInt32LE(0x06054b50);
	end.writeUInt16LE(wide ? 0xffff : members.length, 8);
	end.writeUInt16LE(wide ? 0xffff : members.length, 10);
	end.writeUInt32LE(wide ? 0xffffffff : listing.length, 12);
	end.writeUInt32LE(wide ? 0xffffffff : at, 16);
	const record = [
		u32(0x06064b50),
		u64(44),
		Buffer.alloc(8),
		Buffer.alloc(4),
		...[members.length, members.length, listing.length, at].map(u64),
		u32(0x07064b50),
		Buffer.alloc(4),
		u64(at + listing.length),
		u32(1),
	];
	// The record's own fields: 4 + 8 + 4 of versions + 8 of disks + 4 * 8.
	return Buffer.concat([...parts, listing, ...(wide ? record : []), end]);
}

/** How numbers are stored. */
export type Precision = 'F32' | 'F16';

const stored = (data: Float32Array, precision: Precision): Buffer => {
	const values = precision === 'F16' ? floatToHalf(data) : data.slice();
	return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
};

const typeOf = (precision: Precision) => (precision === 'F16' ? 'HalfStorage' : 'FloatStorage');

function tensorsOf(weights: Weights, precision: Precision): [name: string, pickled: Buffer, data: Buffer][] {
	return [...weights].map(([name, { shape, data }], i) => [
		name,
		pickledTensor({ key: String(i), type: typeOf(precision), count: data.length, shape }),
		stored(data, precision),
	]);
}

/** An archive of torch.save around a pickle. */
export const torchZip = (value: Buffer, storages: readonly Uint8Array[], wide = false): Buffer =>
	zip(
		[
			{ name: 'archive/data.pkl', data: pickle(value) },
			...storages.map((data, i) => ({ name: `archive/data/${i}`, data })),
			{ name: 'archive/version', data: Buffer.from('3\n') },
		],
		wide,
	);

const stateDict = (tensors: ReturnType<typeof tensorsOf>) =>
	op.dict(...tensors.map(([name, pickled]): [Buffer, Buffer] => [op.text(name), pickled]));

/** torch.save(state_dict). */
export function saveZip(weights: Weights, precision: Precision = 'F32', wide = false): Buffer {
	const tensors = tensorsOf(weights, precision);
	return torchZip(
		stateDict(tensors),
		tensors.map(([, , data]) => data),
		wide,
	);
}

/** A checkpoint of open_clip's training on several machines. */
export function saveDistributed(weights: Weights, precision: Precision = 'F32'): Buffer {
	const tensors = tensorsOf(new Map([...weights].map(([name, array]) => [`module.${name}`, array])), precision);
	const value = op.dict(
		[op.text('epoch'), op.int(3)],
		[op.text('name'), op.text('a run')],
		[op.text('state_dict'), stateDict(tensors)],
		[op.text('optimizer'), op.dict([op.text('param_groups'), op.list(op.dict([op.text('lr'), op.int(1)]))])],
	);
	return torchZip(
		value,
		tensors.map(([, , data]) => data),
	);
}

/** A TorchScript archive as OpenAI's: modules inside modules, and three integers beside the weights. */
export function saveProgram(
	weights: Weights,
	precision: Precision,
	integers: Readonly<Record<string, number>>,
): Buffer {
	type Tree = Map<string, Tree | Buffer>;
	const root: Tree = new Map();
	const tensors = tensorsOf(weights, precision);
	for (const [name, pickled] of tensors) {
		const path = name.split('.');
		let node = root;
		for (const key of path.slice(0, -1)) {
			if (!node.has(key)) node.set(key, new Map());
			node = node.get(key) as Tree;
		}
		node.set(path.at(-1)!, pickled);
	}
	const storages = tensors.map(([, , data]) => data);
	for (const [name, value] of Object.entries(integers)) {
		root.set(name, pickledTensor({ key: String(storages.length), type: 'LongStorage', count: 1, shape: [] }));
		storages.push(u64(value));
	}
	const module = (node: Tree): Buffer => {
		const attributes = [...node].map(([key, value]): [Buffer, Buffer] => [
			op.text(key),
			Buffer.isBuffer(value) ? value : module(value),
		]);
		attributes.push([op.text('training'), op.false], [op.text('_is_full_backward_hook'), op.none]);
		return op.instance(op.global('__torch__.model', 'Module'), op.dict(...attributes));
	};
	return zip([
		...storages.map((data, i) => ({ name: `model/data/${i}`, data })),
		{ name: 'model/data.pkl', data: pickle(module(root)) },
		{ name: 'model/code/__torch__/model.py', data: Buffer.from('as it was compressed'), method: 8, size: 400 },
		{ name: 'model/constants.pkl', data: pickle(op.tuple()) },
		{ name: 'model/version', data: Buffer.from('3\n') },
	]);
}

/** torch.save before torch 1.6. */
export function saveLegacy(weights: Weights, precision: Precision = 'F32'): Buffer {
	const tensors = tensorsOf(weights, precision);
	return legacy(
		stateDict(tensors),
		tensors.map(([, , data]) => [data.length / (precision === 'F16' ? 2 : 4), data]),
	);
}

/** The layout before torch 1.6 around a pickle. */
export function legacy(value: Buffer, storages: readonly (readonly [count: number, data: Uint8Array])[]): Buffer {
	return Buffer.concat([
		Buffer.from('80028a0a6cfc9c46f9206aa850192e', 'hex'),
		pickle(op.int(1001)),
		pickle(op.dict([op.text('protocol_version'), op.int(1001)], [op.text('little_endian'), op.true])),
		pickle(value),
		pickle(op.list(...storages.map((_, i) => op.text(String(i))))),
		...storages.flatMap(([count, data]) => [u64(count), Buffer.from(data)]),
	]);
}
