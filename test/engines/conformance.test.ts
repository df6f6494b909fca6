/** @file Every op, forward and gradient, on every engine of this machine, against float64 and central differences. */

import { describe, expect, it } from 'vitest';
import type { Outputs } from '../../src/engines/index.js';
import { evaluate64 } from '../../src/engines/reference/index.js';
import { gradients, opNames, type Tensor, topological } from '../../src/tensor/index.js';
import { type Case, cases } from './cases.js';
import { centralDifferences, deviation, everyEngine, randomLoss, randomLossOf } from './check.js';

/** Gradient graphs hold some float32 constants (1/n, 2/sqrt(pi)): 6e-8; differences themselves reach 1e-9. */
const differenceTolerance = 1e-6;

const engines = await everyEngine();
const differentiable = (c: Case): Tensor[] => c.inputs.filter((x) => x.dtype === 'float32');

/** d randomLoss / d each float input. */
function firstOrder(c: Case): Outputs {
	const wrt = differentiable(c);
	const slopes = gradients(randomLoss(c.output), wrt);
	return Object.fromEntries(slopes.map((g, i) => [`d ${wrt[i]!.name}`, g]));
}

/** A random loss of the gradients, with its gradients. */
function secondOrder(c: Case): { loss: Tensor; slopes: Outputs } {
	const wrt = differentiable(c);
	const loss = randomLossOf(gradients(randomLoss(c.output), wrt));
	return { loss, slopes: Object.fromEntries(gradients(loss, wrt).map((g, i) => [`d ${wrt[i]!.name}`, g])) };
}

const title = (c: Case) => `${c.op}: ${c.name}`;
const titled = (list: readonly Case[]) => list.map((c) => [title(c), c] as const);

describe('cases', () => {
	it('cover every op', () => {
		expect(opNames().filter((op) => !cases.some((c) => c.op === op))).toEqual([]);
	});
	it('use the op that they are named for', () => {
		const uses = (c: Case) => topological([c.output]).some((node) => node.op === c.op);
		expect(cases.filter((c) => !uses(c)).map(title)).toEqual([]);
	});
});

describe('reference gradients against central differences', () => {
	function compare(loss: Tensor, slopes: Outputs, c: Case): void {
		const got = evaluate64(slopes, c.feeds);
		centralDifferences(loss, differentiable(c), c.feeds).forEach((expected, i) => {
			const name = `d ${differentiable(c)[i]!.name}`;
			expect(deviation(got[name]!, expected), name).toBeLessThan(differenceTolerance);
		});
	}
	it.each(titled(cases.filter((c) => c.smooth && differentiable(c).length > 0)))('%s', (_, c) => {
		compare(randomLoss(c.output), firstOrder(c), c);
		if (!c.second) return;
		const { loss, slopes } = secondOrder(c);
		compare(loss, slopes, c);
	});
});

describe.each(engines.map((e) => [e.description, e] as const))('%s against the reference', (_, engine) => {
	async function compare(outputs: Outputs, { feeds, tolerance }: Case): Promise<void> {
		const program = await engine.compile(outputs);
		const got = await program.run(feeds);
		await program.dispose();
		const expected = evaluate64(outputs, feeds);
		expect(Object.keys(got).sort()).toEqual(Object.keys(expected).sort());
		for (const name of Object.keys(expected)) {
			expect(got[name], name).toBeInstanceOf(Float32Array);
			expect(deviation(got[name]!, expected[name]!), name).toBeLessThan(tolerance);
		}
	}
	it.each(titled(cases))('%s', async (_, c) => {
		await compare({ result: c.output }, c);
		await compare({ 'result with gradient': c.output, ...firstOrder(c) }, c);
		if (c.second) await compare(secondOrder(c).slopes, c);
	});
});
