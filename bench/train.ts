/** @file Stage-1 training: one forward + backward pass of the default model on a batch of 128, on one thread. */

import { ParameterStore } from '../src/encoders/parameters.js';
import { engineByName } from '../src/engines/index.js';
import { Random } from '../src/random.js';
import { conceptProgram } from '../src/training/concept-objective.js';
import { trainingConfig } from '../src/training/default-config.js';
import { brief, medians, multiplication, multiplicationFlops, printRows, productFlops } from './measure.js';

const concepts = 684;
const threads = 1;

/** Print a table and, with `json`, a last line of JSON. */
export async function trainBench(json: boolean): Promise<void> {
	const { objective, batch } = trainingConfig({}, concepts);
	const random = new Random(1);
	const store = new ParameterStore(new Map(), random.split('weights'));
	const { outputs, parameters } = conceptProgram(objective, store, batch);
	const flops = productFlops(outputs);
	const engine = await engineByName('onnxruntime', { threads });
	const executable = await engine.compile(outputs, { parameters: 'input', threads });
	const { size } = objective.tower;
	const feeds = {
		images: Float32Array.from({ length: batch * size * size * 3 }, () => random.uniform()),
		labels: Int32Array.from({ length: batch }, () => random.int(concepts)),
		colors: Int32Array.from({ length: batch }, () => random.int(objective.colors)),
		named: new Float32Array(batch).fill(1),
		colored: new Float32Array(batch).fill(1),
	};
	const [pass, multiply] = (await medians(
		[{ executable, feeds }, await multiplication(engine, false, threads)],
		25,
		40,
	)) as [number, number];
	const gflops = flops / pass / 1e9;
	const gemm = multiplicationFlops / multiply / 1e9;
	const result = { images_per_s: brief(batch / pass), gflops: brief(gflops), ratio: brief(gflops / gemm) };
	printRows([
		[`training pass, batch of ${batch}, ${threads} thread`, engine.description],
		['weights', `${brief(parameters.reduce((n, p) => n + p.size, 0) / 1e6)} million`],
		['one pass, median', `${brief(pass * 1000)} ms`],
		['products in it', `${brief(flops / 1e9)} GFLOP`],
		['images/s (an image is one forward and backward pass)', `${result.images_per_s}`],
		['speed', `${result.gflops} GFLOP/s`],
		['matrix multiply 1024^3, both sides fed, same thread', `${brief(gemm)} GFLOP/s`],
		['ratio (bar: 0.5)', `${result.ratio}`],
	]);
	if (json) console.log(JSON.stringify(result));
}
