/** @file What the benchmarks share: counting products in a graph, the speed of an engine's own matrix multiply, medians of interleaved runs. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine, Executable, Feed, Outputs } from '../src/engines/index.js';
import { Random } from '../src/random.js';
import { constant, input, matmul, simplify, type Tensor, topological } from '../src/tensor/index.js';

/** Floating-point operations (2 a multiply-add) of all products in the graphs, matrix and convolution, each distinct node once. */
export function productFlops(outputs: Outputs): number {
	let flops = 0;
	for (const node of topological(simplify(Object.values(outputs)))) {
		const [a, b] = node.inputs as [Tensor, Tensor];
		const channels = (w: Tensor | readonly number[]) => {
			const shape = 'shape' in w ? w.shape : w;
			return node.attributes.layout === 'NHWC' ? shape.at(-1)! : shape[0]!;
		};
		if (node.op === 'matmul') flops += 2 * node.size * a.dim(node.attributes.transposeA ? -2 : -1);
		else if (node.op === 'conv2d') flops += (2 * node.size * b.size) / channels(b);
		// Both gradients of a convolution take as many multiply-adds as itself.
		else if (node.op === 'conv2dGradInput') flops += (2 * a.size * b.size) / channels(b);
		else if (node.op === 'conv2dGradWeight') flops += (2 * b.size * node.size) / channels(node.shape);
	}
	return flops;
}

/** A program with its numbers, ready to be timed. */
export interface Timed {
	readonly executable: Executable;
	readonly feeds: Readonly<Record<string, Feed>>;
}

const side = 1024;
/** Products one after the other in a run, so that the cost of starting it does not count. */
const chain = 4;

/** Floating-point operations of one run of {@link multiplication}. */
export const multiplicationFlops = 2 * side ** 3 * chain;

/** 1024^3 matrix products; with a constant right-hand side engines may rearrange it beforehand. */
export async function multiplication(engine: Engine, constantRight: boolean, threads: number): Promise<Timed> {
	const random = new Random(1);
	// Entries of variance 1 / side keep the numbers in range however long the chain.
	const numbers = () => Float32Array.from({ length: side * side }, () => random.uniform(-1, 1) * Math.sqrt(3 / side));
	const [left, right] = [numbers(), numbers()];
	const b = constantRight ? constant(right, [side, side]) : input('b', [side, side]);
	let product: Tensor = input('a', [side, side]);
	for (let i = 0; i < chain; i++) product = matmul(product, b);
	const executable = await engine.compile({ product }, threads ? { threads } : {});
	return { executable, feeds: constantRight ? { a: left } : { a: left, b: right } };
}

/** Runs of one program before the next has its turn; the first of them is not counted. */
const block = 4;

/**
 * Median seconds of each program; they take turns, so that a busy machine slows all alike. Between turns there is a rest:
 * the threads of the program before go on looking for work for a while, and would take a core from the next.
 */
export async function medians(programs: readonly Timed[], rounds: number, seconds: number): Promise<number[]> {
	const times = programs.map((): number[] => []);
	const start = performance.now();
	for (let round = 0; round < rounds; round += block - 1) {
		for (const [i, { executable, feeds }] of programs.entries()) {
			await sleep(100);
			for (let run = 0; run < block; run++) {
				const before = performance.now();
				await executable.run(feeds);
				if (run > 0) times[i]!.push((performance.now() - before) / 1000);
			}
		}
		if ((performance.now() - start) / 1000 > seconds) break;
	}
	return times.map((t) => t.sort((a, b) => a - b)[t.length >> 1]!);
}

/** Three significant digits. */
export const brief = (x: number): number => Number(x.toPrecision(3));

/** Two columns on the terminal. */
export function printRows(rows: readonly (readonly [string, string])[]): void {
	const width = Math.max(...rows.map(([name]) => name.length));
	for (const [name, value] of rows) console.log(`${name.padEnd(width)}  ${value}`);
}
