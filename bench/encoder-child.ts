/**
 * @file One encoder in a process of its own: what loading it costs, and the speed of guidance through it beside the engine's
 * own matrix multiply. Run by encoders.ts; prints one line of JSON.
 */

import { openEncoder } from '../src/encoders/open-encoder.js';
import { engineByName } from '../src/engines/index.js';
import { Random } from '../src/random.js';
import { constant, gradients, input, matmul, sum } from '../src/tensor/index.js';
import { multiplication, multiplicationFlops, productFlops, type Timed } from './measure.js';

/** What is printed. */
export interface EncoderMeasurements {
	readonly loadSeconds: number;
	/** Above what the process had before, bytes. */
	readonly loadPeak: number;
	/** With the guidance program compiled, and once more after it has run. */
	readonly readyPeak: number;
	readonly runPeak: number;
	readonly compileSeconds: number;
	/** Best seconds of a batch: embeddings; score and gradient; one chain of matrix products. */
	readonly forward: number;
	readonly step: number;
	readonly multiply: number;
	/** Floating-point operations of the same three. */
	readonly flops: { readonly forward: number; readonly step: number; readonly multiply: number };
}

const [folder, viewCount, rounds] = [process.argv[2]!, Number(process.argv[3]), Number(process.argv[4])];
const engine = await engineByName('onnxruntime', { threads: 2 });
// Both threads and the libraries are up before anything is counted.
const product = await multiplication(engine, true, 2);
await product.executable.run(product.feeds);
/** Linux counts in KiB, and so does Node everywhere. */
const peak = () => process.resourceUsage().maxRSS * 1024;
const now = () => performance.now() / 1000;
const before = peak();

const started = now();
const encoder = await openEncoder(folder, engine, { threads: 2 });
const loadSeconds = now() - started;
const loadPeak = peak() - before;

const size = encoder.imageSize;
const images = input('images', [viewCount, size, size, 3]);
const embedding = encoder.imageGraph(images);
const random = new Random(2);
const target = constant(
	Float32Array.from({ length: encoder.width }, () => random.normal()),
	[encoder.width, 1],
);
const score = sum(matmul(embedding, target));
const guided = { score, gradient: gradients(score, [images])[0]! };
const compiling = now();
const step = await engine.compile(guided, { threads: 2 });
const compileSeconds = now() - compiling;
const readyPeak = peak() - before;
const pixels = Float32Array.from({ length: images.size }, () => random.uniform());
await step.run({ images: pixels });
const runPeak = peak() - before;
const forward = await engine.compile({ embedding }, { threads: 2 });

/** Seconds of one run, over as many in a row as fill `seconds`: one that is short would find quiet moments that a long one does not. */
async function timed({ executable, feeds }: Timed, seconds: number): Promise<number> {
	const begin = now();
	let runs = 0;
	do {
		await executable.run(feeds);
		runs++;
	} while (now() - begin < seconds);
	return (now() - begin) / runs;
}
const best = { forward: Number.POSITIVE_INFINITY, step: Number.POSITIVE_INFINITY, multiply: Number.POSITIVE_INFINITY };
await forward.run({ images: pixels });
for (let round = 0; round < rounds; round++) {
	const last = await timed({ executable: step, feeds: { images: pixels } }, 0);
	best.step = Math.min(best.step, last);
	const other = { executable: forward, feeds: { images: pixels } };
	best.forward = Math.min(best.forward, await timed(other, Number.isFinite(best.step) ? best.step / 2 : 0));
	best.multiply = Math.min(best.multiply, await timed(product, best.step));
}
const measured: EncoderMeasurements = {
	loadSeconds,
	loadPeak,
	readyPeak,
	runPeak,
	compileSeconds,
	...best,
	flops: { forward: productFlops({ embedding }), step: productFlops(guided), multiply: multiplicationFlops },
};
console.log(JSON.stringify(measured));
