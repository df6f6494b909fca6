/** @file The TensorFlow.js engine's choice of runtime, its manners on the terminal and its memory. */

import { describe, expect, it, vi } from 'vitest';
import { createTensorflowEngine } from '../../src/engines/tensorflow/index.js';
import { loadRuntime, type RuntimeName } from '../../src/engines/tensorflow/runtime.js';
import * as t from '../../src/tensor/index.js';

const x = t.input('x', [3]);
const feeds = { x: Float32Array.of(1, 2, 3) };

// First in this file: what TensorFlow.js prints and installs, it does once a process.
describe('first use', () => {
	it('prints nothing, from the first load on, and leaves the process’s error handlers alone', async () => {
		const spies = [
			...(['log', 'warn', 'error', 'info'] as const).map((k) => vi.spyOn(console, k).mockImplementation(() => {})),
			...[process.stdout, process.stderr].map((s) => vi.spyOn(s, 'write').mockImplementation(() => true)),
		];
		const listeners = () => process.listenerCount('uncaughtException') + process.listenerCount('unhandledRejection');
		const before = listeners();
		for (const runtime of ['wasm', 'cpu'] as const) {
			const engine = await createTensorflowEngine({ runtimes: [runtime] });
			await (await engine.compile({ y: t.neg(x) })).run(feeds);
		}
		const printed = spies.flatMap((s) => s.mock.calls);
		vi.restoreAllMocks();
		expect(printed).toEqual([]);
		expect(listeners()).toBe(before);
	});
});

describe('runtimes', () => {
	it.each(['wasm', 'cpu'] as const)('%s loads and says so', async (runtime) => {
		const engine = await createTensorflowEngine({ runtimes: [runtime] });
		expect(engine.description).toMatch(runtime === 'wasm' ? /wasm/ : /plain JavaScript/);
	});

	it('goes on to the next when one is not there', async () => {
		const engine = await createTensorflowEngine({ runtimes: ['absent' as RuntimeName, 'cpu'] });
		expect(engine.description).toMatch(/plain JavaScript/);
	});

	it('says why when none loads', async () => {
		await expect(loadRuntime(['absent' as RuntimeName])).rejects.toMatchObject({
			code: 'E_ENGINE',
			message: expect.stringMatching(/expected one TensorFlow\.js of absent to load, got none; absent: /),
		});
	});

	it('keeps two backends in one process apart', async () => {
		const engines = await Promise.all((['wasm', 'cpu'] as const).map((r) => createTensorflowEngine({ runtimes: [r] })));
		const programs = await Promise.all(engines.map((e) => e.compile({ y: t.exp(x) })));
		const results = await Promise.all([...programs, ...programs].map((p) => p.run(feeds)));
		for (const { y } of results) expect(y![2]).toBeCloseTo(Math.exp(3), 4);
	});
});

describe('memory', () => {
	it('is all given back', async () => {
		const { tf } = await loadRuntime(['wasm']);
		const before = tf.memory().numTensors;
		const engine = await createTensorflowEngine({ runtimes: ['wasm'] });
		const w = t.parameter('w', [3, 3], new Float32Array(9).fill(0.5));
		const y = t.softmax(t.matmul(t.reshape(x, [1, 3]), w));
		const program = await engine.compile({ y, dx: t.gradients(t.sum(t.square(y)), [x])[0]! });
		await program.run(feeds);
		const loaded = tf.memory().numTensors;
		for (let i = 0; i < 5; i++) await program.run(feeds);
		expect(tf.memory().numTensors).toBe(loaded);
		await expect(program.run({})).rejects.toThrow();
		expect(tf.memory().numTensors).toBe(loaded);
		await program.dispose();
		expect(tf.memory().numTensors).toBe(before);
	});
});
