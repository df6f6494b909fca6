/** @file Finds and loads a TensorFlow.js: the native ones where they are installed, else WebAssembly, else plain JavaScript. */

import { createRequire } from 'node:module';
import type * as Tfjs from '@tensorflow/tfjs-core';
import { AtelierError } from '../../errors.js';

/** The functions of TensorFlow.js. */
export type Tf = typeof Tfjs;

/** 'node-gpu' CUDA, 'node' native CPU, 'wasm' SIMD on one thread, 'cpu' JavaScript. */
export type RuntimeName = 'node-gpu' | 'node' | 'wasm' | 'cpu';

/** All runtimes, the fastest first. */
const runtimeNames: readonly RuntimeName[] = ['node-gpu', 'node', 'wasm', 'cpu'];

/** A TensorFlow.js that loaded. */
export interface Runtime {
	readonly tf: Tf;
	/** TensorFlow.js's name of the backend: 'tensorflow', 'wasm' or 'cpu'. */
	readonly backend: string;
	readonly description: string;
}

const require = createRequire(import.meta.url);

const loaders: Readonly<Record<RuntimeName, () => Promise<Runtime>>> = {
	'node-gpu': () => native('@tensorflow/tfjs-node-gpu'),
	node: () => native('@tensorflow/tfjs-node'),
	wasm: () => portable('wasm', 'wasm, one thread'),
	cpu: () => portable('cpu', 'plain JavaScript'),
};

/** The first runtime of the list that loads; throws E_ENGINE with every reason when none does. */
export async function loadRuntime(names: readonly RuntimeName[] = runtimeNames): Promise<Runtime> {
	const reasons: string[] = [];
	for (const name of names) {
		try {
			return await loaders[name]();
		} catch (cause) {
			reasons.push(`${name}: ${(cause instanceof Error ? cause.message : String(cause)).split('\n')[0]}`);
		}
	}
	throw new AtelierError(
		'E_ENGINE',
		`expected one TensorFlow.js of ${names.join(', ')} to load, got none; ${reasons.join('; ')}`,
	);
}

async function native(name: string): Promise<Runtime> {
	// Read by the C++ library as it loads: no start-up log, and no claim on the GPU's whole memory.
	process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
	process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true';
	// tfjs-node 4.22 calls two functions that Node 23 dropped.
	const util = require('node:util') as Record<string, unknown>;
	util.isNullOrUndefined ??= (x: unknown) => x === null || x === undefined;
	util.isArray ??= Array.isArray;
	// require, for its CommonJS re-exports are not all visible to import.
	const tf = require(name) as Tf;
	tf.enableProdMode();
	await tf.ready();
	const { version } = require(`${name}/package.json`) as { version: string };
	const cuda = (tf.backend() as unknown as { isUsingGpuDevice?: boolean }).isUsingGpuDevice;
	const device = cuda ? 'CUDA' : name.endsWith('gpu') ? 'CPU: no CUDA device found' : 'CPU';
	return { tf, backend: tf.getBackend(), description: `${name} ${version} (${device})` };
}

async function portable(backend: 'wasm' | 'cpu', what: string): Promise<Runtime> {
	const tf = (await import('@tensorflow/tfjs-core')) as Tf;
	// Production mode keeps TensorFlow.js from advertising its native packages on the terminal.
	tf.enableProdMode();
	if (backend === 'cpu') await import('@tensorflow/tfjs-backend-cpu');
	else await import('@tensorflow/tfjs-backend-wasm');
	await withoutProcessListeners(async () => {
		if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js could not start its ${backend} backend`);
	});
	return { tf, backend, description: `@tensorflow/tfjs-core ${tf.version_core} (${what})` };
}

/** Emscripten's start-up code takes over uncaughtException and unhandledRejection, which belong to the program: take them back. */
async function withoutProcessListeners(start: () => Promise<void>): Promise<void> {
	const events = ['uncaughtException', 'unhandledRejection'] as const;
	const before = events.map((event) => new Set(process.listeners(event as 'uncaughtException')));
	await start();
	events.forEach((event, i) => {
		for (const listener of process.listeners(event as 'uncaughtException'))
			if (!before[i]!.has(listener)) process.removeListener(event, listener);
	});
}
