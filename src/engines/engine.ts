/** @file What an engine is: it compiles a program for fixed shapes and runs it on fed numbers. */

import type { Tensor } from '../tensor/index.js';

/** Numbers for an input: float32 or int32 after the input's dtype. */
export type Feed = Float32Array | Int32Array;

/** What to compute: named outputs over inputs, parameters and constants. */
export type Outputs = Readonly<Record<string, Tensor>>;

/** How to compile. */
export interface CompileOptions {
	/** 'constant' (default): weights are baked in and may be rearranged for speed; 'input': read anew at every run, for training. */
	readonly parameters?: 'constant' | 'input';
	/** CPU threads; 0 or absent lets the engine choose. */
	readonly threads?: number;
}

/** A compiled program. */
export interface Executable {
	/** Run once. Feeds by input name; results by output name, float32, row-major. Throws E_SHAPE for a missing or mis-sized feed. */
	run(feeds: Readonly<Record<string, Feed>>): Promise<Record<string, Float32Array>>;
	dispose(): Promise<void>;
}

/** Somewhere graphs run. */
export interface Engine {
	readonly name: string;
	/** What is underneath, for people: 'onnxruntime-node 1.30.0 (cpu)'. */
	readonly description: string;
	compile(outputs: Outputs, options?: CompileOptions): Promise<Executable>;
}
