/**
 * @file Python's pickle as data: the opcodes that torch.save writes, and no others. Nothing is called or imported;
 * what a pickle wants called is handed to a table of a few known names, and refused by its name where that has none.
 * Source: Python's pickletools, protocol 2.
 */

import type { Fail } from './source.js';

/** What stands in a pickle: numbers, texts, null, lists and tuples (as arrays), dictionaries, and what the table makes. */
export type Value = unknown;

/** A name that a pickle asks Python to import. */
export class Global {
	constructor(readonly name: string) {}
}

/** An object of a class of a TorchScript program: its attributes. */
export class Instance {
	attributes: Map<Value, Value> = new Map();
}

/** What may be named, called and referred to. */
export interface Rules {
	/** Whether a name may stand in the file. */
	allows(name: string): boolean;
	/** The result of calling a name, as far as that is data. */
	call(name: string, args: readonly Value[], fail: Fail): Value;
	/** What a reference to something outside of the pickle stands for. */
	persistent(id: Value, fail: Fail): Value;
}

/** Opcodes that are known but refused, for messages. */
const refused: Readonly<Record<number, string>> = {
	48: 'POP',
	49: 'POP_MARK',
	50: 'DUP',
	70: 'FLOAT',
	73: 'INT',
	76: 'LONG',
	80: 'PERSID',
	83: 'STRING',
	86: 'UNICODE',
	103: 'GET',
	105: 'INST',
	111: 'OBJ',
	112: 'PUT',
	130: 'EXT1',
	131: 'EXT2',
	132: 'EXT4',
	139: 'LONG4',
	66: 'BINBYTES',
	67: 'SHORT_BINBYTES',
	140: 'SHORT_BINUNICODE',
	141: 'BINUNICODE8',
	142: 'BINBYTES8',
	143: 'EMPTY_SET',
	144: 'ADDITEMS',
	145: 'FROZENSET',
	146: 'NEWOBJ_EX',
	147: 'STACK_GLOBAL',
	148: 'MEMOIZE',
	149: 'FRAME',
	150: 'BYTEARRAY8',
	151: 'NEXT_BUFFER',
	152: 'READONLY_BUFFER',
};

/** Longest name to import, bytes. */
const MAX_NAME = 1000;
/** Opcodes of one pickle; a model of a thousand tensors takes forty thousand, three times that with its optimiser. */
const MAX_STEPS = 300_000;

const emptyTuple: readonly Value[] = Object.freeze([]);

/**
 * Read one pickle.
 * @param at where it begins
 * @returns its value, and where it ends
 */
export function readPickle(bytes: Uint8Array, at: number, rules: Rules, fail: Fail): { value: Value; end: number } {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const memo = new Map<number, Value>();
	let stack: Value[] = [];
	/** Stacks that wait below a mark. */
	const below: Value[][] = [];

	/** The place of the next n bytes of an argument. */
	const take = (n: number): number => {
		if (at + n > bytes.length)
			fail(`expected ${n} bytes of pickle at ${at}, got ${bytes.length - at}; was it cut off?`);
		at += n;
		return at - n;
	};
	const pop = (): Value =>
		stack.length > 0 ? stack.pop() : fail(`expected a value before byte ${at} of a pickle, got none`);
	const top = (): Value =>
		stack.length > 0 ? stack.at(-1) : fail(`expected a value before byte ${at} of a pickle, got none`);
	const popToMark = (): Value[] => {
		const items = stack;
		stack = below.pop() ?? fail(`expected a mark before byte ${at} of a pickle, got none`);
		return items;
	};
	const popTuple = (): readonly Value[] => {
		const args = pop();
		return Array.isArray(args) ? args : fail(`expected a tuple before byte ${at} of a pickle, got something else`);
	};
	const popGlobal = (): Global => {
		const global = pop();
		return global instanceof Global
			? global
			: fail(`expected a name to call before byte ${at} of a pickle, got a value`);
	};
	const popTexts = (n: number) => Array.from({ length: n }, pop).reverse();
	const text = (n: number): string => {
		const from = take(n);
		try {
			return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(from, from + n));
		} catch {
			return fail(`expected UTF-8 at byte ${from} of a pickle, got something else`);
		}
	};
	const line = (): string => {
		const end = bytes.subarray(at, at + MAX_NAME).indexOf(10);
		if (end < 0) fail(`expected a name at byte ${at} of a pickle, got no end of it`);
		const name = text(end);
		take(1);
		return name;
	};
	const remembered = (index: number): Value =>
		memo.has(index) ? memo.get(index) : fail(`expected a value that was kept as ${index}, got none`);
	const setItems = (items: readonly Value[]) => {
		const target = top();
		if (!(target instanceof Map) || items.length % 2 !== 0)
			return fail(`expected pairs for a dictionary before byte ${at} of a pickle, got something else`);
		for (let i = 0; i < items.length; i += 2) target.set(items[i], items[i + 1]);
	};
	const append = (items: readonly Value[]) => {
		const target = top();
		if (!Array.isArray(target) || Object.isFrozen(target))
			return fail(`expected a list before byte ${at} of a pickle, got something else`);
		for (const item of items) target.push(item);
	};
	const build = () => {
		const state = pop();
		const target = top();
		if (target instanceof Instance && state instanceof Map) target.attributes = state;
		// Python keeps attributes of dictionaries (a state dict's versions) apart from their items.
		else if (!(target instanceof Map)) fail(`expected an object to fill before byte ${at} of a pickle, got a value`);
	};

	for (let steps = 0; ; steps++) {
		if (steps > MAX_STEPS) fail(`expected a pickle of at most ${MAX_STEPS} opcodes, got more`);
		const start = at;
		const code = bytes[take(1)]!;
		switch (String.fromCharCode(code)) {
			case '\x80': // PROTO
				if (bytes[take(1)]! > 2)
					fail(`expected a pickle of protocol 2, got ${bytes[at - 1]}; save it by torch.save's default`);
				break;
			case '.': {
				const value = pop();
				if (stack.length > 0 || below.length > 0) fail('expected one value in a pickle, got more');
				return { value, end: at };
			}
			case '(':
				below.push(stack);
				stack = [];
				break;
			case 'N':
				stack.push(null);
				break;
			case '\x88':
				stack.push(true);
				break;
			case '\x89':
				stack.push(false);
				break;
			case 'K':
				stack.push(bytes[take(1)]);
				break;
			case 'M':
				stack.push(view.getUint16(take(2), true));
				break;
			case 'J':
				stack.push(view.getInt32(take(4), true));
				break;
			case '\x8a': // LONG1
				stack.push(long(bytes, take(bytes[take(1)]!), at));
				break;
			case 'G':
				stack.push(view.getFloat64(take(8)));
				break;
			case 'X':
				stack.push(text(view.getUint32(take(4), true)));
				break;
			case 'U': // Texts of Python 2
				stack.push(text(bytes[take(1)]!));
				break;
			case 'T':
				stack.push(text(view.getUint32(take(4), true)));
				break;
			case ')':
				stack.push(emptyTuple);
				break;
			case '\x85':
				stack.push(Object.freeze(popTexts(1)));
				break;
			case '\x86':
				stack.push(Object.freeze(popTexts(2)));
				break;
			case '\x87':
				stack.push(Object.freeze(popTexts(3)));
				break;
			case 't': {
				const items = Object.freeze(popToMark());
				stack.push(items);
				break;
			}
			case ']':
				stack.push([]);
				break;
			case 'l': {
				const items = popToMark();
				stack.push(items);
				break;
			}
			case 'a':
				append([pop()]);
				break;
			case 'e':
				append(popToMark());
				break;
			case '}':
				stack.push(new Map());
				break;
			case 's':
				setItems(popTexts(2));
				break;
			case 'u':
				setItems(popToMark());
				break;
			case 'q':
				memo.set(bytes[take(1)]!, top());
				break;
			case 'r':
				memo.set(view.getUint32(take(4), true), top());
				break;
			case 'h':
				stack.push(remembered(bytes[take(1)]!));
				break;
			case 'j':
				stack.push(remembered(view.getUint32(take(4), true)));
				break;
			case 'c': {
				const name = `${line()}.${line()}`;
				if (!rules.allows(name))
					fail(`it asks Python for '${name}', which no weights need; nothing of it was run: get it as safetensors`);
				stack.push(new Global(name));
				break;
			}
			case 'R': // REDUCE
			case '\x81': {
				// NEWOBJ
				const args = popTuple();
				stack.push(rules.call(popGlobal().name, args, fail));
				break;
			}
			case 'b':
				build();
				break;
			case 'Q':
				stack.push(rules.persistent(pop(), fail));
				break;
			default:
				fail(
					`expected the opcodes of torch.save, got ${refused[code] ?? `byte ${code}`} at byte ${start} of a pickle; get it as safetensors`,
				);
		}
	}
}

/** A little-endian integer in two's complement: a number where that is exact. */
function long(bytes: Uint8Array, from: number, to: number): number | bigint {
	let value = 0n;
	for (let i = to - 1; i >= from; i--) value = (value << 8n) | BigInt(bytes[i]!);
	if (to > from && bytes[to - 1]! >= 0x80) value -= 1n << BigInt(8 * (to - from));
	return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}
