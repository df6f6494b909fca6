/** @file What torch's pickles name: storages, tensors over them, and the few calls that make up a state dict. */

import { type Shape, sizeOf } from '../../tensor/index.js';
import type { TensorInfo } from './checkpoint.js';
import { type StoredType, sizeOfType } from './dtypes.js';
import { Global, Instance, type Rules, type Value } from './pickle.js';
import type { Fail } from './source.js';

/** Numbers of one kind, one after the other, under a key of the file. */
export class Storage {
	constructor(
		readonly key: string,
		readonly dtype: StoredType,
		readonly count: number,
	) {}

	get bytes(): number {
		return this.count * sizeOfType(this.dtype);
	}
}

/** A view on a storage: element [i, j, ...] is number offset + i * strides[0] + j * strides[1] + ... of it. */
export class StridedTensor {
	constructor(
		readonly storage: Storage,
		readonly offset: number,
		readonly shape: Shape,
		readonly strides: readonly number[],
	) {}

	/** Whether its numbers stand in the storage as they are read: row-major. */
	get isContiguous(): boolean {
		let expected = 1;
		for (let axis = this.shape.length - 1; axis >= 0; axis--) {
			if (this.shape[axis] !== 1 && this.strides[axis] !== expected) return false;
			expected *= this.shape[axis]!;
		}
		return true;
	}

	/** Numbers of the storage from the first that it sees to the last. */
	get span(): number {
		if (sizeOf(this.shape) === 0) return 0;
		return 1 + this.shape.reduce((sum, size, axis) => sum + (size - 1) * this.strides[axis]!, 0);
	}
}

/** A tensor of a file by its name. */
export interface NamedTensor extends TensorInfo {
	readonly tensor: StridedTensor;
}

const storageTypes: Readonly<Record<string, StoredType>> = {
	'torch.DoubleStorage': 'F64',
	'torch.FloatStorage': 'F32',
	'torch.HalfStorage': 'F16',
	'torch.BFloat16Storage': 'BF16',
	'torch.LongStorage': 'I64',
	'torch.IntStorage': 'I32',
	'torch.ShortStorage': 'I16',
	'torch.CharStorage': 'I8',
	'torch.ByteStorage': 'U8',
	'torch.BoolStorage': 'BOOL',
};

/** What each name that may be called gives, from data to data. */
const calls: Readonly<Record<string, (args: readonly Value[], fail: Fail) => Value>> = {
	'collections.OrderedDict': (args, fail) =>
		args.length === 0 ? new Map() : fail('expected an empty OrderedDict to fill, got one of arguments'),
	'torch._utils._rebuild_tensor_v2': rebuildTensor,
	'torch._utils._rebuild_parameter': ([tensor], fail) =>
		tensor instanceof StridedTensor ? tensor : fail('expected a parameter of a tensor, got something else'),
	'torch.Size': ([sizes]) => sizes,
	// Typed lists in the attributes of TorchScript programs.
	'torch.jit._pickle.build_intlist': ([list]) => list,
	'torch.jit._pickle.build_doublelist': ([list]) => list,
	'torch.jit._pickle.build_boollist': ([list]) => list,
	'torch.jit._pickle.build_tensorlist': ([list]) => list,
	'torch.jit._pickle.restore_type_tag': ([value]) => value,
};

/** Classes of a TorchScript program, whose objects are only looked into. */
const isClass = (name: string) => name.startsWith('__torch__.');

/** The names that may stand in a torch file; classes in programs only. */
export function torchRules(hasClasses: boolean): Rules {
	return {
		allows: (name) => Object.hasOwn(calls, name) || Object.hasOwn(storageTypes, name) || (hasClasses && isClass(name)),
		call(name, args, fail) {
			if (Object.hasOwn(calls, name)) return calls[name]!(args, fail);
			return isClass(name) ? new Instance() : fail(`expected '${name}' as the kind of a storage, got a call of it`);
		},
		persistent: storage,
	};
}

/** ('storage', class, key, location, count[, view of another storage]); where its device was does not matter. */
function storage(id: Value, fail: Fail): Storage {
	const [kind, type, key, , count, view] = Array.isArray(id) ? (id as unknown[]) : [];
	if (kind !== 'storage' || !(type instanceof Global) || typeof key !== 'string' || !isCount(count))
		return fail('expected a reference to a storage, got another');
	if (view !== undefined && view !== null)
		fail(`expected the storage '${key}' whole, got a view; save it by a newer torch`);
	const dtype = storageTypes[type.name];
	return dtype ? new Storage(key, dtype, count) : fail(`expected the kind of a storage, got '${type.name}'`);
}

/** Of a tensor; torch has no more. */
const MAX_AXES = 64;

function rebuildTensor([from, offset, shape, strides]: readonly Value[], fail: Fail): StridedTensor {
	if (!(from instanceof Storage) || !isCount(offset) || !isCounts(shape) || !isCounts(strides))
		return fail('expected a tensor of storage, offset, size and strides, got something else');
	if (shape.length !== strides.length || shape.length > MAX_AXES)
		return fail(
			`expected as many strides as sizes, up to ${MAX_AXES}, got ${shape.length} sizes and ${strides.length} strides`,
		);
	const tensor = new StridedTensor(from, offset, shape, strides);
	const { span } = tensor;
	if (!Number.isSafeInteger(sizeOf(shape)) || offset + span > from.count)
		fail(`expected a tensor [${shape}] inside the ${from.count} numbers of its storage, got ${span} from ${offset} on`);
	// A tensor of few numbers said to be many would fill memory from nothing.
	if (sizeOf(shape) > from.count)
		fail(
			`expected a tensor of at most the ${from.count} numbers of its storage, got [${shape}] by strides [${strides}]`,
		);
	return tensor;
}

/** Containers inside each other, values in all, characters of a name; far above what any model has. */
const MAX_DEPTH = 64;
const MAX_VALUES = 100_000;
const MAX_NAME = 1000;

/** The tensors in a value, by the path to them: keys and attributes joined by dots. */
export function collectTensors(root: Value, fail: Fail): Map<string, NamedTensor> {
	const found = new Map<string, NamedTensor>();
	let visited = 0;
	const walk = (value: Value, path: readonly string[]) => {
		if (++visited > MAX_VALUES) fail(`expected at most ${MAX_VALUES} values in it, got more`);
		if (path.length > MAX_DEPTH) fail(`expected at most ${MAX_DEPTH} levels in it, got more`);
		if (value instanceof StridedTensor) {
			const name = path.join('.');
			if (name.length > MAX_NAME) fail(`expected names of at most ${MAX_NAME} characters, got one of ${name.length}`);
			if (found.has(name)) fail(`expected every tensor once, got '${name}' twice`);
			found.set(name, { name, dtype: value.storage.dtype, shape: value.shape, tensor: value });
		} else if (value instanceof Map || value instanceof Instance) {
			const items: ReadonlyMap<Value, Value> = value instanceof Map ? value : value.attributes;
			for (const [key, item] of items)
				if (typeof key === 'string' || typeof key === 'number') walk(item, [...path, String(key)]);
		} else if (Array.isArray(value)) for (const [i, item] of value.entries()) walk(item, [...path, String(i)]);
	};
	walk(root, []);
	return found;
}

const isCount = (x: Value): x is number => typeof x === 'number' && Number.isSafeInteger(x) && x >= 0;
const isCounts = (x: Value): x is number[] => Array.isArray(x) && x.every(isCount);
