/**
 * @file Names of weights: a table a format, from the names in its files to those that the towers know: OpenAI's, where it
 * has such a tower. The image tower's begin with 'visual.'.
 * In patterns {n} is a number, {kind} is weight or bias, {rest} is anything; a name that no pattern fits stays as it is.
 */

import { AtelierError } from '../../errors.js';
import { type Shape, sameShape } from '../../tensor/index.js';
import { type Checkpoint, type TensorInfo, tensorOf } from './checkpoint.js';
import { isFloat } from './dtypes.js';

/** Where a tensor belongs: a name; with [out, in] turned into [in, out]; or as one of several below each other. */
export type Target =
	| string
	| { readonly transposed: string }
	| { readonly part: number; readonly of: number; readonly to: string };

/** The names of one format. */
export interface KeyTable {
	/** Whose names, for messages. */
	readonly format: string;
	/** A name that no other format of the family has; the last table's fits any. */
	readonly sign: RegExp;
	/** null: nothing that a model of this kind needs. */
	readonly keys: Readonly<Record<string, Target | null>>;
}

/** What data-parallel training and torch.compile put before every name. */
const wrappers = /^(?:module\.|_orig_mod\.)+/;

/** A weight under the name that the towers know, and the tensors that it is made of. */
export interface MappedWeight {
	readonly shape: Shape;
	/** Names in the file. */
	readonly from: readonly string[];
	readonly transposed: boolean;
}

/**
 * The weights of a checkpoint under the names that the towers know. Integers are counters and ids, never weights: they are left out.
 * @param tables the formats that it may have; the first whose sign it has counts
 * @throws E_CHECKPOINT when parts of a weight are missing or do not fit together, or two tensors want one name
 */
export function mapKeys(checkpoint: Checkpoint, tables: readonly KeyTable[]): Map<string, MappedWeight> {
	const tensors = new Map<string, TensorInfo>();
	for (const tensor of checkpoint.tensors.values()) {
		const name = tensor.name.replace(wrappers, '');
		if (!isFloat(tensor.dtype)) continue;
		if (tensors.has(name)) throw twice(name, [tensors.get(name)!.name, tensor.name], checkpoint);
		tensors.set(name, tensor);
	}
	const table = tables.find(({ sign }) => [...tensors.keys()].some((name) => sign.test(name)));
	const patterns = Object.entries(table?.keys ?? {}).map(([pattern, target]) => ({
		pattern: patternOf(pattern),
		target,
	}));
	const mapped = new Map<string, MappedWeight>();
	const parts = new Map<string, (TensorInfo | undefined)[]>();
	for (const [name, tensor] of tensors) {
		const rule = patterns.find(({ pattern }) => pattern.test(name));
		const target = rule ? rule.target : name;
		if (target === null) continue;
		const fill = (to: string) => (rule ? filled(to, rule.pattern.exec(name)!.groups ?? {}) : to);
		const put = (to: string, shape: Shape, transposed: boolean) => {
			const known = mapped.get(to);
			if (known) throw twice(to, [...known.from, tensor.name], checkpoint);
			mapped.set(to, { shape, from: [tensor.name], transposed });
		};
		if (typeof target === 'string') put(fill(target), tensor.shape, false);
		else if ('transposed' in target) put(target.transposed, turned(tensor), true);
		else {
			const to = fill(target.to);
			const rows = parts.get(to) ?? new Array<TensorInfo | undefined>(target.of).fill(undefined);
			rows[target.part] = tensor;
			parts.set(to, rows);
		}
	}
	for (const [name, rows] of parts) mapped.set(name, stacked(name, rows));
	return mapped;
}

const twice = (name: string, from: readonly string[], where: Checkpoint) =>
	new AtelierError('E_CHECKPOINT', `expected one weight '${name}' in ${where.name}, got ${from.join(' and ')}`);

const placeholders: Readonly<Record<string, string>> = { n: '\\d+', kind: 'weight|bias', rest: '.+' };

export function patternOf(pattern: string): RegExp {
	const source = pattern
		.replaceAll('.', '\\.')
		.replace(/\{(\w+)\}/g, (_, name: string) => `(?<${name}>${placeholders[name]})`);
	return new RegExp(`^${source}$`);
}

export const filled = (target: string, groups: Readonly<Record<string, string>>) =>
	target.replace(/\{(\w+)\}/g, (_, name: string) => groups[name]!);

function turned({ name, shape }: TensorInfo): Shape {
	if (shape.length !== 2)
		throw new AtelierError('E_CHECKPOINT', `expected a matrix for weight '${name}', got [${shape}]`);
	return [shape[1]!, shape[0]!];
}

function stacked(name: string, rows: readonly (TensorInfo | undefined)[]): MappedWeight {
	const present = rows.filter((row) => row !== undefined);
	const [first] = present as [TensorInfo];
	if (present.length !== rows.length)
		throw new AtelierError(
			'E_CHECKPOINT',
			`expected ${rows.length} tensors for weight '${name}', got ${present.map((row) => `'${row.name}'`).join(', ')} alone`,
		);
	if (first.shape.length === 0 || present.some(({ shape }) => !sameShape(shape, first.shape)))
		throw new AtelierError(
			'E_CHECKPOINT',
			`expected tensors of one shape for weight '${name}', got ${present.map(({ shape }) => `[${shape}]`).join(', ')}`,
		);
	const shape = [rows.length * first.shape[0]!, ...first.shape.slice(1)];
	return { shape, from: present.map((row) => row.name), transposed: false };
}

/** Read a weight: its parts one below the other, or turned. */
export function readMapped(checkpoint: Checkpoint, { shape, from, transposed }: MappedWeight): Float32Array {
	const size = shape.reduce((a, b) => a * b, 1);
	const data = new Float32Array(size);
	if (!transposed) {
		const each = size / from.length;
		from.forEach((name, i) => {
			checkpoint.readInto(name, data.subarray(i * each, (i + 1) * each));
		});
		return data;
	}
	const stored = new Float32Array(size);
	checkpoint.readInto(from[0]!, stored);
	const [columns, rows] = tensorOf(checkpoint.tensors, from[0]!, checkpoint.name).shape as [number, number];
	for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) data[r * columns + c] = stored[c * rows + r]!;
	return data;
}
