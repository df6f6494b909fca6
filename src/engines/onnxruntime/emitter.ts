/** @file Turns a symbolic graph into ONNX nodes, one lowering rule per op; equal ONNX nodes are emitted once. */

import { AtelierError } from '../../errors.js';
import { type Shape, type Tensor, topological } from '../../tensor/index.js';
import type { CompileOptions, Outputs } from '../engine.js';
import { type OnnxAttribute, OnnxModel } from './model.js';

/** Writes the ONNX nodes of one op and returns the name of its result. */
export type Lowering = (node: Tensor, emit: Emitter) => string;

const lowerings = new Map<string, Lowering>();

/** Add the lowering of an op. */
export function lower(op: string, rule: Lowering): void {
	lowerings.set(op, rule);
}

/** Emission state: names of values, and the model under construction. */
export class Emitter {
	readonly model = new OnnxModel();
	private readonly names = new Map<Tensor, string>();
	private readonly emitted = new Map<string, string[]>();
	private counter = 0;

	constructor(private readonly options: CompileOptions) {}

	/** The ONNX name of a tensor's value, which must have been emitted before. */
	name(tensor: Tensor): string {
		return this.names.get(tensor)!;
	}

	/** Emit an ONNX node with one result; an equal node that exists already is reused. */
	op(type: string, inputs: readonly string[], attributes: Record<string, OnnxAttribute> = {}, domain = ''): string {
		return this.ops(type, inputs, 1, attributes, domain)[0]!;
	}

	/** Emit an ONNX node with several results. */
	ops(
		type: string,
		inputs: readonly string[],
		results: number,
		attributes: Record<string, OnnxAttribute> = {},
		domain = '',
	): string[] {
		const key = `${type}|${inputs}|${JSON.stringify(attributes)}`;
		const known = this.emitted.get(key);
		if (known) return known;
		const outputs = Array.from({ length: results }, () => `v${this.counter++}`);
		this.model.node(type, inputs, outputs, attributes, domain);
		this.emitted.set(key, outputs);
		return outputs;
	}

	/** A constant list of int64, as shapes and axes are passed. */
	ints(values: readonly number[]): string {
		const key = `int64 ${values}`;
		const known = this.emitted.get(key);
		if (known) return known[0]!;
		const name = `i${this.counter++}`;
		this.model.initializer(name, BigInt64Array.from(values, BigInt), [values.length]);
		this.emitted.set(key, [name]);
		return name;
	}

	/** A constant table of int32 indices. */
	indices(values: Int32Array): string {
		const name = `t${this.counter++}`;
		this.model.initializer(name, values, [values.length]);
		return name;
	}

	/** A constant float scalar. */
	scalar(value: number): string {
		const key = `scalar ${value}`;
		const known = this.emitted.get(key);
		if (known) return known[0]!;
		const name = `s${this.counter++}`;
		this.model.initializer(name, new Float32Array([value]), []);
		this.emitted.set(key, [name]);
		return name;
	}

	reshape(x: string, shape: Shape): string {
		return this.op('Reshape', [x, this.ints(shape)]);
	}

	transpose(x: string, perm: readonly number[]): string {
		return perm.every((p, i) => p === i) ? x : this.op('Transpose', [x], { perm });
	}

	/** Zeros around a value; negative numbers crop. `before` and `after` per axis. */
	pad(x: string, before: readonly number[], after: readonly number[]): string {
		return [...before, ...after].every((n) => n === 0) ? x : this.op('Pad', [x, this.ints([...before, ...after])]);
	}

	/** The box begin <= index < end on the given axes. */
	slice(x: string, begin: readonly number[], end: readonly number[], axes: readonly number[]): string {
		return this.op('Slice', [x, this.ints(begin), this.ints(end), this.ints(axes)]);
	}

	/** The order along the given axes turned round. */
	flip(x: string, axes: readonly number[]): string {
		if (axes.length === 0) return x;
		const all = (value: number) => this.ints(axes.map(() => value));
		return this.op('Slice', [x, all(-1), all(-(2 ** 31)), this.ints(axes), all(-1)]);
	}

	/** Matrix product over the last two axes. */
	matmul(a: string, b: string, transA = false, transB = false): string {
		if (!transA && !transB) return this.op('MatMul', [a, b]);
		return this.op('FusedMatMul', [a, b], { transA: Number(transA), transB: Number(transB) }, 'com.microsoft');
	}

	/** Emit everything that the outputs need. */
	emit(outputs: Outputs): void {
		for (const node of topological(Object.values(outputs))) this.names.set(node, this.emitNode(node));
		for (const [name, tensor] of Object.entries(outputs)) {
			// A result may be an input, or be asked for under two names: an identity gives each its own.
			this.model.node('Identity', [this.name(tensor)], [`out:${name}`], {}, '');
			this.model.output(`out:${name}`, tensor.shape);
		}
	}

	private emitNode(node: Tensor): string {
		if (node.op === 'constant' || (node.op === 'parameter' && this.options.parameters !== 'input')) {
			if (node.size === 1 && node.rank === 0 && node.dtype === 'float32') return this.scalar(node.data![0] as number);
			const name = `c${this.counter++}`;
			this.model.initializer(name, node.data!, node.shape);
			return name;
		}
		if (node.op === 'input' || node.op === 'parameter') {
			const name = `in:${node.name}`;
			this.model.input(name, node.dtype, node.shape);
			return name;
		}
		const rule = lowerings.get(node.op);
		if (!rule) throw new AtelierError('E_ENGINE', `expected an op that onnxruntime has a rule for, got '${node.op}'`);
		return rule(node, this);
	}
}
