/** @file The other way of keys.ts: weights under the names that the towers know, as a format's files name them. */

import type { NamedArray, Weights } from '../parameters.js';
import { filled, type KeyTable, patternOf, type Target } from './keys.js';

/**
 * Weights as files of a format hold them: mapKeys of the result gives what went in.
 * What no target of the table fits keeps its name, as there.
 */
export function storedWeights(weights: Weights, { keys }: KeyTable): Weights {
	const rules = Object.entries(keys).flatMap(([stored, target]) =>
		target === null ? [] : [{ stored, target, pattern: patternOf(nameIn(target)) }],
	);
	const all: Weights = new Map();
	for (const [name, array] of weights) {
		const fitting = rules.filter(({ pattern }) => pattern.test(name));
		if (fitting.length === 0) all.set(name, array);
		for (const { stored, target, pattern } of fitting)
			all.set(filled(stored, pattern.exec(name)!.groups ?? {}), partOf(array, target));
	}
	return all;
}

const nameIn = (target: Target): string =>
	typeof target === 'string' ? target : 'transposed' in target ? target.transposed : target.to;

/** What one tensor of a file holds of a weight: all of it, all of it turned, or some of its rows. */
function partOf({ shape, data }: NamedArray, target: Target): NamedArray {
	if (typeof target === 'string') return { shape, data };
	if ('transposed' in target) {
		const [rows, columns] = shape as [number, number];
		const turned = Float32Array.from(data, (_, i) => data[(i % rows) * columns + Math.floor(i / rows)]!);
		return { shape: [columns, rows], data: turned };
	}
	const { part, of } = target;
	const each = data.length / of;
	return { shape: [shape[0]! / of, ...shape.slice(1)], data: data.slice(part * each, (part + 1) * each) };
}
