/** @file Graph rewriting before compilation: constant folding, algebraic identities, common subexpressions; dead branches fall away. */

import { opDefinition, sameShape, sizeOf, Tensor, topological } from './tensor.js';

/** Computes one op on concrete numbers; supplied by an engine, so that this layer needs none. */
export type Evaluate = (node: Tensor, inputs: readonly Tensor[]) => Float32Array | Int32Array;

/** Constants larger than this are left to the engine: folding them would only grow the program. */
const maxFolded = 1 << 16;

/** The single number that a constant repeats, if it does. */
function uniformValue(x: Tensor): number | undefined {
	if (x.op !== 'constant' || x.dtype !== 'float32' || !x.data || x.size > maxFolded) return undefined;
	const first = x.data[0] as number;
	return x.data.every((v) => v === first) ? first : undefined;
}

/** A cheaper equivalent of a node, or undefined. Only identities that are exact in floating point (x * 0 = 0 assumes finite x). */
function rewrite(node: Tensor): Tensor | undefined {
	const [a, b] = node.inputs;
	if (!a) return undefined;
	const same = (x: Tensor) => (sameShape(x.shape, node.shape) ? x : undefined);
	const zeros = () => new Tensor('constant', [], {}, node.shape, 'float32', undefined, new Float32Array(node.size));
	const va = uniformValue(a);
	const vb = b && uniformValue(b);
	switch (node.op) {
		case 'add':
			return (vb === 0 && same(a)) || (va === 0 && same(b!)) || undefined;
		case 'sub':
			return (vb === 0 && same(a)) || undefined;
		case 'mul':
			if ((va === 0 || vb === 0) && node.size <= maxFolded) return zeros();
			return (vb === 1 && same(a)) || (va === 1 && same(b!)) || undefined;
		case 'div':
			return (vb === 1 && same(a)) || undefined;
		case 'neg':
			return a.op === 'neg' ? a.inputs[0] : undefined;
		case 'reshape':
			if (same(a)) return a;
			return a.op === 'reshape' ? derive(node, [a.inputs[0]!]) : undefined;
		case 'transpose':
			if (a.op === 'transpose') {
				const order = (node.attributes.order as number[]).map((i) => (a.attributes.order as number[])[i]!);
				return order.every((x, i) => x === i) ? a.inputs[0] : derive(node, [a.inputs[0]!], { order });
			}
			return undefined;
		default:
			return undefined;
	}
}

function derive(node: Tensor, inputs: readonly Tensor[], attributes = node.attributes): Tensor {
	const shape = opDefinition(node.op).shape(inputs, attributes);
	return new Tensor(node.op, inputs, attributes, shape, node.dtype);
}

/** Rebuild the graphs of `outputs` in simpler form; inputs and parameters stay the same objects. */
export function simplify(outputs: readonly Tensor[], evaluate?: Evaluate): Tensor[] {
	const replaced = new Map<Tensor, Tensor>();
	const seen = new Map<string, Tensor>();
	for (const node of topological(outputs)) {
		if (node.inputs.length === 0) {
			replaced.set(node, canonicalScalar(node, seen));
			continue;
		}
		const inputs = node.inputs.map((x) => replaced.get(x)!);
		let next = inputs.every((x, i) => x === node.inputs[i]) ? node : derive(node, inputs);
		for (let better = rewrite(next); better; better = rewrite(better)) next = better;
		if (evaluate && next.inputs.length > 0 && sizeOf(next.shape) <= maxFolded && next.inputs.every(isSmallConstant)) {
			next = new Tensor('constant', [], {}, next.shape, next.dtype, undefined, evaluate(next, next.inputs));
			next = canonicalScalar(next, seen);
		} else if (next.inputs.length > 0) {
			const key = `${next.op}(${next.inputs.map((x) => x.id)})${JSON.stringify(next.attributes)}`;
			const twin = seen.get(key);
			if (twin) next = twin;
			else seen.set(key, next);
		}
		replaced.set(node, next);
	}
	return outputs.map((x) => replaced.get(x)!);
}

const isSmallConstant = (x: Tensor) => x.op === 'constant' && x.size <= maxFolded;

/** Equal scalars become one node, so that expressions over them are recognised as equal too. */
function canonicalScalar(node: Tensor, seen: Map<string, Tensor>): Tensor {
	if (node.op !== 'constant' || node.size !== 1) return node;
	const key = `constant ${node.dtype} [${node.shape}] ${node.data![0]}`;
	const twin = seen.get(key);
	if (twin) return twin;
	seen.set(key, node);
	return node;
}
