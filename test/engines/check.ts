/** @file Numeric checks shared by the engine tests. */

import { type Engine, engineByName, presentEngines } from '../../src/engines/index.js';
import { evaluate64 } from '../../src/engines/reference/index.js';
import { Random } from '../../src/random.js';
import type { Tensor } from '../../src/tensor/index.js';
import * as t from '../../src/tensor/index.js';

/** The engines of this machine, and the fallbacks of the TensorFlow.js engine beside the runtime that it chose. */
export async function everyEngine(): Promise<Engine[]> {
	const engines = await presentEngines();
	for (const runtime of ['wasm', 'cpu'] as const) {
		const engine = await engineByName('tensorflow', { runtimes: [runtime] });
		if (!engines.some((e) => e.description === engine.description)) engines.push(engine);
	}
	return engines;
}

/** Largest difference as a share of the largest expected magnitude (plus 1e-3, for results near zero); Infinity when a number is not finite or lengths differ. */
export function deviation(got: ArrayLike<number>, expected: ArrayLike<number>): number {
	if (got.length !== expected.length) return Number.POSITIVE_INFINITY;
	let largest = 0;
	let scale = 1e-3;
	for (let i = 0; i < got.length; i++) {
		const difference = Math.abs(got[i]! - expected[i]!);
		largest = difference <= largest ? largest : Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
		scale = Math.max(scale, Math.abs(expected[i]!));
	}
	return largest / scale;
}

/** sum(x * fixed random numbers): a scalar whose gradient exercises every entry of x differently. */
export function randomLoss(x: Tensor, seed = 7): Tensor {
	const random = new Random(seed).split('loss');
	return t.sum(
		t.mul(
			x,
			t.constant(
				Float32Array.from({ length: x.size }, () => random.normal()),
				x.shape,
			),
		),
	);
}

/** The sum of the random losses of several tensors. */
export function randomLossOf(all: readonly Tensor[]): Tensor {
	return all.map((x, i) => randomLoss(x, i + 11)).reduce((a, b) => t.add(a, b));
}

type Feeds = Readonly<Record<string, Float32Array | Int32Array>>;

/** d loss / d each input by central differences on the reference engine in float64: error O(step^2) + 1e-16 / step. */
export function centralDifferences(loss: Tensor, wrt: readonly Tensor[], feeds: Feeds, step = 1e-5): Float64Array[] {
	const at = (name: string, values: Float64Array) => evaluate64({ loss }, { ...feeds, [name]: values }).loss![0]!;
	return wrt.map((x) => {
		const centre = Float64Array.from(feeds[x.name!]!);
		return centre.map((_, i) => {
			const moved = (by: number) => centre.map((v, k) => (k === i ? v + by : v));
			return (at(x.name!, moved(step)) - at(x.name!, moved(-step))) / (2 * step);
		});
	});
}
