/** @file Files that PyTorch wrote of CLIP models, OpenAI's and open_clip's, against what the original code computes from them. */

import { describe, expect, it } from 'vitest';
import { clipLoss, cosineMatrix } from '../../src/encoders/clip.js';
import { pooledPositions } from '../../src/encoders/text.js';
import {
	gradients,
	input,
	l2Normalise,
	matmul,
	mean,
	mul,
	reshape,
	softmax,
	type Tensor,
	transpose,
} from '../../src/tensor/index.js';
import { arrayOf, expectClose, fixture, fixtureJson, loadedModel, runGraph, trace } from './parity.js';

const vitTiny = fixture('vit_tiny.expected');

/** A model's features of a fixture's pictures and rows of ids. */
function featuresOf(file: string, config: object | undefined, inputs = vitTiny, rows = 'input.text') {
	const { architecture, store, scale, family } = loadedModel(file, config);
	const pictures = arrayOf(inputs, 'input.image');
	const { shape, data } = inputs.integers.get(rows)!;
	const [n, t] = shape as [number, number];
	const ids = Int32Array.from(data);
	const images = input('images', pictures.shape);
	const tokens = { ids: input('ids', [n, t], 'int32'), positions: input('positions', [n], 'int32') };
	const image = architecture.image!.graph(store, images);
	const text = architecture.text.graph(store, { ...tokens, mask: input('mask', [n, t]) });
	const cosines = cosineMatrix(image, text);
	return {
		architecture,
		family,
		scale,
		images,
		outputs: { image, text, cosines, logits: mul(cosines, scale) },
		feeds: { images: pictures.data, ids, positions: pooledPositions(ids, t) },
	};
}

describe.each(['reference', 'onnxruntime'])('on %s', (engine) => {
	it("OpenAI's program of a ViT says all of its sizes", async () => {
		const expected = fixture('vit_infer.expected');
		const file = 'vit_infer.openai.torchscript_fp16.pt';
		const g = featuresOf(file, undefined, expected, 'input.text_i32');
		expect(g.family).toBe('CLIP');
		expect(g.architecture).toMatchObject({
			embed: 64,
			image: { resolution: 32 },
			text: { context: 77, vocabulary: 400 },
		});
		const loss = clipLoss(g.outputs.logits);
		const [dLoss] = gradients(loss, [g.images]) as [Tensor];
		const [dCosine] = gradients(trace(g.outputs.cosines), [g.images]) as [Tensor];
		const y = await runGraph(engine, { ...g.outputs, loss, dLoss, dCosine }, g.feeds);
		const want = (key: string) => arrayOf(expected, key).data;
		expectClose('images', y.image!, want('out.image_features'), 1e-4);
		expectClose('texts', y.text!, want('out.text_features'), 1e-4);
		expectClose('cosines', y.cosines!, want('out.cosine_matrix'), 1e-5);
		expectClose('logits', y.logits!, want('out.logits_per_image'), 1e-3);
		expectClose('loss', y.loss!, want('out.loss'), 1e-5);
		expectClose('d loss / d image', y.dLoss!, want('grad.loss.wrt_image'), 1e-7, 1e-3);
		expectClose('d cosines / d image', y.dCosine!, want('grad.cos_diag_sum.wrt_image'), 1e-7, 1e-3);
	});

	it.each<[string, string, number]>([
		["OpenAI's program, in halves", 'vit_tiny.openai.torchscript_fp16.pt', 1e-4],
		["a checkpoint of open_clip's training, in halves", 'vit_tiny.openclip_ddp_fp16.pt', 5e-3],
		['a state dictionary', 'vit_tiny.openai.statedict.pt', 1e-4],
	])('%s', async (_, file, tolerance) => {
		const g = featuresOf(file, fixtureJson('vit_tiny.config'));
		const y = await runGraph(engine, g.outputs, g.feeds);
		// What halves lose is in the numbers that go with the program.
		const expected = file.includes('torchscript') ? fixture('vit_tiny.torchscript_fp16.expected') : vitTiny;
		const want = (key: string) => arrayOf(expected, key).data;
		expectClose('images', y.image!, want('out.image_features'), tolerance);
		expectClose('texts', y.text!, want('out.text_features'), tolerance);
		expectClose('logits', y.logits!, want('out.logits_per_image'), 10 * tolerance);
	});

	it("open_clip's with XLM-R as its text tower", async () => {
		const expected = fixture('openclip_xlmr_tiny.expected');
		const config = fixtureJson('openclip_xlmr_tiny.config');
		const g = featuresOf('openclip_xlmr_tiny.safetensors', config, expected);
		expect(g.architecture).toMatchObject({ embed: 24, text: { context: 77, vocabulary: 100, croppable: true } });
		const mask = Float32Array.from(g.feeds.ids, (id) => (id === 1 ? 0 : 1));
		const [dCosine] = gradients(trace(g.outputs.cosines), [g.images]) as [Tensor];
		const y = await runGraph(engine, { ...g.outputs, dCosine }, { ...g.feeds, mask });
		const want = (key: string) => arrayOf(expected, key).data;
		expectClose('images', y.image!, want('out.image_features'), 1e-4);
		expectClose('texts', y.text!, want('out.text_features'), 1e-4);
		expectClose('d cosines / d image', y.dCosine!, want('grad.cos_diag_sum.wrt_image'), 1e-7, 1e-3);
	});

	it('zero-shot: a class is the mean of its texts at unit length', async () => {
		const expected = fixture('vit_tiny.zeroshot');
		const { shape, data } = expected.integers.get('input.text')!;
		const [classes, templates, t] = shape as [number, number, number];
		const { architecture, store } = loadedModel('vit_tiny.openai.safetensors', fixtureJson('vit_tiny.config'));
		const rows = classes * templates;
		const ids = Int32Array.from(data);
		const tokens = { ids: input('ids', [rows, t], 'int32'), positions: input('positions', [rows], 'int32') };
		const text = architecture.text.graph(store, { ...tokens, mask: input('mask', [rows, t]) });
		const classifier = l2Normalise(mean(reshape(l2Normalise(text), [classes, templates, 32]), [1]));
		const images = input('images', [3, 3, 32, 32]);
		const logits = mul(matmul(l2Normalise(architecture.image!.graph(store, images)), classifier, false, true), 100);
		const y = await runGraph(
			engine,
			{ classifier: transpose(classifier), logits, probs: softmax(logits) },
			{ images: arrayOf(vitTiny, 'input.image').data, ids, positions: pooledPositions(ids, t) },
		);
		const want = (key: string) => arrayOf(expected, key).data;
		expectClose('classifier', y.classifier!, want('out.classifier'), 1e-5);
		expectClose('logits', y.logits!, want('out.logits_100'), 1e-3);
		expectClose('probabilities', y.probs!, want('out.probs'), 1e-4);
	});
});
