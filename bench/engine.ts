/** @file Guidance by CLIP ViT-B/32 (random weights): 4 views of 224 px, cosine with one target and its gradient to the pixels. */

import { CLIP_MEAN, cosineMatrix, imageEmbedding, normaliseImages } from '../src/encoders/clip.js';
import type { ClipConfig } from '../src/encoders/clip-config.js';
import { ParameterStore } from '../src/encoders/parameters.js';
import { engineByName } from '../src/engines/index.js';
import { Random } from '../src/random.js';
import { constant, gradients, input, sum, type Tensor } from '../src/tensor/index.js';
import { brief, medians, multiplication, multiplicationFlops, printRows, productFlops } from './measure.js';

/** Radford et al. 2021, table 20; the text tower is not built here. */
const vitB32: ClipConfig = {
	embed: 512,
	vision: { kind: 'vit', resolution: 224, patch: 32, width: 768, layers: 12, heads: 12, activation: 'quick_gelu' },
	text: { width: 512, layers: 12, heads: 8, activation: 'quick_gelu', context: 77, vocabulary: 49408, causal: true },
};
const views = 4;

/** The outputs to compile: score and gradient of a batch of views. */
export function guidanceGraph(config = vitB32): Record<string, Tensor> {
	const random = new Random(1);
	const size = config.vision.resolution;
	const images = input('images', [views, size, size, CLIP_MEAN.length]);
	const store = new ParameterStore(new Map(), random.split('weights'));
	const embeddings = imageEmbedding(config, store, normaliseImages(images));
	const target = constant(
		Float32Array.from({ length: config.embed }, () => random.normal()),
		[1, config.embed],
	);
	const score = sum(cosineMatrix(embeddings, target));
	return { score, gradient: gradients(score, [images])[0]! };
}

/** Print a table and, with `json`, a last line of JSON. */
export async function engineBench(json: boolean): Promise<void> {
	const engine = await engineByName('onnxruntime');
	const { executable, flops } = await (async () => {
		const outputs = guidanceGraph();
		return { flops: productFlops(outputs), executable: await engine.compile(outputs) };
	})();
	const random = new Random(2);
	const images = Float32Array.from({ length: views * 224 * 224 * 3 }, () => random.uniform());
	await executable.run({ images });
	// Of guidance alone, before the programs that it is compared with.
	const peak = process.resourceUsage().maxRSS;
	const [step, plain, packed] = (await medians(
		[{ executable, feeds: { images } }, await multiplication(engine, false, 0), await multiplication(engine, true, 0)],
		15,
		40,
	)) as [number, number, number];
	const gflops = flops / step / 1e9;
	const gemm = multiplicationFlops / 1e9 / Math.min(plain, packed);
	const result = {
		ms: brief(step * 1000),
		gflops: brief(gflops),
		gemm_gflops: brief(gemm),
		ratio: brief(gflops / gemm),
		// Linux counts in KiB, and so does Node everywhere.
		rss_mb: Math.round((peak * 1024) / 1e6),
	};
	printRows([
		['CLIP ViT-B/32, 4 views of 224 px, forward + gradient', engine.description],
		['one step, median', `${result.ms} ms`],
		['products in it', `${brief(flops / 1e9)} GFLOP`],
		['speed', `${result.gflops} GFLOP/s`],
		['matrix multiply 1024^3, both sides fed', `${brief(multiplicationFlops / plain / 1e9)} GFLOP/s`],
		['matrix multiply 1024^3, right side constant', `${brief(multiplicationFlops / packed / 1e9)} GFLOP/s`],
		['ratio to the faster multiply (bar: 0.75)', `${result.ratio}`],
		['peak memory (bar: 1600 MB)', `${result.rss_mb} MB`],
	]);
	if (json) console.log(JSON.stringify(result));
}
