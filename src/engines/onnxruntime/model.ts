/** @file Writes ONNX models: the few protobuf messages that a graph needs, field numbers after onnx.proto3 (ONNX 1.16). */

import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { Shape } from '../../tensor/index.js';

/** Attribute of an ONNX node; whole numbers are written as INT unless wrapped as {float}. */
export type OnnxAttribute = number | string | readonly number[] | { readonly float: number };

/** ONNX element types in use. */
const elementType = { float32: 1, int32: 6, int64: 7 } as const;

/** Initializers of at least this many bytes are handed to the session beside the model, so that they are not copied into it. */
const externalBytes = 1 << 20;

/** Numbers of one external initializer. */
export interface ExternalData {
	readonly path: string;
	readonly data: Uint8Array;
}

type TypedArray = Float32Array | Int32Array | BigInt64Array;

function message(w: BinaryWriter, field: number, write: (w: BinaryWriter) => void): void {
	w.tag(field, WireType.LengthDelimited).fork();
	write(w);
	w.join();
}
const text = (w: BinaryWriter, field: number, value: string) => w.tag(field, WireType.LengthDelimited).string(value);
const whole = (w: BinaryWriter, field: number, value: number) => w.tag(field, WireType.Varint).int64(value);

/** Collects nodes, initializers, inputs and outputs, and encodes them as a ModelProto. */
export class OnnxModel {
	private readonly graph = new BinaryWriter();
	private readonly inputs: [string, keyof typeof elementType, Shape][] = [];
	private readonly outputs: [string, Shape][] = [];
	readonly external: ExternalData[] = [];
	nodeCount = 0;

	node(
		op: string,
		inputs: readonly string[],
		outputs: readonly string[],
		attributes: Record<string, OnnxAttribute>,
		domain: string,
	): void {
		this.nodeCount++;
		message(this.graph, 1, (w) => {
			for (const name of inputs) text(w, 1, name);
			for (const name of outputs) text(w, 2, name);
			text(w, 4, op);
			for (const [name, value] of Object.entries(attributes))
				message(w, 5, (a) => {
					text(a, 1, name);
					if (typeof value === 'object' && 'float' in value) {
						a.tag(2, WireType.Bit32).float(value.float);
						whole(a, 20, 1);
					} else if (typeof value === 'number') {
						whole(a, 3, value);
						whole(a, 20, 2);
					} else if (typeof value === 'string') {
						text(a, 4, value);
						whole(a, 20, 3);
					} else {
						for (const v of value) whole(a, 8, v);
						whole(a, 20, 7);
					}
				});
			if (domain) text(w, 7, domain);
		});
	}

	initializer(name: string, data: TypedArray, shape: Shape): void {
		const type = data instanceof Float32Array ? 'float32' : data instanceof Int32Array ? 'int32' : 'int64';
		const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
		message(this.graph, 5, (w) => {
			for (const d of shape) whole(w, 1, d);
			whole(w, 2, elementType[type]);
			text(w, 8, name);
			if (bytes.length < externalBytes) {
				w.tag(9, WireType.LengthDelimited).bytes(bytes);
				return;
			}
			const path = `${name}.bin`;
			this.external.push({ path, data: bytes });
			for (const [key, value] of [
				['location', path],
				['offset', '0'],
				['length', String(bytes.length)],
			] as const)
				message(w, 13, (e) => {
					text(e, 1, key);
					text(e, 2, value);
				});
			whole(w, 14, 1);
		});
	}

	input(name: string, type: keyof typeof elementType, shape: Shape): void {
		this.inputs.push([name, type, shape]);
	}

	output(name: string, shape: Shape): void {
		this.outputs.push([name, shape]);
	}

	/** The encoded ModelProto. */
	encode(): Uint8Array {
		const value = (w: BinaryWriter, field: number, name: string, type: keyof typeof elementType, shape: Shape) =>
			message(w, field, (v) => {
				text(v, 1, name);
				message(v, 2, (t) =>
					message(t, 1, (tensor) => {
						whole(tensor, 1, elementType[type]);
						message(tensor, 2, (s) => {
							for (const d of shape) message(s, 1, (dim) => whole(dim, 1, d));
						});
					}),
				);
			});
		text(this.graph, 2, 'atelier');
		for (const [name, type, shape] of this.inputs) value(this.graph, 11, name, type, shape);
		for (const [name, shape] of this.outputs) value(this.graph, 12, name, 'float32', shape);
		const model = new BinaryWriter();
		whole(model, 1, 9);
		text(model, 2, 'atelier');
		model.tag(7, WireType.LengthDelimited).bytes(this.graph.finish());
		for (const [domain, version] of [
			['', 18],
			['com.microsoft', 1],
		] as const)
			message(model, 8, (w) => {
				text(w, 1, domain);
				whole(w, 2, version);
			});
		return model.finish();
	}
}
