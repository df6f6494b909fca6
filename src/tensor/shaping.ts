/** @file Ops that move numbers about: transpose, slice, pad, concat, gather. */

import { AtelierError } from '../errors.js';
import { broadcastTo } from './elementwise.js';
import { apply, defineOp, type Shape, type Tensor } from './tensor.js';

defineOp('transpose', {
	doc: 'permute the axes: axis i of the result is axis order[i] of x',
	shape: ([x], { order }) => (order as number[]).map((a) => x!.dim(a)),
	gradient: (node, d) => {
		const order = node.attributes.order as number[];
		const inverse = order.map((_, i) => order.indexOf(i));
		return [transpose(d, inverse)];
	},
});
/** Permute axes; default swaps the last two. */
export function transpose(x: Tensor, order?: readonly number[]): Tensor {
	const axes = order ?? [...Array.from({ length: x.rank - 2 }, (_, i) => i), x.rank - 1, x.rank - 2];
	if ([...axes].sort((a, b) => a - b).some((a, i) => a !== i) || axes.length !== x.rank)
		throw new AtelierError('E_SHAPE', `expected a permutation of ${x.rank} axes, got [${axes}]`);
	return axes.every((a, i) => a === i) ? x : apply('transpose', [x], { order: axes });
}

defineOp('slice', {
	doc: 'the box begin <= index < end',
	shape: ([x], { begin, end }) => {
		const from = begin as number[];
		return (end as number[]).map((e, i) => {
			if (from[i]! < 0 || e > x!.dim(i) || e <= from[i]!)
				throw new AtelierError('E_SHAPE', `expected a box inside [${x!.shape}], got [${begin}] to [${end}]`);
			return e - from[i]!;
		});
	},
	gradient: (node, d) => {
		const x = node.inputs[0]!;
		const begin = node.attributes.begin as number[];
		const end = node.attributes.end as number[];
		return [
			pad(
				d,
				begin,
				end.map((e, i) => x.dim(i) - e),
			),
		];
	},
});
/** Entries begin..end-1 along one axis. */
export function slice(x: Tensor, axis: number, begin: number, end: number): Tensor {
	const a = axis < 0 ? axis + x.rank : axis;
	if (begin === 0 && end === x.dim(a)) return x;
	return apply('slice', [x], {
		begin: x.shape.map((_, i) => (i === a ? begin : 0)),
		end: x.shape.map((d, i) => (i === a ? end : d)),
	});
}

defineOp('pad', {
	doc: 'zeros before and after each axis',
	shape: ([x], { before, after }) => x!.shape.map((d, i) => d + (before as number[])[i]! + (after as number[])[i]!),
	gradient: (node, d) => {
		const x = node.inputs[0]!;
		const before = node.attributes.before as number[];
		return [apply('slice', [d], { begin: before, end: before.map((b, i) => b + x.dim(i)) })];
	},
});
/** Zeros before and after each axis. */
export function pad(x: Tensor, before: readonly number[], after: readonly number[]): Tensor {
	return [...before, ...after].every((n) => n === 0) ? x : apply('pad', [x], { before, after });
}

defineOp('concat', {
	doc: 'join along an axis',
	shape: (inputs, { axis }) => {
		const a = axis as number;
		const first = inputs[0]!.shape;
		for (const x of inputs)
			if (x.rank !== first.length || x.shape.some((d, i) => i !== a && d !== first[i]))
				throw new AtelierError('E_SHAPE', `expected shapes equal but for axis ${a}, got [${first}] and [${x.shape}]`);
		return first.map((d, i) => (i === a ? inputs.reduce((n, x) => n + x.dim(a), 0) : d));
	},
	gradient: (node, d) => {
		const axis = node.attributes.axis as number;
		let at = 0;
		return node.inputs.map((x) => {
			at += x.dim(axis);
			return slice(d, axis, at - x.dim(axis), at);
		});
	},
});
/** Join along an axis. */
export function concat(inputs: readonly Tensor[], axis: number): Tensor {
	const first = inputs[0];
	if (!first) throw new AtelierError('E_SHAPE', 'expected at least one tensor to concatenate, got none');
	return inputs.length === 1 ? first : apply('concat', inputs, { axis: axis < 0 ? axis + first.rank : axis });
}

defineOp('gather', {
	doc: 'rows of a table [V, ...] by int32 indices [...]: an embedding look-up',
	shape: ([table, ids]) => {
		if (ids!.dtype !== 'int32') throw new AtelierError('E_SHAPE', `expected int32 indices, got ${ids!.dtype}`);
		return [...ids!.shape, ...table!.shape.slice(1)];
	},
	gradient: (node, d) => {
		const [table, ids] = node.inputs as [Tensor, Tensor];
		return [apply('scatterRows', [ids, d], { rows: table.dim(0) }), undefined];
	},
});
/** Rows of `table` by int32 indices. */
export const gather = (table: Tensor, ids: Tensor): Tensor => apply('gather', [table, ids]);

defineOp('scatterRows', {
	doc: 'the transpose of gather: zeros [rows, ...] with d added into the rows that the indices name',
	shape: ([ids, d], { rows }) => [rows as number, ...d!.shape.slice(ids!.rank)],
	gradient: (node, d) => [undefined, gather(d, node.inputs[0]!)],
});

defineOp('oneHot', {
	doc: '1 at the index, else 0, along a new last axis; no gradient',
	shape: ([ids], { depth }) => [...ids!.shape, depth as number],
	gradient: () => [undefined],
});
/** One-hot rows of int32 indices. */
export const oneHot = (ids: Tensor, depth: number): Tensor => apply('oneHot', [ids], { depth });

/** Stack copies along a new leading axis. */
export const repeat = (x: Tensor, count: number): Tensor => broadcastTo(x, [count, ...x.shape] as Shape);
