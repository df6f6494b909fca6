/** @file The default engine: graphs as ONNX models on onnxruntime-node. */

import { createRequire } from 'node:module';
import { AtelierError } from '../../errors.js';
import { simplify, topological } from '../../tensor/index.js';
import type { CompileOptions, Engine, Executable, Outputs } from '../engine.js';
import { feedOf } from '../feeds.js';
import { Emitter } from './emitter.js';
import './convolution.js';
import './lowering.js';

type Ort = typeof import('onnxruntime-node');

/** Options of the engine. */
export interface OnnxEngineOptions {
	/** Execution providers by onnxruntime's names, most wanted first ('cuda', 'coreml', 'dml', 'cpu'); default ['cpu']. */
	readonly providers?: readonly string[];
	/** CPU threads of every program unless it says otherwise; 0 lets onnxruntime choose. */
	readonly threads?: number;
}

/**
 * How long a thread looks for work before it sleeps. Left to itself it goes on for far longer, on a busy machine in the very
 * time that the thread it waits for would need: half as much processor time again, for large steps that alone are 4 %
 * shorter (bench/RESULTS.md).
 */
const spinMicroseconds = '50';

/** The engine; throws E_ENGINE when onnxruntime-node cannot be loaded. */
export async function createOnnxEngine(options: OnnxEngineOptions = {}): Promise<Engine> {
	let ort: Ort;
	try {
		ort = (await import('onnxruntime-node')) as Ort;
	} catch (cause) {
		throw new AtelierError(
			'E_ENGINE',
			`expected onnxruntime-node to load, got: ${message(cause)}; reinstall it with npm ci`,
			{ cause },
		);
	}
	const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string };
	const providers = options.providers ?? ['cpu'];
	return {
		name: 'onnxruntime',
		description: `onnxruntime-node ${version} (${providers.join(', ')})`,
		compile: (outputs, compile = {}) =>
			compileProgram(ort, providers, outputs, { threads: options.threads ?? 0, ...compile }),
	};
}

async function compileProgram(
	ort: Ort,
	providers: readonly string[],
	outputs: Outputs,
	options: CompileOptions,
): Promise<Executable> {
	const names = Object.keys(outputs);
	const simple = simplify(names.map((n) => outputs[n]!));
	const program = Object.fromEntries(names.map((n, i) => [n, simple[i]!]));
	const emitter = new Emitter(options);
	emitter.emit(program);
	const leaves = topological(simple).filter(
		(t) => t.op === 'input' || (t.op === 'parameter' && options.parameters === 'input'),
	);
	let session: import('onnxruntime-node').InferenceSession;
	try {
		session = await ort.InferenceSession.create(emitter.model.encode(), {
			executionProviders: [...providers],
			...(options.threads ? { intraOpNumThreads: options.threads } : {}),
			interOpNumThreads: 1,
			graphOptimizationLevel: 'all',
			logSeverityLevel: 4,
			extra: { session: { intra_op: { spin_duration_us: spinMicroseconds } } },
			externalData: emitter.model.external as never,
		});
	} catch (cause) {
		throw new AtelierError(
			'E_ENGINE',
			`onnxruntime refused the program on ${providers.join(', ')}: ${message(cause)}`,
			{ cause },
		);
	}
	return {
		async run(feeds) {
			const values: Record<string, import('onnxruntime-node').Tensor> = {};
			for (const leaf of leaves)
				values[`in:${leaf.name}`] = new ort.Tensor(leaf.dtype, feedOf(leaf, feeds), leaf.shape);
			const results = await session.run(values);
			return Object.fromEntries(names.map((n) => [n, results[`out:${n}`]!.data as Float32Array]));
		},
		dispose: () => session.release(),
	};
}

const message = (e: unknown) => (e instanceof Error ? e.message : String(e));
