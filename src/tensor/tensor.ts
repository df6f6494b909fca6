/** @file Symbolic tensors with static shapes: a node is an op applied to other nodes; nothing is computed here. */

import { AtelierError } from '../errors.js';

/** Dimensions, outermost first; [] is a scalar. */
export type Shape = readonly number[];

/** int32 tensors are indices: they carry no gradient. */
export type DType = 'float32' | 'int32';

/** Static attributes of an op. */
export type Attributes = Readonly<Record<string, number | string | boolean | readonly number[]>>;

/** What an op is: its shape rule, its gradient rule and one sentence. The arithmetic itself belongs to the engines. */
export interface OpDefinition {
	readonly doc: string;
	/** Shape of the result; throws E_SHAPE when the inputs do not fit together. */
	shape(inputs: readonly Tensor[], attributes: Attributes): Shape;
	/** d loss / d each input as more graph, given d loss / d result; undefined where there is none. Absent: the op is not differentiable. */
	gradient?(node: Tensor, dResult: Tensor): readonly (Tensor | undefined)[];
	/** Result type when it is not float32. */
	readonly dtype?: DType;
}

const table = new Map<string, OpDefinition>();
let nextId = 0;

/** One value of a symbolic computation. */
export class Tensor {
	readonly id = nextId++;
	constructor(
		readonly op: string,
		readonly inputs: readonly Tensor[],
		readonly attributes: Attributes,
		readonly shape: Shape,
		readonly dtype: DType,
		/** Set for inputs and parameters. */
		readonly name?: string,
		/** Set for constants and parameters; a parameter's numbers may change between runs. */
		readonly data?: Float32Array | Int32Array,
	) {}

	get rank(): number {
		return this.shape.length;
	}

	get size(): number {
		return sizeOf(this.shape);
	}

	/** Dimension by index; negative counts from the end. */
	dim(axis: number): number {
		const d = this.shape[axis < 0 ? axis + this.rank : axis];
		if (d === undefined)
			throw new AtelierError(
				'E_SHAPE',
				`expected an axis of [${this.shape}], got ${axis}; use -${this.rank}..${this.rank - 1}`,
			);
		return d;
	}
}

/** Product of dimensions. */
export function sizeOf(shape: Shape): number {
	return shape.reduce((a, b) => a * b, 1);
}

/** Whether two shapes are the same. */
export function sameShape(a: Shape, b: Shape): boolean {
	return a.length === b.length && a.every((d, i) => d === b[i]);
}

/** Add an op to the table. */
export function defineOp(name: string, definition: OpDefinition): void {
	table.set(name, definition);
}

/** The definition of an op; throws for a name that nobody defined. */
export function opDefinition(name: string): OpDefinition {
	const definition = table.get(name);
	if (!definition) throw new AtelierError('E_ARGUMENT', `expected a defined op, got '${name}'`);
	return definition;
}

/** Names of all ops, in order of definition. */
export function opNames(): string[] {
	return [...table.keys()];
}

/** Apply an op: checks and infers the shape. */
export function apply(op: string, inputs: readonly Tensor[], attributes: Attributes = {}): Tensor {
	const definition = opDefinition(op);
	return new Tensor(op, inputs, attributes, definition.shape(inputs, attributes), definition.dtype ?? 'float32');
}

/** A value fed at each run. */
export function input(name: string, shape: Shape, dtype: DType = 'float32'): Tensor {
	return new Tensor('input', [], {}, shape, dtype, name);
}

/** A named weight; engines treat it as a constant for guidance and as an input for training. */
export function parameter(name: string, shape: Shape, data: Float32Array): Tensor {
	checkLength(`parameter '${name}'`, shape, data.length);
	return new Tensor('parameter', [], {}, shape, 'float32', name, data);
}

/** Fixed numbers. A number makes a scalar. */
export function constant(value: number | Float32Array | Int32Array, shape?: Shape): Tensor {
	const data = typeof value === 'number' ? new Float32Array([value]) : value;
	const dims = shape ?? (typeof value === 'number' ? [] : [data.length]);
	checkLength('constant', dims, data.length);
	return new Tensor('constant', [], {}, dims, data instanceof Int32Array ? 'int32' : 'float32', undefined, data);
}

function checkLength(what: string, shape: Shape, length: number): void {
	if (sizeOf(shape) !== length)
		throw new AtelierError('E_SHAPE', `${what}: expected ${sizeOf(shape)} numbers for [${shape}], got ${length}`);
}

/** All nodes that the outputs depend on, every node after its inputs. */
export function topological(outputs: readonly Tensor[]): Tensor[] {
	const order: Tensor[] = [];
	const state = new Map<Tensor, number>(); // index of the next input to visit; -1 = done
	for (const root of outputs) {
		const stack = [root];
		while (stack.length > 0) {
			const node = stack[stack.length - 1]!;
			const next = state.get(node) ?? 0;
			if (next === -1) {
				stack.pop();
			} else if (next < node.inputs.length) {
				state.set(node, next + 1);
				const child = node.inputs[next]!;
				if (state.get(child) === undefined) stack.push(child);
			} else {
				state.set(node, -1);
				order.push(node);
				stack.pop();
			}
		}
	}
	return order;
}
