/** @file The header of a safetensors file: every rule that a well-formed one keeps, each with a sentence for when it does not. */

import type { TensorInfo } from './checkpoints/checkpoint.js';
import { type StoredType, sizeOfType, storedTypes } from './checkpoints/dtypes.js';
import type { Fail } from './checkpoints/source.js';

/** Longest header that is read, bytes: the bound of the format's own library, against files that claim to be huge. */
export const MAX_HEADER = 100_000_000;

/** One tensor: where its bytes lie, relative to the end of the header. */
export interface Entry extends TensorInfo {
	readonly begin: number;
	readonly end: number;
}

/**
 * Parse and check a header.
 * @param bytes the JSON, perhaps followed by spaces
 * @param dataSize bytes that follow the header
 */
export function checkHeader(
	bytes: Uint8Array,
	dataSize: number,
	fail: Fail,
): { entries: Entry[]; metadata: Record<string, string> } {
	const header = parse(bytes, fail);
	const entries: Entry[] = [];
	let metadata: Record<string, string> = {};
	for (const [name, value] of Object.entries(header)) {
		if (name === '__metadata__') metadata = checkMetadata(value, fail);
		else entries.push(checkEntry(name, value, dataSize, fail));
	}
	const byPlace = entries.filter((e) => e.end > e.begin).sort((a, b) => a.begin - b.begin);
	for (let i = 1; i < byPlace.length; i++) {
		const [a, b] = [byPlace[i - 1]!, byPlace[i]!];
		if (b.begin < a.end)
			fail(
				`expected tensors apart from each other, got '${a.name}' [${a.begin}, ${a.end}) over '${b.name}' [${b.begin}, ${b.end})`,
			);
	}
	return { entries, metadata };
}

function parse(bytes: Uint8Array, fail: Fail): Record<string, unknown> {
	let text: string;
	let header: unknown;
	try {
		text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
		header = JSON.parse(text);
	} catch (cause) {
		return fail(`expected a JSON header, got ${(cause as Error).message}`);
	}
	if (!isRecord(header)) return fail('expected a JSON object as header, got something else');
	const twice = duplicateKey(text);
	if (twice !== undefined) fail(`expected every name once in the header, got '${twice}' twice`);
	return header;
}

function checkMetadata(value: unknown, fail: Fail): Record<string, string> {
	if (!isRecord(value) || Object.values(value).some((v) => typeof v !== 'string'))
		return fail('expected __metadata__ to map strings to strings');
	return value as Record<string, string>;
}

function checkEntry(name: string, value: unknown, dataSize: number, fail: Fail): Entry {
	const at = `tensor '${name}'`;
	if (!isRecord(value)) return fail(`${at}: expected {dtype, shape, data_offsets}, got ${JSON.stringify(value)}`);
	const { dtype, shape, data_offsets: offsets } = value;
	if (!storedTypes.includes(dtype as StoredType))
		return fail(`${at}: expected a dtype of ${storedTypes.join(', ')}, got ${JSON.stringify(dtype)}`);
	if (!isCounts(shape)) return fail(`${at}: expected a shape of whole numbers, got ${JSON.stringify(shape)}`);
	if (!isCounts(offsets) || offsets.length !== 2)
		return fail(`${at}: expected data_offsets [begin, end], got ${JSON.stringify(offsets)}`);
	const [begin, end] = offsets as [number, number];
	if (begin > end || end > dataSize)
		return fail(
			`${at}: expected bytes inside the ${dataSize} of the file, got [${begin}, ${end}); was the download cut off?`,
		);
	const expected = shape.reduce((a, b) => a * b, sizeOfType(dtype as StoredType));
	if (expected !== end - begin)
		return fail(`${at}: expected ${expected} bytes for ${dtype} [${shape}], got ${end - begin}`);
	return { name, dtype: dtype as StoredType, shape, begin, end };
}

const isRecord = (x: unknown): x is Record<string, unknown> => typeof x === 'object' && x !== null && !Array.isArray(x);

const isCounts = (x: unknown): x is number[] =>
	Array.isArray(x) && x.every((n) => typeof n === 'number' && Number.isSafeInteger(n) && n >= 0);

/** The first key that an object of valid JSON repeats (JSON.parse would silently keep the last). */
function duplicateKey(json: string): string | undefined {
	const open: Set<string>[] = [];
	const tokens = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}]/g;
	for (let m = tokens.exec(json); m; m = tokens.exec(json)) {
		if (m[0] === '{') open.push(new Set());
		else if (m[0] === '}') open.pop();
		else if (m[1] !== undefined) {
			const key = JSON.parse(m[0].slice(0, m[0].length - m[1].length)) as string;
			const keys = open[open.length - 1]!;
			if (keys.has(key)) return key;
			keys.add(key);
		}
	}
	return undefined;
}
