/** @file The engines by name, and which of them this machine has. */

import { AtelierError } from '../errors.js';
import type { Engine } from './engine.js';

export * from './engine.js';

/** Options of all engines; each takes what concerns it. */
export interface EngineOptions {
	/** onnxruntime: execution providers in order of preference, e.g. ['cuda', 'cpu']. */
	readonly providers?: string[];
	/** CPU threads; absent lets the engine choose. */
	readonly threads?: number;
	/** tensorflow: the runtimes to try, in order. */
	readonly runtimes?: readonly ('node-gpu' | 'node' | 'wasm' | 'cpu')[];
}

// Loaded on demand: a run needs one engine, and each is tens of megabytes.
const loaders: Readonly<Record<string, (options: EngineOptions) => Promise<Engine>>> = {
	onnxruntime: async (options) => (await import('./onnxruntime/index.js')).createOnnxEngine(options),
	tensorflow: async (options) => (await import('./tensorflow/index.js')).createTensorflowEngine(options),
	reference: async () => (await import('./reference/index.js')).createReferenceEngine(),
};

/** Names that {@link engineByName} takes, the default first. */
export const engineNames: readonly string[] = Object.keys(loaders);

/** Load an engine. Throws E_ENGINE for an unknown name, or when its package is not installed. */
export async function engineByName(name: string, options: EngineOptions = {}): Promise<Engine> {
	const load = Object.hasOwn(loaders, name) ? loaders[name] : undefined;
	if (!load) throw new AtelierError('E_ENGINE', `expected an engine of ${engineNames.join(', ')}, got '${name}'`);
	return load(options);
}

/** Every engine that loads on this machine, in the order of {@link engineNames}. */
export async function presentEngines(options: EngineOptions = {}): Promise<Engine[]> {
	const present: Engine[] = [];
	for (const name of engineNames) {
		try {
			present.push(await engineByName(name, options));
		} catch (error) {
			if (!(error instanceof AtelierError && error.code === 'E_ENGINE')) throw error;
		}
	}
	return present;
}
