/** @file Stage-1 training of the built-in encoder: one forward + backward pass on one thread, and of twice the batch on two. */

import { join } from 'node:path';
import { ParameterStore } from '../src/encoders/parameters.js';
import { engineByName } from '../src/engines/index.js';
import { readJson } from '../src/files.js';
import { packageRoot } from '../src/package-root.js';
import { Random } from '../src/random.js';
import { conceptProgram } from '../src/training/concept-objective.js';
import { trainingConfig } from '../src/training/default-config.js';
import { brief, medians, multiplication, multiplicationFlops, printRows, productFlops, type Timed } from './measure.js';

const concepts = 1638;

/** Print a table and, with `json`, a last line of JSON. */
export async function trainBench(json: boolean): Promise<void> {
	const { objective, batch } = trainingConfig(readJson(join(packageRoot(), 'models/builtin/training.json')), concepts);
	const engine = await engineByName('onnxruntime', { threads: 1 });
	const random = new Random(1);
	const store = new ParameterStore(new Map(), random.split('weights'));
	const { size } = objective.tower;
	const program = conceptProgram(objective, store, batch);
	const pass = async (rows: number, threads: number): Promise<Timed> => {
		const { outputs } = conceptProgram(objective, store, rows);
		const feeds = {
			images: Float32Array.from({ length: rows * size * size * 3 }, () => random.uniform()),
			labels: Int32Array.from({ length: rows }, () => random.int(concepts)),
			colors: Int32Array.from({ length: rows }, () => random.int(objective.colors)),
			named: new Float32Array(rows).fill(1),
			colored: new Float32Array(rows).fill(1),
		};
		return { executable: await engine.compile(outputs, { parameters: 'input', threads }), feeds };
	};
	const one = await pass(batch, 1);
	const wide = await pass(2 * batch, 2);
	const [alone, both, multiply] = (await medians([one, wide, await multiplication(engine, false, 1)], 25, 80)) as [
		number,
		number,
		number,
	];
	const gflops = productFlops(program.outputs) / alone / 1e9;
	const gemm = multiplicationFlops / multiply / 1e9;
	const result = {
		images_per_s: brief(batch / alone),
		gflops: brief(gflops),
		ratio: brief(gflops / gemm),
		two_threads: brief((2 * alone) / both),
	};
	printRows([
		[`training pass, batch of ${batch}, one thread`, engine.description],
		['weights', `${brief(program.parameters.reduce((n, p) => n + p.size, 0) / 1e6)} million`],
		['one pass, median', `${brief(alone * 1000)} ms`],
		['products in it', `${brief(productFlops(program.outputs) / 1e9)} GFLOP`],
		['images/s (an image is one forward and backward pass)', `${result.images_per_s}`],
		['speed', `${result.gflops} GFLOP/s`],
		['matrix multiply 1024^3, both sides fed, same thread', `${brief(gemm)} GFLOP/s`],
		['ratio (bar: 0.5)', `${result.ratio}`],
		[`two threads, batch of ${2 * batch}: times as fast (two sessions of one thread: 2)`, `${result.two_threads}`],
	]);
	if (json) console.log(JSON.stringify(result));
}
