/** @file The reference engine: a plain, slow interpreter in float64 that the other engines are judged by. */

import { AtelierError } from '../../errors.js';
import { type Tensor, topological } from '../../tensor/index.js';
import type { CompileOptions, Engine, Executable, Feed, Outputs } from '../engine.js';
import { feedOf } from '../feeds.js';
import { convolution } from './convolution.js';
import { elementwise } from './elementwise.js';
import type { Kernel, Kernels } from './kernel.js';
import { linear } from './linear.js';
import { shaping } from './shaping.js';

const kernels: Kernels = { ...elementwise, ...shaping, ...linear, ...convolution };

function kernelOf(op: string): Kernel {
	const kernel = kernels[op];
	if (!kernel) throw new AtelierError('E_ENGINE', `expected an op that the reference engine knows, got '${op}'`);
	return kernel;
}

type Feeds = Readonly<Record<string, Feed | Float64Array>>;

/** Values of all nodes, given in topological order; `baked` holds the parameters that feeds cannot change. */
function interpret(
	nodes: readonly Tensor[],
	feeds: Feeds,
	baked: ReadonlyMap<Tensor, Feed> = new Map(),
): ReadonlyMap<Tensor, Float64Array> {
	const values = new Map<Tensor, Float64Array>();
	const compute = (node: Tensor): ArrayLike<number> => {
		if (node.op === 'constant') return node.data!;
		if (node.inputs.length === 0) return baked.get(node) ?? feedOf(node, feeds, [Float32Array, Float64Array]);
		const inputs = node.inputs.map((x) => values.get(x)!);
		return kernelOf(node.op)(inputs, node);
	};
	for (const node of nodes) values.set(node, Float64Array.from(compute(node)));
	return values;
}

/** Evaluate once in float64. Feeds may be Float64Arrays, for central differences. Results row-major, by output name. */
export function evaluate64(outputs: Outputs, feeds: Feeds): Record<string, Float64Array> {
	const values = interpret(topological(Object.values(outputs)), feeds);
	return Object.fromEntries(Object.entries(outputs).map(([name, node]) => [name, values.get(node)!.slice()]));
}

/** Compute one node from its (constant) inputs: the callback that simplify() folds constants with. */
export function evaluateNode(node: Tensor, inputs: readonly Tensor[]): Float32Array | Int32Array {
	const y = kernelOf(node.op)(
		inputs.map((x) => Float64Array.from(x.data!)),
		node,
	);
	return node.dtype === 'int32' ? Int32Array.from(y) : Float32Array.from(y);
}

/** The reference engine. 'constant' parameters are those of the moment of compilation. */
export function createReferenceEngine(): Engine {
	return {
		name: 'reference',
		description: 'plain TypeScript, float64 (for checking; slow)',
		compile: async (outputs: Outputs, { parameters = 'constant' }: CompileOptions = {}): Promise<Executable> => {
			const nodes = topological(Object.values(outputs));
			for (const node of nodes) if (node.inputs.length > 0) kernelOf(node.op);
			const baked = new Map<Tensor, Float32Array | Int32Array>();
			if (parameters === 'constant')
				for (const node of nodes) if (node.op === 'parameter') baked.set(node, node.data!.slice());
			return {
				run: async (feeds) => {
					const results = interpret(nodes, feeds, baked);
					return Object.fromEntries(
						Object.entries(outputs).map(([name, node]) => [name, Float32Array.from(results.get(node)!)]),
					);
				},
				dispose: async () => baked.clear(),
			};
		},
	};
}
