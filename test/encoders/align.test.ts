/** @file ALIGN against Hugging Face's implementation, and EfficientNet against torchvision's. */

import { describe, expect, it } from 'vitest';
import { parseAlignConfig } from '../../src/encoders/align-config.js';
import { clipLoss, cosineMatrix } from '../../src/encoders/clip.js';
import { efficientNet, type MobileBlock } from '../../src/encoders/efficientnet.js';
import { normedConvolution } from '../../src/encoders/normed-convolution.js';
import { ParameterStore, type Weights } from '../../src/encoders/parameters.js';
import {
	div,
	gradients,
	input,
	l2Normalise,
	linear,
	mean,
	silu,
	slice,
	sum,
	type Tensor,
} from '../../src/tensor/index.js';
import { arrayOf, expectClose, fixture, fixtureJson, loadedModel, runGraph, trace } from './parity.js';

const engines = ['reference', 'onnxruntime', 'tensorflow'];

function fixtureGraph() {
	const config = fixtureJson('align_tiny.config');
	const { architecture, store, ...rest } = loadedModel('align_tiny.safetensors', config);
	const expected = fixture('align_tiny.expected');
	const pixels = arrayOf(expected, 'input.pixel_values');
	const ids = Int32Array.from(expected.integers.get('input.input_ids')!.data);
	const mask = Float32Array.from(expected.integers.get('input.attention_mask')!.data);
	const images = input('images', pixels.shape);
	const rows = { ids: input('ids', [3, 12], 'int32'), mask: input('mask', [3, 12]) };
	const traced: Record<string, Tensor> = {};
	const image = mean(
		efficientNet(parseAlignConfig(config).vision, store, 'visual', images, {
			trace: (name, value) => {
				traced[name] = value;
			},
		}),
		[2, 3],
	);
	const text = architecture.text.graph(store, { ...rows, positions: input('positions', [3], 'int32') });
	const cosines = cosineMatrix(image, text);
	const logits = div(cosines, store.get('temperature', []));
	return {
		...rest,
		architecture,
		store,
		expected,
		images,
		traced,
		outputs: {
			image: l2Normalise(image),
			text: l2Normalise(text),
			towerImage: l2Normalise(architecture.image!.graph(store, images)),
			logits,
			loss: clipLoss(logits, 0.1),
		},
		cosineSum: trace(cosines),
		feeds: { images: pixels.data, ids, mask },
	};
}

describe.each(engines)('ALIGN parity on %s', (engine) => {
	it('embeddings, activations, logits, loss, gradients at pixels', async () => {
		const g = fixtureGraph();
		const stages = ['stem', 'block.0', 'block.1', 'block.2', 'block.7'];
		const outputs = {
			...g.outputs,
			...Object.fromEntries(stages.map((name) => [name, g.traced[name]!])),
			dLoss: gradients(g.outputs.loss, [g.images])[0]!,
			dCosine: gradients(g.cosineSum, [g.images])[0]!,
		};
		const y = await runGraph(engine, outputs, g.feeds);
		const want = (key: string) => arrayOf(g.expected, key).data;
		for (const name of stages) expectClose(name, y[name]!, want(`act.vision.${name}`), 1e-4);
		expectClose('images', y.image!, want('out.image_embeds_normalised'), 1e-5);
		expectClose("the architecture's images", y.towerImage!, want('out.image_embeds_normalised'), 1e-5);
		expectClose('texts', y.text!, want('out.text_embeds_normalised'), 1e-5);
		expectClose('logits', y.logits!, want('out.logits_per_image'), 1e-3);
		expectClose('loss', y.loss!, want('out.loss_label_smoothing_0.1'), 1e-5);
		expectClose('d loss / d image', y.dLoss!, want('grad.loss.wrt_pixel_values'), 1e-7, 1e-3);
		expectClose('d cosines / d image', y.dCosine!, want('grad.cos_diag_sum.wrt_pixel_values'), 1e-7, 1e-3);
	});

	it('gradients of parameters', async () => {
		const g = fixtureGraph();
		const expected = [...fixture('align_tiny.grads').weights];
		expect(expected).toHaveLength(21);
		const ours = expected.map(([name, { shape }]) => g.store.get(name.replace(/^vision_model\./, 'visual.'), shape));
		const d = gradients(g.outputs.loss, ours);
		const y = await runGraph(engine, Object.fromEntries(expected.map(([name], i) => [name, d[i]!])), g.feeds, 'input');
		for (const [name, { data }] of expected) expectClose(name, y[name]!, data, 1e-7, 1e-3);
	});
});

describe('ALIGN to the loader', () => {
	it('is a family of its own, whose temperature divides', () => {
		const { architecture, family, scale } = fixtureGraph();
		expect(family).toBe('ALIGN');
		expect(scale).toBeCloseTo(1 / 0.13, 4);
		expect(architecture).toMatchObject({
			embed: 40,
			image: { resolution: 49 },
			text: { context: 40, vocabulary: 120, pooling: 'first', croppable: true },
		});
	});

	it('has EfficientNet-B7 and BERT-base as its defaults, and other sizes by configuration', () => {
		const base = parseAlignConfig({ model_type: 'align' });
		const ends = (blocks: readonly MobileBlock[]) =>
			blocks.filter((_, i) => blocks[i + 1]?.residual !== true).map((b) => b.out);
		expect(base).toMatchObject({ embed: 640, resolution: 289, vision: { stem: 64, epsilon: 1e-3 } });
		expect(base.vision.blocks).toHaveLength(55);
		expect(ends(base.vision.blocks)).toEqual([32, 48, 80, 160, 224, 384, 640]);
		expect(base.text).toMatchObject({ width: 768, layers: 12, heads: 12, hidden: 3072, vocabulary: 30522 });
		// EfficientNet-L2, as in the paper: https://arxiv.org/abs/1911.04252, table 7.
		const l2 = parseAlignConfig({
			projection_dim: 1376,
			vision_config: { width_coefficient: 4.3, depth_coefficient: 5.3, image_size: 800 },
		});
		expect(l2.vision.stem).toBe(136);
		expect(l2.vision.blocks).toHaveLength(6 + 11 + 11 + 16 + 16 + 22 + 6);
	});

	it.each([
		['stages that differ in number', { vision_config: { strides: [1, 2] } }, /one number a stage .* got 7, 7, 7, 2/],
		['a last map of another width', { projection_dim: 512 }, /projection_dim 512 channels, got 640/],
		['another pooling', { vision_config: { pooling_type: 'max' } }, /pooling_type/],
	])('refuses %s', (_, json, message) => {
		expect(() => parseAlignConfig(json)).toThrow(message);
	});
});

/** torchvision's names, features.1 onward a stage each, as ours, one block after the other. */
function fromTorchvision(weights: Weights): Weights {
	const inner = (i: number, widens: boolean): readonly string[] => {
		const at = `net.encoder.blocks.${i}`;
		const depthwise = [`${at}.depthwise_conv.depthwise_conv`, `${at}.depthwise_conv.depthwise_norm`];
		const project = [`${at}.projection.project_conv`, `${at}.projection.project_bn`];
		return widens
			? [`${at}.expansion.expand_conv`, `${at}.expansion.expand_bn`, ...depthwise, '', '', ...project]
			: [...depthwise, '', '', ...project];
	};
	const blocks = [...new Set([...weights.keys()].flatMap((k) => /^features\.\d\.\d\.block/.exec(k)?.[0] ?? []))].sort();
	const out: Weights = new Map();
	for (const [name, array] of weights) {
		const [, block, part, rest] = /^(features\.\d\.\d\.block)\.(\d)\.(.+)$/.exec(name) ?? [];
		const stem = /^features\.0\.(\d)\.(.+)$/.exec(name);
		if (stem) out.set(`net.embeddings.${stem[1] === '0' ? 'convolution' : 'batchnorm'}.${stem[2]}`, array);
		else if (block) {
			const i = blocks.indexOf(block);
			const widens = weights.has(`${block}.3.0.weight`);
			const squeeze = /^fc([12])\.(.+)$/.exec(rest!);
			if (squeeze)
				out.set(
					`net.encoder.blocks.${i}.squeeze_excite.${squeeze[1] === '1' ? 'reduce' : 'expand'}.${squeeze[2]}`,
					array,
				);
			else out.set(`${inner(i, widens)[2 * Number(part) + Number(rest![0])]}.${rest!.slice(2)}`, array);
		} else out.set(name, array);
	}
	return out;
}

describe.each(engines)('EfficientNet parity on %s', (engine) => {
	it("torchvision's: its paddings, features, logits, gradient at pixels", async () => {
		interface Stage {
			expand_ratio: number;
			kernel: number;
			stride: 1 | 2;
			in_ch: number;
			out_ch: number;
			repeats: number;
		}
		const { blocks: stages } = fixtureJson('tv_efficientnet_tiny.config') as { blocks: Stage[] };
		const blocks = stages.flatMap((s) =>
			Array.from({ length: s.repeats }, (_, j) => {
				const from = j === 0 ? s.in_ch : s.out_ch;
				const stride = j === 0 ? s.stride : (1 as const);
				const squeezed = Math.max(1, Math.floor(from / 4));
				const residual = stride === 1 && from === s.out_ch;
				return {
					in: from,
					out: s.out_ch,
					kernel: s.kernel,
					stride,
					expand: s.expand_ratio,
					squeezed,
					residual,
					symmetric: true,
				};
			}),
		);
		const store = new ParameterStore(fromTorchvision(fixture('tv_efficientnet_tiny').weights));
		const expected = fixture('tv_efficientnet_tiny.expected');
		const pixels = arrayOf(expected, 'input.image');
		const images = input('images', pixels.shape);
		const map = efficientNet({ stem: 8, blocks, epsilon: 1e-5, symmetric: true }, store, 'net', images);
		const head = { conv: 'features.4.0', bn: 'features.4.1', out: 64, kernel: 1, epsilon: 1e-5 };
		const features = silu(normedConvolution(store, map, head));
		const pooled = mean(features, [2, 3]);
		const logits = linear(pooled, store.get('classifier.1.weight', [10, 64]), store.get('classifier.1.bias', [10]));
		const [d] = gradients(sum(slice(logits, 1, 3, 4)), [images]);
		const y = await runGraph(engine, { features, pooled, logits, d: d! }, { images: pixels.data });
		const want = (key: string) => arrayOf(expected, key).data;
		expectClose('features', y.features!, want('act.features'), 1e-4);
		expectClose('pooled', y.pooled!, want('act.pooled'), 1e-4);
		expectClose('logits', y.logits!, want('out.logits'), 1e-3);
		expectClose('d logit / d image', y.d!, want('grad.logit3_sum.wrt_image'), 1e-7, 1e-3);
	});
});
