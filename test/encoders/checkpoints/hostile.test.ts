/** @file Damaged and hostile files of weights: a sentence each, and never a crash, a long wait or much memory. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { openSource } from '../../../src/encoders/checkpoints/open.js';
import { readPickle } from '../../../src/encoders/checkpoints/pickle.js';
import { memorySource } from '../../../src/encoders/checkpoints/source.js';
import { torchRules } from '../../../src/encoders/checkpoints/torch-values.js';
import type { Weights } from '../../../src/encoders/parameters.js';
import { writeSafetensors } from '../../../src/encoders/safetensors.js';
import { AtelierError } from '../../../src/errors.js';
import { Random } from '../../../src/random.js';
import { sizeOf } from '../../../src/tensor/index.js';
import { legacy, type Member, op, pickle, pickledTensor, saveProgram, torchZip, zip } from './torch-writer.js';

const folder = mkdtempSync(join(tmpdir(), 'hostile-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** All that a file holds: names and numbers. */
function contents(bytes: Uint8Array): string {
	const checkpoint = openSource(memorySource(bytes));
	const read = [...checkpoint.tensors.values()].map(({ name, shape }) => {
		const data = new Float64Array(sizeOf(shape));
		checkpoint.readInto(name, data);
		return `${name} [${shape}] ${data.join()}`;
	});
	return read.sort().join('\n');
}

/** The sentence that a file is refused with, or what it holds. */
function outcome(bytes: Uint8Array): { refused: string } | { read: string } {
	try {
		return { read: contents(bytes) };
	} catch (error) {
		expect(error).toBeInstanceOf(AtelierError);
		expect(error).toMatchObject({ code: 'E_CHECKPOINT' });
		expect((error as Error).message.length).toBeLessThan(3000);
		return { refused: (error as Error).message };
	}
}

const tensor = pickledTensor({ key: '0', count: 2, shape: [2] });
const numbers = Buffer.from(Float32Array.of(1, 2).buffer);
const named = (value: Buffer) => torchZip(op.dict([op.text('w'), value]), [numbers]);
const members = (...extra: Member[]): Member[] => [
	{ name: 'archive/data.pkl', data: pickle(op.dict([op.text('w'), tensor])) },
	{ name: 'archive/data/0', data: numbers },
	...extra,
];
/** The members, one of them told otherwise. */
const told = (name: string, change: Partial<Member>) =>
	zip(members().map((member) => (member.name === name ? { ...member, ...change } : member)));
const repeated = (text: string, times: number) => Buffer.from(text.repeat(times), 'latin1');

const calls: [string, Buffer][] = (
	[
		['os', 'system'],
		['posix', 'system'],
		['builtins', 'eval'],
		['builtins', 'exec'],
		['builtins', 'getattr'],
		['subprocess', 'Popen'],
		['torch', 'load'],
		['torch.storage', '_load_from_bytes'],
		['numpy.core.multiarray', '_reconstruct'],
		['__torch__', 'Module'],
		['collections', 'defaultdict'],
		['', 'constructor'],
		['Object', 'prototype'],
	] as const
).map(([module, name]) => [
	`${module}.${name}`,
	named(op.reduce(op.global(module, name), op.tuple(op.text('touch /tmp/owned')))),
]);

/** Each list holds the one before twice: 2^depth tensors to whoever walks it. */
const fork = (depth: number): Buffer =>
	Buffer.concat([depth === 0 ? op.list(tensor) : op.list(fork(depth - 1), op.get(depth - 1)), op.put(depth)]);

const hostile: [string, Buffer, RegExp][] = [
	...calls.map(([name, bytes]): [string, Buffer, RegExp] => [
		`a call of ${name}`,
		bytes,
		new RegExp(`asks Python for '${name.replaceAll('.', '\\.')}'.*nothing of it was run`),
	]),
	['a call of a storage', named(op.reduce(op.global('torch', 'FloatStorage'), op.tuple())), /kind of a storage/],
	[
		'an OrderedDict of items',
		named(op.reduce(op.global('collections', 'OrderedDict'), op.tuple(op.list()))),
		/OrderedDict/,
	],
	['a call of text', named(op.reduce(op.text('os.system'), op.tuple())), /name to call/],
	['arguments that are no tuple', named(op.reduce(op.global('torch', 'Size'), op.int(1))), /expected a tuple/],
	['an opcode of protocol 4', named(Buffer.from([0x95, 0, 0, 0, 0, 0, 0, 0, 0])), /got FRAME at byte/],
	['INST', named(Buffer.from('(ios\nsystem\n')), /got INST at byte/],
	['protocol 5', zip([{ name: 'a/data.pkl', data: Buffer.from('\x80\x05N.', 'latin1') }]), /protocol 2, got 5/],
	['an extension', named(Buffer.from([0x82, 1])), /got EXT1/],
	['a text of 4 GB', named(Buffer.from('X\xff\xff\xff\xff', 'latin1')), /expected 4294967295 bytes of pickle/],
	['text that is no UTF-8', named(Buffer.from('X\x02\0\0\0\xff\xff', 'latin1')), /UTF-8/],
	['a name without end', named(Buffer.concat([Buffer.from('c'), Buffer.alloc(5000, 'x')])), /no end of it/],
	['nothing kept', named(op.get(7)), /kept as 7, got none/],
	['an empty pickle', zip([{ name: 'a/data.pkl', data: Buffer.alloc(0) }]), /expected 1 bytes of pickle/],
	['no end', zip([{ name: 'a/data.pkl', data: pickle(op.none).subarray(0, 3) }]), /cut off/],
	['a mark too many', named(op.mark), /expected/],
	['no mark', torchZip(Buffer.from('t'), []), /expected a mark/],
	['nothing on the stack', torchZip(Buffer.from('s'), []), /expected a value/],
	['marks without end', torchZip(repeated('(', 300_001), []), /at most 300000 opcodes/],
	['dictionaries without end', torchZip(repeated('}', 300_001), []), /at most 300000 opcodes/],
	[
		'lists a thousand deep',
		torchZip(Buffer.concat([repeated(']', 1000), tensor, repeated('a', 1000)]), [numbers]),
		/at most 64 levels/,
	],
	[
		'a dictionary inside itself',
		torchZip(Buffer.concat([Buffer.from('}'), op.put(0), op.text('a'), op.get(0), Buffer.from('s')]), []),
		/at most 64 levels/,
	],
	['2^40 tensors of one', torchZip(fork(40), [numbers]), /at most 100000 values/],
	['a tensor beyond its storage', named(pickledTensor({ key: '0', count: 2, shape: [3] })), /inside the 2 numbers/],
	['a tensor that starts beyond', named(pickledTensor({ key: '0', count: 2, offset: 2, shape: [1] })), /inside the 2/],
	['a negative size', named(pickledTensor({ key: '0', count: 2, shape: [-1] })), /storage, offset, size and strides/],
	['a negative stride', named(pickledTensor({ key: '0', count: 2, shape: [2], strides: [-1] })), /size and strides/],
	[
		'a storage beyond its member',
		named(pickledTensor({ key: '0', count: 3, shape: [3] })),
		/expected 12 bytes in 'archive\/data\/0', got 8/,
	],
	[
		'a storage that is not there',
		named(pickledTensor({ key: '../0', count: 2, shape: [2] })),
		/member 'archive\/data\/\.\.\/0', got none/,
	],
	[
		'2^62 numbers from one',
		named(pickledTensor({ key: '0', count: 2, shape: [2 ** 31 - 1, 2 ** 31 - 1], strides: [0, 0] })),
		/inside the 2 numbers/,
	],
	[
		'2^30 numbers from one',
		named(pickledTensor({ key: '0', count: 2, shape: [2 ** 30], strides: [0] })),
		/at most the 2 numbers/,
	],
	[
		'sizes of 4000 axes',
		named(pickledTensor({ key: '0', count: 2, shape: new Array<number>(4000).fill(1) })),
		/up to 64, got 4000/,
	],
	[
		'more sizes than strides',
		named(pickledTensor({ key: '0', count: 2, shape: [1, 1], strides: [1] })),
		/2 sizes and 1 strides/,
	],
	['a reference to a module', named(op.persistent(op.tuple(op.text('module'), op.none))), /reference to a storage/],
	[
		'a storage of names',
		named(op.persistent(op.tuple(op.text('storage'), op.global('torch', 'Size'), op.text('0'), op.none, op.int(1)))),
		/kind of a storage, got 'torch\.Size'/,
	],
	[
		'a small file that says it is a large model',
		torchZip(
			op.dict(
				...Array.from({ length: 2000 }, (_, i): [Buffer, Buffer] => [
					op.text(`w${i}`),
					i === 0 ? Buffer.concat([pickledTensor({ key: '0', count: 1e5, shape: [1e5] }), op.put(0)]) : op.get(0),
				]),
			),
			[Buffer.alloc(4e5)],
		),
		/about the \d+ bytes of the file, got 800000000/,
	],
	['a name of a megabyte', torchZip(op.dict([op.text('n'.repeat(1e6)), tensor]), [numbers]), /names of at most 1000/],
	[
		'the same name as number and text',
		torchZip(op.dict([op.text('1'), tensor], [op.int(1), tensor]), [numbers]),
		/'1' twice/,
	],

	['an archive of nothing', Buffer.concat([Buffer.from('PK\x03\x04'), zip([])]), /one data\.pkl in the archive, got 0/],
	['two pickles', zip(members({ name: 'b/data.pkl', data: pickle(op.none) })), /one data\.pkl in the archive, got 2/],
	['an absolute path', zip(members({ name: '/etc/passwd', data: numbers })), /the path "\/etc\/passwd"/],
	['a path upwards', zip(members({ name: 'archive/../../x', data: numbers })), /the path/],
	['a path of Windows', zip(members({ name: 'C:\\x', data: numbers })), /the path/],
	['a name with a zero byte', zip(members({ name: 'archive/x\0', data: numbers })), /the path/],
	['a member twice', zip(members(...members().slice(1))), /'archive\/data\/0' twice/],
	['members one over the other', told('archive/data/0', { at: 0 }), /apart from each other/],
	['a member that is another', told('archive/data/0', { at: 5 }), /apart|something else/],
	['a member beyond the end', told('archive/data/0', { at: 1e6 }), /apart from each other/],
	[
		'a bomb',
		told('archive/data/0', { data: deflateRawSync(Buffer.alloc(1e6)), size: 4e9, method: 8 }),
		/stored as they are.*'archive\/data\/0' compressed/,
	],
	[
		'a pickle that is compressed',
		told('archive/data.pkl', { data: deflateRawSync(pickle(op.none)), size: 4e9, method: 8 }),
		/'archive\/data\.pkl' of at most|compressed/,
	],
	['a size that is not so', told('archive/data/0', { size: 2 ** 31 }), /compressed|stored/],
	['an encrypted member', told('archive/data/0', { flags: 1 }), /encrypted/],
	['another checksum', told('archive/data/0', { crc: 1 }), /expected checksum 00000001 of 'archive\/data\/0'/],
	[
		'big-endian numbers',
		zip(members({ name: 'archive/byteorder', data: Buffer.from('big') })),
		/little-endian order, got 'big'/,
	],
	['no directory', torchZip(op.none, []).subarray(0, 60), /directory of an archive at its end/],

	['a legacy file of another layout', legacy(op.none, []).fill(0xff, 15, 30), /expected/],
	[
		'a legacy storage of another size',
		legacy(op.dict([op.text('w'), tensor]), [[3, numbers]]),
		/expected 2 numbers in storage '0', got 3/,
	],
	['a legacy storage that nobody has', legacy(op.none, [[2, numbers]]), /expected the key of a storage, got '0'/],
	[
		'a legacy storage that is cut off',
		legacy(op.dict([op.text('w'), tensor]), [[2, numbers.subarray(0, 4)]]),
		/cut off/,
	],
	['a legacy tensor without storage', legacy(op.dict([op.text('w'), tensor]), []), /expected storage '0' in the file/],
	['a legacy call', legacy(op.reduce(op.global('os', 'system'), op.tuple()), []), /asks Python for 'os\.system'/],
	['a legacy program', legacy(op.instance(op.global('__torch__.m', 'M'), op.dict()), []), /asks Python for '__torch__/],

	['an empty file', Buffer.alloc(0), /got an empty file/],
	['a web page', Buffer.from('<!doctype html><html></html>'), /got a web page/],
	['a pointer of git-lfs', Buffer.from('version https://git-lfs.github.com/spec/v1\n'), /git lfs pull/],
	['a pickle alone', pickle(op.dict()), /got a pickle of something else/],
	['a picture', Buffer.from('\x89PNG\r\n\x1a\n0000000000000', 'latin1'), /got something else/],
];

describe('a hostile file', () => {
	it.each(hostile)('%s', (_, bytes, message) => {
		expect(outcome(bytes)).toEqual({ refused: expect.stringMatching(message) });
	});
});

const real = (name: string) => readFileSync(fileURLToPath(new URL(`../../fixtures/torch/${name}`, import.meta.url)));

const small: Weights = new Map(
	['visual.proj', 'text_projection', 'logit_scale'].map((name, i) => [
		name,
		{ shape: [2, i + 1], data: Float32Array.from({ length: 2 * i + 2 }, (_, n) => n - 0.5) },
	]),
);

function safetensors(): Buffer {
	const file = join(folder, 'small.safetensors');
	writeSafetensors(file, small);
	return readFileSync(file);
}

const containers: [string, () => Buffer, boolean][] = [
	['safetensors', safetensors, false],
	['of torch.save', () => real('mixed.pt'), true],
	['of training', () => real('ddp.pt'), true],
	['of TorchScript', () => real('script.pt'), true],
	['of TorchScript, without compressed parts', () => saveProgram(small, 'F16', { vocab_size: 3 }), true],
	['of torch.save before 1.6', () => real('mixed.legacy.pt'), false],
];

/** A hundred of each kind, for every container. */
const mutations: [string, (bytes: Buffer, random: Random) => Buffer][] = [
	[
		'bits flipped',
		(bytes, random) => {
			for (let i = random.int(4); i >= 0; i--) {
				const at = random.int(bytes.length);
				bytes[at]! ^= 1 << random.int(8);
			}
			return bytes;
		},
	],
	['cut off', (bytes, random) => bytes.subarray(0, random.int(bytes.length))],
	[
		'bytes left out',
		(bytes, random) => {
			const at = random.int(bytes.length);
			return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.int(40))]);
		},
	],
	[
		'a piece over another',
		(bytes, random) => {
			const from = random.int(bytes.length);
			bytes.copy(bytes, random.int(bytes.length), from, from + 1 + random.int(200));
			return bytes;
		},
	],
	[
		'numbers at their largest',
		(bytes, random) => {
			const at = random.int(bytes.length);
			return bytes.fill(0xff, at, Math.min(bytes.length, at + 8));
		},
	],
];

describe.each(containers)('a file %s', (_, make, hasChecksums) => {
	const good = make();
	const whole = contents(good);

	it.each(mutations)('%s', (kind, mutate) => {
		const random = new Random(7).split(kind);
		let refused = 0;
		for (let i = 0; i < 100; i++) {
			const result = outcome(mutate(Buffer.from(good), random));
			if ('refused' in result) refused++;
			// What still opens has lost nothing, where the file can tell: the rest is padding, dates and programs.
			else if (hasChecksums) expect(result.read).toBe(whole);
		}
		expect(refused).toBeGreaterThan(0);
	});
});

it('a pickle of any opcodes is refused in a sentence, or is data', () => {
	const fail = (message: string): never => {
		throw new AtelierError('E_CHECKPOINT', message);
	};
	const random = new Random(11);
	const pieces = [
		...[...'(NtK)]}aesubQR.l'].map((c) => Buffer.from(c)),
		...[0x81, 0x85, 0x86, 0x87, 0x88, 0x89].map((c) => Buffer.from([c])),
		...[op.int(2), op.text('a'), op.put(1), op.get(1), op.long(-5n), op.global('collections', 'OrderedDict'), tensor],
		...[op.global('torch._utils', '_rebuild_tensor_v2'), op.global('torch._utils', '_rebuild_parameter')],
		...[op.global('__torch__.m', 'M'), op.global('torch.jit._pickle', 'build_intlist')],
	];
	let finished = 0;
	for (let i = 0; i < 2000; i++) {
		const chosen = Array.from({ length: 1 + random.int(12) }, () => pieces[random.int(pieces.length)]!);
		try {
			readPickle(pickle(Buffer.concat(chosen)), 0, torchRules(true), fail);
			finished++;
		} catch (error) {
			expect(error).toMatchObject({ code: 'E_CHECKPOINT' });
		}
	}
	expect(finished).toBeGreaterThan(10);
});
