/** @file Every op, forward and gradient, on every engine of this machine, against float64 and central differences. */

import { describe, expect, it } from 'vitest';
import { type Outputs, presentEngines } from '../../src/engines/index.js';
import { evaluate64 } from '../../src/engines/reference/index.js';
import { gradients, opNames, type Tensor, topological } from '../../src/tensor/index.js';
import { type Case, cases } from './cases.js';
import { centralDifferences, deviation, randomLoss, randomLossOf } from './check.js';

/** float32 engines against float64, as a share of the largest value; sums of at most some hundred products. */
const engineTolerance = 1e-5;
/** Gradient graphs hold some float32 constants (1/n, 2/sqrt(pi)): 6e-8; differences themselves reach 1e-9. */
const differenceTolerance = 1e-6;

const engines = await presentEngines();
const differentiable = (c: Case): Tensor[] => c.inputs.filter((x) => x.dtype === 'float32');

/** The result with d randomLoss / d each float input. */
function firstOrder(c: Case): Outputs {
	const wrt = differentiable(c);
	const slopes = gradients(randomLoss(c.output), wrt);
	return { y: c.output, ...Object.fromEntries(slopes.map((g, i) => [`d ${wrt[i]!.name}`, g])) };
}

/** A random loss of the gradients, with its gradients. */
function secondOrder(c: Case): { loss: Tensor; slopes: Outputs } {
	const wrt = differentiable(c);
	const loss = randomLossOf(gradients(randomLoss(c.output), wrt));
	return { loss, slopes: Object.fromEntries(gradients(loss, wrt).map((g, i) => [wrt[i]!.name!, g])) };
}

const title = (c: Case) => `${c.op}: ${c.name}`;
const titled = (list: readonly Case[]) => list.map((c) => [title(c), c] as const);

describe('cases', () => {
	it('cover every op', () => {
		expect(opNames().filter((op) => !cases.some((c) => c.op === op))).toEqual([]);
	});
	it.each(titled(cases))('%s uses its op', (_, c) => {
		expect(topological([c.output]).map((node) => node.op)).toContain(c.op);
	});
});

describe('reference gradients against central differences', () => {
	const smooth = cases.filter((c) => c.smooth && differentiable(c).length > 0);
	it.each(titled(smooth))('%s', (_, c) => {
		const wrt = differentiable(c);
		const { y: _y, ...slopes } = evaluate64(firstOrder(c), c.feeds);
		const expected = centralDifferences(randomLoss(c.output), wrt, c.feeds);
		Object.values(slopes).forEach((g, i) => {
			expect(deviation(g, expected[i]!), `d ${wrt[i]!.name}`).toBeLessThan(differenceTolerance);
		});
	});

	it.each(titled(smooth.filter((c) => c.second)))('second order, %s', (_, c) => {
		const { loss, slopes } = secondOrder(c);
		const expected = centralDifferences(loss, differentiable(c), c.feeds);
		Object.entries(evaluate64(slopes, c.feeds)).forEach(([name, g], i) => {
			expect(deviation(g, expected[i]!), `d ${name}`).toBeLessThan(differenceTolerance);
		});
	});
});

describe.each(engines.map((e) => [e.name, e] as const))('%s against the reference', (_, engine) => {
	async function compare(outputs: Outputs, feeds: Case['feeds']): Promise<void> {
		const program = await engine.compile(outputs);
		const got = await program.run(feeds);
		await program.dispose();
		const expected = evaluate64(outputs, feeds);
		expect(Object.keys(got).sort()).toEqual(Object.keys(expected).sort());
		for (const name of Object.keys(expected)) {
			expect(got[name], name).toBeInstanceOf(Float32Array);
			expect(deviation(got[name]!, expected[name]!), name).toBeLessThan(engineTolerance);
		}
	}
	it.each(titled(cases))('forward, %s', (_, c) => compare({ y: c.output }, c.feeds));
	it.each(titled(cases))('with gradient, %s', (_, c) => compare(firstOrder(c), c.feeds));
	it.each(titled(cases.filter((c) => c.second)))('second order, %s', (_, c) => compare(secondOrder(c).slopes, c.feeds));
});
