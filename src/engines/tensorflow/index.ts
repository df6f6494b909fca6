/** @file The TensorFlow.js engine: graphs node by node, on CUDA through tfjs-node-gpu where that is installed. */

import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { AtelierError } from '../../errors.js';
import { simplify, type Tensor, topological } from '../../tensor/index.js';
import type { CompileOptions, Engine, Executable, Feed, Outputs } from '../engine.js';
import { feedOf } from '../feeds.js';
import { evaluateNode } from '../reference/index.js';
import { convolution } from './convolution.js';
import { elementwise } from './elementwise.js';
import type { Kernel, Kernels } from './kernel.js';
import { linear } from './linear.js';
import { loadRuntime, type Runtime, type RuntimeName } from './runtime.js';
import { shaping } from './shaping.js';

const kernels: Kernels = { ...elementwise, ...shaping, ...linear, ...convolution };

/** Options of the engine. */
export interface TensorflowEngineOptions {
	/** What to try, in order; default: node-gpu, node, wasm, cpu. */
	readonly runtimes?: readonly RuntimeName[];
}

/** The engine on the first TensorFlow.js that loads; `description` says which. Throws E_ENGINE when none does. */
export async function createTensorflowEngine(options: TensorflowEngineOptions = {}): Promise<Engine> {
	const runtime = await loadRuntime(options.runtimes);
	return {
		name: 'tensorflow',
		description: runtime.description,
		compile: async (outputs, compile) => compileProgram(runtime, outputs, compile),
	};
}

interface Step {
	readonly node: Tensor;
	readonly kernel: Kernel;
	/** Values that no later step needs. */
	readonly dead: readonly Tensor[];
}

function compileProgram(
	{ tf, backend }: Runtime,
	outputs: Outputs,
	{ parameters = 'constant' }: CompileOptions = {},
): Executable {
	const names = Object.keys(outputs);
	const roots = simplify(Object.values(outputs), evaluateNode);
	const order = topological(roots);
	const steps = plan(order, roots);
	const isFed = (node: Tensor) => node.op === 'input' || (node.op === 'parameter' && parameters === 'input');
	const upload = (node: Tensor, data: Feed) => tf.tensor(data, [...node.shape], node.dtype);
	// A backend is a global setting of TensorFlow.js. Once started it is set synchronously, so that nothing comes between.
	const select = () => void (tf.getBackend() !== backend && tf.setBackend(backend));

	select();
	const resident = new Map<Tensor, TfTensor>();
	for (const node of order)
		if (node.inputs.length === 0 && !isFed(node)) resident.set(node, upload(node, node.data!.slice()));

	const evaluate = (feeds: Readonly<Record<string, Feed>>): TfTensor[] => {
		const values = new Map(resident);
		for (const node of order) if (isFed(node)) values.set(node, upload(node, feedOf(node, feeds)));
		for (const { node, kernel, dead } of steps) {
			const inputs = node.inputs.map((x) => values.get(x)!);
			values.set(
				node,
				tf.tidy(() => kernel(tf, inputs, node)),
			);
			for (const x of dead) if (!resident.has(x)) values.get(x)!.dispose();
		}
		return roots.map((root) => tf.clone(values.get(root)!));
	};

	return {
		async run(feeds) {
			select();
			const results = tf.tidy(() => evaluate(feeds));
			const data = await Promise.all(results.map((x) => x.data()));
			for (const x of results) x.dispose();
			return Object.fromEntries(names.map((name, i) => [name, Float32Array.from(data[i]!)]));
		},
		async dispose() {
			for (const x of resident.values()) x.dispose();
			resident.clear();
		},
	};
}

/** The computed nodes in order, each with the values that die with it. */
function plan(order: readonly Tensor[], roots: readonly Tensor[]): Step[] {
	const lastUse = new Map<Tensor, Tensor>();
	for (const node of order) for (const x of node.inputs) lastUse.set(x, node);
	for (const root of roots) lastUse.delete(root);
	return order
		.filter((node) => node.inputs.length > 0)
		.map((node) => {
			const kernel = kernels[node.op];
			if (!kernel)
				throw new AtelierError('E_ENGINE', `expected an op that the tensorflow engine knows, got '${node.op}'`);
			return { node, kernel, dead: [...new Set(node.inputs)].filter((x) => lastUse.get(x) === node) };
		});
}
