/** @file TensorFlow.js kernels: transpose, slice, pad, concat, gather and its transpose, one-hot. */

import { sizeOf } from '../../tensor/index.js';
import type { Kernels } from './kernel.js';

export const shaping: Kernels = {
	transpose: (tf, [x], node) => tf.transpose(x!, node.attributes.order as number[]),
	slice: (tf, [x], node) => tf.slice(x!, node.attributes.begin as number[], [...node.shape]),
	pad: (tf, [x], node) => {
		const after = node.attributes.after as readonly number[];
		return tf.pad(
			x!,
			(node.attributes.before as readonly number[]).map((b, i) => [b, after[i]!]),
		);
	},
	concat: (tf, inputs, node) => tf.concat([...inputs], node.attributes.axis as number),
	gather: (tf, [table, ids]) => tf.gather(table!, ids!),
	scatterRows: (tf, [ids, d], node) => {
		// Rows as vectors: scatterND adds up what falls on the same index.
		const [rows, ...rest] = node.shape;
		const count = ids!.size;
		const width = sizeOf(rest);
		const sums = tf.scatterND(tf.reshape(ids!, [count, 1]), tf.reshape(d!, [count, width]), [rows!, width]);
		return tf.reshape(sums, [...node.shape]);
	},
	// Through int32: the wasm backend writes integers' bits into float32 results.
	oneHot: (tf, [ids], node) => tf.cast(tf.oneHot(ids!, node.attributes.depth as number), 'float32'),
};
