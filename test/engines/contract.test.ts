/** @file What every engine promises beside the arithmetic: feeds, parameters, outputs, errors, repeatability. */

import { describe, expect, it } from 'vitest';
import { type CompileOptions, type Engine, engineByName, engineNames, type Outputs } from '../../src/engines/index.js';
import { Random } from '../../src/random.js';
import * as t from '../../src/tensor/index.js';
import { everyEngine } from './check.js';

const engines = await everyEngine();

async function run(
	engine: Engine,
	outputs: Outputs,
	feeds: Record<string, Float32Array | Int32Array>,
	options?: CompileOptions,
) {
	const program = await engine.compile(outputs, options);
	try {
		return await program.run(feeds);
	} finally {
		await program.dispose();
	}
}

describe('engines by name', () => {
	it('knows the three', () => expect(engineNames).toEqual(['onnxruntime', 'tensorflow', 'reference']));
	it.each(['tensorflaw', '', 'toString'])('refuses %j and lists the valid names', async (name) => {
		await expect(engineByName(name)).rejects.toMatchObject({
			code: 'E_ENGINE',
			message: expect.stringContaining('onnxruntime, tensorflow, reference'),
		});
	});
	it('always has the reference', () => expect(engines.map((e) => e.name)).toContain('reference'));
});

describe.each(engines.map((e) => [e.description, e] as const))('%s', (_, engine) => {
	const x = t.input('x', [2, 3]);
	const numbers = Float32Array.of(1, 2, 3, 4, 5, 6);

	it('has its name and a description', () => {
		expect(engineNames).toContain(engine.name);
		expect(engine.description.length).toBeGreaterThan(5);
	});

	it.each([
		['missing', {}],
		['too short', { x: new Float32Array(5) }],
		['of the wrong type', { x: new Int32Array(6) }],
	])('refuses a feed that is %s', async (_, feeds) => {
		await expect(run(engine, { y: t.neg(x) }, feeds)).rejects.toMatchObject({
			code: 'E_SHAPE',
			message: expect.stringMatching(/6 float32 .*'x'/),
		});
	});

	it('returns inputs, constants, parameters and the same tensor twice', async () => {
		const p = t.parameter('p', [2], Float32Array.of(7, 8));
		const y = t.mul(x, 2);
		const got = await run(
			engine,
			{ input: x, constant: t.constant(Float32Array.of(9), [1]), p, first: y, second: y },
			{ x: numbers },
		);
		expect(got).toEqual({
			input: numbers,
			constant: Float32Array.of(9),
			p: Float32Array.of(7, 8),
			first: numbers.map((v) => v * 2),
			second: numbers.map((v) => v * 2),
		});
	});

	it('gives results that neither alias the feeds nor change with the next run', async () => {
		const program = await engine.compile({ same: x, moved: t.reshape(x, [6]) });
		const feed = numbers.slice();
		const first = await program.run({ x: feed });
		first.same!.fill(-1);
		expect(feed).toEqual(numbers);
		await program.run({ x: new Float32Array(6) });
		expect(first.moved).toEqual(numbers);
		await program.dispose();
	});

	it('gives the same bits at every run', async () => {
		const random = new Random(3);
		const a = t.input('a', [17, 31]);
		const y = t.softmax(t.matmul(a, a, false, true));
		const feeds = { a: Float32Array.from({ length: a.size }, () => random.normal()) };
		const program = await engine.compile({ y, dy: t.gradients(t.sum(t.square(y)), [a])[0]! });
		expect(await program.run(feeds)).toEqual(await program.run(feeds));
		await program.dispose();
	});

	it('keeps runs that overlap apart', async () => {
		const program = await engine.compile({ y: t.mul(x, x) });
		const both = await Promise.all([1, 2].map((v) => program.run({ x: new Float32Array(6).fill(v) })));
		expect(both.map((r) => r.y![0])).toEqual([1, 4]);
		await program.dispose();
	});

	it("bakes 'constant' parameters in and reads 'input' parameters anew", async () => {
		const data = Float32Array.of(1, 1, 1);
		const p = t.parameter('p', [3], data);
		const outputs = { y: t.add(t.mul(x, 0), p) };
		const baked = await engine.compile(outputs);
		const open = await engine.compile(outputs, { parameters: 'input' });
		data.fill(2);
		expect((await baked.run({ x: numbers })).y).toEqual(new Float32Array(6).fill(1));
		expect((await open.run({ x: numbers })).y).toEqual(new Float32Array(6).fill(2));
		data.fill(3);
		expect((await open.run({ x: numbers })).y).toEqual(new Float32Array(6).fill(3));
		await baked.dispose();
		await open.dispose();
	});

	it("differentiates with respect to 'input' parameters", async () => {
		const p = t.parameter('p', [3], Float32Array.of(1, 2, 3));
		const [dp] = t.gradients(t.sum(t.mul(t.square(p), x)), [p]);
		const { dp: got } = await run(engine, { dp: dp! }, { x: numbers }, { parameters: 'input' });
		expect(got).toEqual(Float32Array.of(10, 28, 54)); // 2 p (x0 + x1)
	});

	it('takes int32 feeds', async () => {
		const ids = t.input('ids', [2], 'int32');
		const table = t.constant(numbers, [3, 2]);
		const { y } = await run(engine, { y: t.gather(table, ids) }, { ids: Int32Array.of(2, 0) });
		expect(y).toEqual(Float32Array.of(5, 6, 1, 2));
	});

	it('runs the same program again after others were disposed', async () => {
		const kept = await engine.compile({ y: t.neg(x) });
		await run(engine, { y: t.exp(x) }, { x: numbers });
		expect((await kept.run({ x: numbers })).y).toEqual(numbers.map((v) => -v));
		await kept.dispose();
	});
});
