/** @file Cuts a program in two, where some of its inputs are known only after its first results have been seen. */

import { simplify } from './simplify.js';
import { input, opDefinition, Tensor, topological } from './tensor.js';

type Named = Readonly<Record<string, Tensor>>;

/** The two halves of a program; `kept:0`, `kept:1`, ... are outputs of the first and inputs of the second, beside the program's own. */
export interface SplitProgram {
	readonly first: Named;
	readonly second: Named;
}

/** Ops that cost no more than to keep their result would: computed again from what is kept. A third of the memory, as fast (measured on the built-in towers). */
const cheap = new Set([
	...['reshape', 'broadcastTo', 'slice', 'batchNormTrain', 'layerNorm', 'swish', 'sigmoid', 'relu'],
	...['neg', 'add', 'sub', 'mul', 'div', 'sqrt', 'abs', 'sign', 'maximum', 'minimum', 'greater'],
]);

/**
 * Split outputs by whether they depend on the late inputs. What the second half needs of the first is kept, not computed
 * again; all but cheap functions of what is kept, and what depends on parameters and constants alone.
 */
export function splitProgram(outputs: Named, late: readonly Tensor[]): SplitProgram {
	const names = Object.keys(outputs);
	// Simplified, so that what is computed twice is kept once.
	const simple = simplify(Object.values(outputs));
	const order = topological(simple);
	const isLate = new Set<Tensor>(late);
	const isFree = new Set<Tensor>();
	for (const node of order) {
		if (node.inputs.some((x) => isLate.has(x))) isLate.add(node);
		else if (node.inputs.length > 0 ? node.inputs.every((x) => isFree.has(x)) : node.op !== 'input') isFree.add(node);
	}
	const first: Record<string, Tensor> = {};
	const second: Record<string, Tensor> = {};
	const replaced = new Map<Tensor, Tensor>();
	let kept = 0;
	// Inputs come first in the order: the recursion is as deep as a chain of cheap ops.
	const secondOf = (node: Tensor): Tensor => {
		const known = replaced.get(node);
		if (known) return known;
		let next: Tensor;
		if (node.inputs.length === 0 || isFree.has(node)) next = node;
		else if (isLate.has(node) || cheap.has(node.op)) next = rebuild(node, node.inputs.map(secondOf));
		else {
			const name = `kept:${kept++}`;
			first[name] = node;
			next = input(name, node.shape, node.dtype);
		}
		replaced.set(node, next);
		return next;
	};
	for (const node of order) if (isLate.has(node)) secondOf(node);
	names.forEach((name, i) => {
		const node = simple[i]!;
		if (isLate.has(node)) second[name] = secondOf(node);
		else first[name] = node;
	});
	return { first, second };
}

function rebuild(node: Tensor, inputs: readonly Tensor[]): Tensor {
	if (inputs.every((x, i) => x === node.inputs[i])) return node;
	return new Tensor(node.op, inputs, node.attributes, opDefinition(node.op).shape(inputs, node.attributes), node.dtype);
}
