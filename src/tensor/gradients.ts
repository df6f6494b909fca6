/** @file Reverse-mode differentiation: the gradient of a graph is more graph. */

import { AtelierError } from '../errors.js';
import { add } from './elementwise.js';
import { constant, opDefinition, sameShape, type Tensor, topological } from './tensor.js';

/**
 * d loss / d each of `wrt`, as graph.
 * @param loss a scalar, or any tensor together with `seed` = d final / d loss of the same shape
 * @returns one tensor for each of `wrt`, of its shape; zeros where the loss does not depend on it
 * Source: Griewank & Walther, Evaluating Derivatives (2008), chapter 3: one reverse sweep, each node's gradient rule once.
 */
export function gradients(loss: Tensor, wrt: readonly Tensor[], seed?: Tensor): Tensor[] {
	if (!seed && loss.size !== 1)
		throw new AtelierError(
			'E_SHAPE',
			`expected a scalar loss (or a seed), got [${loss.shape}]; reduce it with sum or mean`,
		);
	if (seed && !sameShape(seed.shape, loss.shape))
		throw new AtelierError('E_SHAPE', `expected a seed of the loss's shape [${loss.shape}], got [${seed.shape}]`);
	const order = topological([loss]);
	// Only nodes between wrt and loss carry a gradient: branches that lead elsewhere are never built.
	const needed = new Set<Tensor>(wrt);
	for (const node of order) if (node.inputs.some((x) => needed.has(x))) needed.add(node);

	const cotangent = new Map<Tensor, Tensor>();
	cotangent.set(loss, seed ?? constant(new Float32Array(1).fill(1), loss.shape));
	for (let i = order.length - 1; i >= 0; i--) {
		const node = order[i]!;
		const d = cotangent.get(node);
		if (!d || node.inputs.length === 0 || !needed.has(node)) continue;
		if (!node.inputs.some((x) => needed.has(x))) continue;
		const rule = opDefinition(node.op).gradient;
		if (!rule)
			throw new AtelierError(
				'E_ARGUMENT',
				`expected a differentiable op, got '${node.op}'; use stopGradient before it`,
			);
		const parts = rule(node, d);
		node.inputs.forEach((x, k) => {
			const part = parts[k];
			if (!part || !needed.has(x)) return;
			const sofar = cotangent.get(x);
			cotangent.set(x, sofar ? add(sofar, part) : part);
		});
	}
	return wrt.map((x) => cotangent.get(x) ?? constant(new Float32Array(x.size), x.shape));
}
