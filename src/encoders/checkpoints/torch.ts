/** @file Files of torch.save, as zip archives and as before torch 1.6, and TorchScript archives: opened as tables of tensors. */

import { sizeOf } from '../../tensor/index.js';
import { type Checkpoint, type Container, tensorOf } from './checkpoint.js';
import { readNumbers, sizeOfType } from './dtypes.js';
import { readPickle, type Value } from './pickle.js';
import { type ByteSource, type Fail, failure, readBytes } from './source.js';
import { collectTensors, type NamedTensor, type Storage, type StridedTensor, torchRules } from './torch-values.js';
import { openZip } from './zip.js';

/** Largest pickle that is read, bytes: names and shapes only, about 150 a tensor. */
const MAX_PICKLE = 1 << 24;

/** Open an archive of torch.save or of TorchScript. @throws E_CHECKPOINT when it is damaged or holds more than data */
export function openTorchZip(source: ByteSource): Checkpoint {
	const fail = failure(source, 'torch file');
	const zip = openZip(source);
	const pickles = [...zip.members.keys()].filter((name) => /^[^/]+\/data\.pkl$/.test(name));
	if (pickles.length !== 1) return fail(`expected one data.pkl in the archive, got ${pickles.length}`);
	const root = pickles[0]!.slice(0, -'data.pkl'.length);
	const isProgram = zip.members.has(`${root}constants.pkl`);
	const readMember = (name: string, limit: number) => {
		const { size } = zip.members.get(name)!;
		if (size > limit) fail(`expected '${name}' of at most ${limit} bytes, got ${size}`);
		return readBytes(source, zip.locate(name), size);
	};
	if (zip.members.has(`${root}byteorder`)) {
		const order = Buffer.from(readMember(`${root}byteorder`, 16)).toString('latin1');
		if (order !== 'little') fail(`expected numbers in little-endian order, got '${order}'`);
	}
	const { value } = readPickle(readMember(`${root}data.pkl`, MAX_PICKLE), 0, torchRules(isProgram), fail);
	const locate = ({ key, bytes }: Storage) => {
		const name = `${root}data/${key}`;
		const size = zip.members.get(name)?.size;
		if (size === undefined) return fail(`expected a member '${name}', got none`);
		if (size < bytes) return fail(`expected ${bytes} bytes in '${name}', got ${size}`);
		return zip.locate(name);
	};
	return openTensors(source, isProgram ? 'torchscript' : 'torch', value, locate, fail);
}

/** The number that files of torch.save begin with before torch 1.6, and the version of their layout. */
const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;
/** How a file begins with that number: a pickle of it. */
const legacyStart = Uint8Array.of(0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19);

/** Whether bytes begin as a file of torch.save before torch 1.6. */
export const isLegacyTorch = (start: Uint8Array): boolean => legacyStart.every((byte, i) => start[i] === byte);

/**
 * Open a file of torch.save before torch 1.6: pickles of a magic number, a version, the machine, the object and the keys
 * of its storages, which follow in that order: u64 count, then the numbers.
 * @throws E_CHECKPOINT when it is damaged or holds more than data
 */
export function openLegacyTorch(source: ByteSource): Checkpoint {
	const fail = failure(source, 'torch file');
	const bytes = readBytes(source, 0, Math.min(source.size, MAX_PICKLE));
	const rules = torchRules(false);
	const storages = new Map<string, Storage>();
	const recording = {
		...rules,
		persistent(id: Value, refuse: Fail) {
			const storage = rules.persistent(id, refuse) as Storage;
			storages.set(storage.key, storage);
			return storage;
		},
	};
	let at = 0;
	const [magic, protocol, machine, value, keys] = Array.from({ length: 5 }, () => {
		const pickle = readPickle(bytes, at, recording, fail);
		at = pickle.end;
		return pickle.value;
	});
	if (magic !== MAGIC || protocol !== PROTOCOL)
		fail(`expected layout ${PROTOCOL} of torch.save, got ${String(protocol)}`);
	if (!(machine instanceof Map) || machine.get('little_endian') !== true)
		fail('expected numbers in little-endian order, got another');
	if (!Array.isArray(keys)) return fail('expected a list of storages, got something else');
	const places = new Map<string, number>();
	for (const key of keys as Value[]) {
		const storage = typeof key === 'string' ? storages.get(key) : undefined;
		if (!storage || places.has(storage.key)) return fail(`expected the key of a storage, got '${String(key)}'`);
		if (at + 8 > source.size)
			fail(`expected storage '${storage.key}', got the end of the file; was the download cut off?`);
		const count = new DataView(readBytes(source, at, 8).buffer).getBigUint64(0, true);
		if (count !== BigInt(storage.count))
			fail(`expected ${storage.count} numbers in storage '${storage.key}', got ${count}`);
		places.set(storage.key, at + 8);
		at += 8 + storage.bytes;
		if (at > source.size)
			fail(
				`expected ${at} bytes with storage '${storage.key}', got a file of ${source.size}; was the download cut off?`,
			);
	}
	const locate = ({ key }: Storage) => places.get(key) ?? fail(`expected storage '${key}' in the file, got none`);
	return openTensors(source, 'legacy torch', value, locate, fail);
}

function openTensors(
	source: ByteSource,
	container: Container,
	value: Value,
	locate: (storage: Storage) => number,
	fail: Fail,
): Checkpoint {
	const tensors = collectTensors(unwrap(value), fail);
	checkTotal(tensors, source, fail);
	return {
		name: source.name,
		container,
		tensors,
		readInto: (name, into) => readStrided(source, tensorOf(tensors, name, source.name).tensor, locate, into),
		close: source.close,
	};
}

/** Checkpoints of training hold the weights as 'state_dict' beside the optimiser's state, which nobody asks for here. */
function unwrap(value: Value): Value {
	const inner: unknown = value instanceof Map ? value.get('state_dict') : undefined;
	return inner instanceof Map ? inner : value;
}

/** Tensors may share storages, but a small file that claims to be a large model is none. */
function checkTotal(tensors: ReadonlyMap<string, NamedTensor>, source: ByteSource, fail: Fail): void {
	let bytes = 0;
	for (const { tensor, dtype } of tensors.values()) bytes += sizeOf(tensor.shape) * sizeOfType(dtype);
	if (bytes > 4 * source.size) fail(`expected tensors of about the ${source.size} bytes of the file, got ${bytes}`);
}

function readStrided(
	source: ByteSource,
	tensor: StridedTensor,
	locate: (storage: Storage) => number,
	into: Float32Array | Float64Array,
): void {
	if (into.length === 0) return;
	const { storage, offset, shape, strides, span } = tensor;
	const start = locate(storage) + offset * sizeOfType(storage.dtype);
	if (tensor.isContiguous) {
		readNumbers(source, start, storage.dtype, into);
		return;
	}
	const seen = into instanceof Float32Array ? new Float32Array(span) : new Float64Array(span);
	readNumbers(source, start, storage.dtype, seen);
	const index = new Array<number>(shape.length).fill(0);
	for (let i = 0, at = 0; i < into.length; i++) {
		into[i] = seen[at]!;
		// The next index, and its place: as an odometer turns.
		for (let axis = shape.length - 1; axis >= 0; axis--) {
			at += strides[axis]!;
			if (++index[axis]! < shape[axis]!) break;
			at -= strides[axis]! * shape[axis]!;
			index[axis] = 0;
		}
	}
}
