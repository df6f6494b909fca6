/** @file SigLIP against Hugging Face's implementation: embeddings, loss, gradients; and its configuration and texts. */

import { describe, expect, it } from 'vitest';
import { cosineMatrix } from '../../src/encoders/clip.js';
import { siglipImage, sigmoidLoss } from '../../src/encoders/siglip.js';
import { parseSiglipConfig } from '../../src/encoders/siglip-family.js';
import { pooledPositions } from '../../src/encoders/text.js';
import { add, exp, gradients, input, l2Normalise, mul } from '../../src/tensor/index.js';
import { arrayOf, expectClose, fixture, fixtureJson, loadedModel, runGraph, trace } from './parity.js';

function fixtureGraph() {
	const { architecture, store, ...rest } = loadedModel('siglip_tiny.safetensors', fixtureJson('siglip_tiny.config'));
	const expected = fixture('siglip_tiny.expected');
	const pixels = arrayOf(expected, 'input.pixel_values');
	const ids = Int32Array.from(expected.integers.get('input.input_ids')!.data);
	const images = input('images', pixels.shape);
	const rows = { ids: input('ids', [3, 16], 'int32'), positions: input('positions', [3], 'int32') };
	const image = architecture.image!.graph(store, images);
	const text = architecture.text.graph(store, { ...rows, mask: input('mask', [3, 16]) });
	const cosines = cosineMatrix(image, text);
	const logitScale = store.get('logit_scale', [1]);
	const logitBias = store.get('logit_bias', [1]);
	const logits = add(mul(cosines, exp(logitScale)), logitBias);
	return {
		...rest,
		architecture,
		store,
		expected,
		images,
		outputs: { image: l2Normalise(image), text: l2Normalise(text), logits, loss: sigmoidLoss(logits) },
		cosineSum: trace(cosines),
		parameters: [logitScale, logitBias, store.get('visual.attnpool.probe', [1, 1, 32])],
		feeds: { images: pixels.data, ids, positions: pooledPositions(ids, 16, 'last') },
	};
}

describe.each(['reference', 'onnxruntime', 'tensorflow'])('SigLIP parity on %s', (engine) => {
	it('embeddings, logits, loss, gradients', async () => {
		const g = fixtureGraph();
		const [dCosine] = gradients(g.cosineSum, [g.images]);
		const [dScale, dBias, dProbe] = gradients(g.outputs.loss, g.parameters);
		const more = { dCosine: dCosine!, dScale: dScale!, dBias: dBias!, dProbe: dProbe! };
		const y = await runGraph(engine, { ...g.outputs, ...more }, g.feeds, 'input');
		const want = (key: string) => arrayOf(g.expected, key).data;
		expectClose('images', y.image!, want('out.image_embeds_normalised'), 1e-5);
		expectClose('texts', y.text!, want('out.text_embeds_normalised'), 1e-5);
		expectClose('logits', y.logits!, want('out.logits_per_image'), 1e-3);
		expectClose('loss', y.loss!, want('out.sigmoid_loss'), 1e-5);
		expectClose('d cosines / d image', y.dCosine!, want('grad.cos_diag_sum.wrt_pixel_values'), 1e-7, 1e-3);
		expectClose('d loss / d scale', y.dScale!, want('grad.loss.wrt_logit_scale'), 1e-7, 1e-3);
		expectClose('d loss / d bias', y.dBias!, want('grad.loss.wrt_logit_bias'), 1e-7, 1e-3);
		expectClose('d loss / d probe', y.dProbe!, want('grad.loss.wrt_probe'), 1e-7, 1e-3);
	});
});

describe('SigLIP to the loader', () => {
	it('is a family of its own, with rows of one length that end anywhere', () => {
		const { architecture, family, scale, store } = fixtureGraph();
		expect(family).toBe('SigLIP');
		expect(architecture).toMatchObject({
			embed: 32,
			image: { resolution: 32, pixels: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } },
			text: { context: 16, vocabulary: 80, pooling: 'last', croppable: false },
		});
		expect(scale).toBeCloseTo(Math.exp(store.weights.get('logit_scale')!.data[0]!), 5);
	});

	it('has base-patch16-224 as its defaults', () => {
		const base = parseSiglipConfig({ model_type: 'siglip', text_config: { model_type: 'siglip_text_model' } });
		const blocks = { width: 768, hidden: 3072, layers: 12, heads: 12, activation: 'gelu_tanh', epsilon: 1e-6 };
		expect(base.vision).toEqual({ ...blocks, resolution: 224, patch: 16 });
		expect(base.text).toMatchObject({ ...blocks, context: 64, vocabulary: 32000, causal: false });
	});

	it.each([
		['a tower without head', { vision_config: { vision_use_head: false } }, /vision_use_head/],
		['towers of two widths', { text_config: { projection_size: 512 } }, /projection of 768 .* got 512/],
	])('refuses %s', (_, json, message) => {
		expect(() => parseSiglipConfig(json)).toThrow(message);
	});
});

it('looks past what is left over beside whole patches', async () => {
	const { store } = fixtureGraph();
	const config = { ...parseSiglipConfig(fixtureJson('siglip_tiny.config')).vision, resolution: 35 };
	const expected = fixture('siglip_tiny.expected');
	const pixels = arrayOf(expected, 'input.pixel_values').data;
	const wide = Float32Array.from({ length: 3 * 35 * 35 }, (_, at) => {
		const x = at % 35;
		const y = Math.floor(at / 35) % 35;
		return x < 32 && y < 32 ? pixels[(Math.floor(at / (35 * 35)) * 32 + y) * 32 + x]! : 9;
	});
	const y = await runGraph(
		'reference',
		{ y: l2Normalise(siglipImage(config, store, input('x', [1, 3, 35, 35]))) },
		{ x: wide },
	);
	expectClose('image', y.y!, arrayOf(expected, 'out.image_embeds_normalised').data.subarray(0, 32), 1e-5);
});
