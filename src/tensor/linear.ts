/** @file Matrix multiplication, softmax and the normalisations over the last axis. */

import { AtelierError } from '../errors.js';
import {
	add,
	broadcastShapes,
	broadcastTo,
	div,
	exp,
	mean,
	mul,
	neg,
	reshape,
	sqrt,
	square,
	sub,
	sum,
	sumTo,
} from './elementwise.js';
import { apply, defineOp, type Tensor } from './tensor.js';

const lastTwo = (x: Tensor, swapped: boolean): [number, number] =>
	swapped ? [x.dim(-1), x.dim(-2)] : [x.dim(-2), x.dim(-1)];

defineOp('matmul', {
	doc: 'batched matrix product over the last two axes, either operand transposed on the fly',
	shape: ([a, b], { transposeA, transposeB }) => {
		if (a!.rank < 2 || b!.rank < 2)
			throw new AtelierError('E_SHAPE', `expected matrices, got [${a!.shape}] and [${b!.shape}]`);
		const [m, k] = lastTwo(a!, transposeA as boolean);
		const [k2, n] = lastTwo(b!, transposeB as boolean);
		if (k !== k2)
			throw new AtelierError(
				'E_SHAPE',
				`expected equal inner dimensions, got [${a!.shape}]${transposeA ? "'" : ''} x [${b!.shape}]${transposeB ? "'" : ''}`,
			);
		return [...broadcastShapes(a!.shape.slice(0, -2), b!.shape.slice(0, -2)), m, n];
	},
	gradient: (node, d) => {
		const [a, b] = node.inputs as [Tensor, Tensor];
		const { transposeA: ta, transposeB: tb } = node.attributes as { transposeA: boolean; transposeB: boolean };
		const da = ta ? matmul(b, d, tb, true) : matmul(d, b, false, !tb);
		// A shared right-hand matrix gathers its gradient from all batches: one tall product instead of a batch of small ones.
		if (b.rank === 2 && a.rank > 2 && !ta) {
			const rows = reshape(a, [-1, a.dim(-1)]);
			const dRows = reshape(d, [-1, d.dim(-1)]);
			return [da, tb ? matmul(dRows, rows, true) : matmul(rows, dRows, true)];
		}
		const db = tb ? matmul(d, a, true, ta) : matmul(a, d, !ta);
		return [sumTo(da, a.shape), sumTo(db, b.shape)];
	},
});
/** a @ b over the last two axes, batch axes broadcast; a flag transposes its operand's last two axes. */
export const matmul = (a: Tensor, b: Tensor, transposeA = false, transposeB = false): Tensor =>
	apply('matmul', [a, b], { transposeA, transposeB });

/** x @ W' + bias with W as [out, in], the layout of checkpoints. */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
	const y = matmul(x, weight, false, true);
	return bias ? add(y, bias) : y;
}

defineOp('softmax', {
	doc: 'e^x / sum e^x over the last axis',
	shape: ([x]) => x!.shape,
	gradient: (node, d) => {
		const weighted = mul(d, node);
		return [sub(weighted, mul(node, sum(weighted, [-1], true)))];
	},
});
/** Softmax over the last axis. */
export const softmax = (x: Tensor): Tensor => apply('softmax', [x]);

defineOp('logSoftmax', {
	doc: 'x - ln sum e^x over the last axis',
	shape: ([x]) => x!.shape,
	gradient: (node, d) => [sub(d, mul(exp(node), sum(d, [-1], true)))],
});
/** Logarithm of the softmax over the last axis. */
export const logSoftmax = (x: Tensor): Tensor => apply('logSoftmax', [x]);

// Parts of layerNorm's gradient: an engine that has them from the forward pass need not compute them again.
defineOp('rowMean', {
	doc: 'mean over the last axis, kept as 1',
	shape: ([x]) => [...x!.shape.slice(0, -1), 1],
	gradient: (node, d) => [broadcastTo(mul(d, 1 / node.inputs[0]!.dim(-1)), node.inputs[0]!.shape)],
});

defineOp('rowInverseDeviation', {
	doc: '1 / sqrt(variance + eps) over the last axis, kept as 1',
	shape: ([x]) => [...x!.shape.slice(0, -1), 1],
	// With r = (v + eps)^(-1/2) and dv/dx = 2 (x - mean) / n: dr/dx = -r^3 (x - mean) / n.
	gradient: (node, d) => {
		const x = node.inputs[0]!;
		const cube = mul(mul(node, node), node);
		return [mul(mul(mul(d, cube), -1 / x.dim(-1)), sub(x, apply('rowMean', [x])))];
	},
});

defineOp('layerNorm', {
	doc: '(x - mean) / sqrt(variance + eps) * gain + bias over the last axis',
	shape: ([x, gain, bias]) => {
		if (gain!.size !== x!.dim(-1) || bias!.size !== x!.dim(-1))
			throw new AtelierError(
				'E_SHAPE',
				`expected gain and bias of ${x!.dim(-1)}, got [${gain!.shape}] and [${bias!.shape}]`,
			);
		return x!.shape;
	},
	// With xhat = (x - mean) r and g = dy gain: dx = r (g - mean(g) - xhat mean(g xhat)). Ba et al. 2016.
	gradient: (node, d) => {
		const [x, gain, bias] = node.inputs as [Tensor, Tensor, Tensor];
		const { eps } = node.attributes;
		const r = apply('rowInverseDeviation', [x], { eps: eps as number });
		const xhat = mul(sub(x, apply('rowMean', [x])), r);
		const g = mul(d, gain);
		const dx = mul(sub(sub(g, mean(g, [-1], true)), mul(xhat, mean(mul(g, xhat), [-1], true))), r);
		return [dx, sumTo(mul(d, xhat), gain.shape), sumTo(d, bias.shape)];
	},
});
/** Layer normalisation over the last axis. */
export const layerNorm = (x: Tensor, gain: Tensor, bias: Tensor, eps = 1e-5): Tensor =>
	apply('layerNorm', [x, gain, bias], { eps });

/** x / ||x|| over the last axis; eps keeps the zero vector finite. */
export function l2Normalise(x: Tensor, eps = 1e-12): Tensor {
	return div(x, sqrt(add(sum(square(x), [-1], true), eps)));
}

/** ln sum e^x over the last axis, which is kept as 1. */
export function logSumExp(x: Tensor): Tensor {
	// x - logSoftmax(x) is the same number in every column.
	return mean(sub(x, logSoftmax(x)), [-1], true);
}

/** Mean cross-entropy of logits [N, K] against target distributions [N, K]. */
export function crossEntropy(logits: Tensor, targets: Tensor): Tensor {
	return neg(mean(sum(mul(targets, logSoftmax(logits)), [-1])));
}
