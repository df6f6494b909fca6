/** @file Reference kernels: transpose, slice, pad, concat, gather and its transpose, one-hot. */

import { AtelierError } from '../../errors.js';
import { sizeOf } from '../../tensor/index.js';
import { type Kernels, positions, stridesOf } from './kernel.js';

const at = (index: readonly number[], strides: readonly number[]): number =>
	index.reduce((sum, x, i) => sum + x * strides[i]!, 0);

function row(index: number, rows: number): number {
	if (index < 0 || index >= rows)
		throw new AtelierError('E_ARGUMENT', `expected row indices in 0..${rows - 1}, got ${index}`);
	return index;
}

export const shaping: Kernels = {
	transpose: ([x], node) => {
		const strides = stridesOf(node.inputs[0]!.shape);
		const order = node.attributes.order as readonly number[];
		const from = positions(
			node.shape,
			order.map((a) => strides[a]!),
		);
		return Float64Array.from(from, (i) => x![i]!);
	},
	slice: ([x], node) => {
		const strides = stridesOf(node.inputs[0]!.shape);
		const from = positions(node.shape, strides, at(node.attributes.begin as readonly number[], strides));
		return Float64Array.from(from, (i) => x![i]!);
	},
	pad: ([x], node) => {
		const strides = stridesOf(node.shape);
		const to = positions(node.inputs[0]!.shape, strides, at(node.attributes.before as readonly number[], strides));
		const y = new Float64Array(node.size);
		x!.forEach((v, i) => {
			y[to[i]!] = v;
		});
		return y;
	},
	concat: (inputs, node) => {
		const axis = node.attributes.axis as number;
		const strides = stridesOf(node.shape);
		const y = new Float64Array(node.size);
		let begin = 0;
		inputs.forEach((x, k) => {
			const shape = node.inputs[k]!.shape;
			const to = positions(shape, strides, begin * strides[axis]!);
			x.forEach((v, i) => {
				y[to[i]!] = v;
			});
			begin += shape[axis]!;
		});
		return y;
	},
	gather: ([table, ids], node) => {
		const [rows, ...rest] = node.inputs[0]!.shape;
		const width = sizeOf(rest);
		const y = new Float64Array(node.size);
		ids!.forEach((id, i) => {
			y.set(table!.subarray(row(id, rows!) * width, (id + 1) * width), i * width);
		});
		return y;
	},
	scatterRows: ([ids, d], node) => {
		const [rows, ...rest] = node.shape;
		const width = sizeOf(rest);
		const y = new Float64Array(node.size);
		ids!.forEach((id, i) => {
			for (let j = 0; j < width; j++) y[row(id, rows!) * width + j]! += d![i * width + j]!;
		});
		return y;
	},
	oneHot: ([ids], node) => {
		const depth = node.attributes.depth as number;
		const y = new Float64Array(node.size);
		ids!.forEach((id, i) => {
			y[i * depth + row(id, depth)] = 1;
		});
		return y;
	},
};
