/** @file CLIP graphs against a reference implementation: embeddings, gradients, batch normalisation. */

import { describe, expect, it } from 'vitest';
import {
	CLIP_MEAN,
	CLIP_STD,
	clipLoss,
	cosineLogits,
	cosineMatrix,
	imageEmbedding,
	normaliseImages,
	textEmbedding,
} from '../../src/encoders/clip.js';
import type { LayerStatistics } from '../../src/encoders/normed-convolution.js';
import { ParameterStore } from '../../src/encoders/parameters.js';
import { updateRunningStatistics } from '../../src/encoders/resnet.js';
import { cutRows, pooledPositions } from '../../src/encoders/text.js';
import { Random } from '../../src/random.js';
import { constant, gradients, input, mean, mul, square, sum, type Tensor } from '../../src/tensor/index.js';
import { arrayOf, expectClose, fixture, fixtureModel, runGraph, trace as traceOf } from './parity.js';

/** The whole fixture computation as a graph. */
function graphOf(name: 'vit_tiny' | 'rn_tiny', train = false) {
	const { config, store } = fixtureModel(name);
	const expected = fixture(`${name}.expected`);
	const batch = arrayOf(expected, 'input.image');
	const rows = expected.integers.get('input.text')!;
	const [n, t] = rows.shape as [number, number];
	const ids = Int32Array.from(rows.data);
	const images = input('images', batch.shape);
	const trace = new Map<string, Tensor>();
	const note = (key: string, value: Tensor) => trace.set(key, value);
	const batches: LayerStatistics[] = [];
	const i = imageEmbedding(config, store, images, { trace: note, ...(train && { batches }) });
	const positions = input('positions', [n], 'int32');
	const texts = textEmbedding(config, store, input('ids', [n, t], 'int32'), positions, { trace: note });
	const cosines = cosineMatrix(i, texts);
	const logits = cosineLogits(store, i, texts);
	return {
		store,
		expected,
		images,
		trace,
		batches,
		n,
		t,
		outputs: { i, texts, cosines, logits, loss: clipLoss(logits) },
		cosineSum: traceOf(cosines),
		feeds: { images: batch.data, ids, positions: pooledPositions(ids, t) },
	};
}

const engines = ['reference', 'onnxruntime'];
describe.each(engines)('CLIP parity on %s', (engine) => {
	it.each(['vit_tiny', 'rn_tiny'] as const)(
		'%s: features, logits, loss, image gradients, activations',
		async (name) => {
			const g = graphOf(name);
			const [dLoss] = gradients(g.outputs.loss, [g.images]) as [Tensor];
			const [dCosine] = gradients(g.cosineSum, [g.images]) as [Tensor];
			const y = await runGraph(engine, { ...g.outputs, dLoss, dCosine, ...Object.fromEntries(g.trace) }, g.feeds);
			const want = (key: string) => arrayOf(g.expected, key).data;
			expectClose('image features', y.i!, want('out.image_features'), 1e-4);
			expectClose('text features', y.texts!, want('out.text_features'), 1e-4);
			expectClose('cosines', y.cosines!, want('out.cosine_matrix'), 1e-5);
			expectClose('logits', y.logits!, want('out.logits_per_image'), 1e-3);
			expectClose('loss', y.loss!, want('out.loss'), 1e-5);
			expectClose('d loss / d image', y.dLoss!, want('grad.loss.wrt_image'), 1e-7, 1e-3);
			expectClose('d cosines / d image', y.dCosine!, want('grad.cos_diag_sum.wrt_image'), 1e-7, 1e-3);

			let compared = 0;
			for (const [key, tensor] of g.trace) {
				const act = g.expected.weights.get(`act.${key}`);
				if (!act) continue;
				expectClose(key, y[key]!, comparable(key, act, tensor, g.feeds.positions), 1e-4);
				compared++;
			}
			expect(compared).toBe(8);
		},
	);

	it.each(['vit_tiny', 'rn_tiny'] as const)('%s: gradient of every parameter', async (name) => {
		const g = graphOf(name);
		const expected = fixture(`${name}.grads`).weights;
		const parameters = g.store.all().filter((p) => expected.has(p.name!));
		expect(parameters.map((p) => p.name).sort()).toEqual([...expected.keys()].sort());
		const d = gradients(g.outputs.loss, parameters);
		const y = await runGraph(engine, Object.fromEntries(parameters.map((p, k) => [p.name!, d[k]!])), g.feeds, 'input');
		for (const [key, { data }] of expected) {
			// The gradient of the pooling's key bias is 0 but for rounding: a softmax does not see a common shift.
			if (key === 'visual.attnpool.k_proj.bias') expectClose(key, y[key]!, data, 1e-6);
			else expectClose(key, y[key]!, data, 1e-7, 1e-3);
		}
	});

	it('rn_tiny: batch normalisation in training', async () => {
		const g = graphOf('rn_tiny', true);
		const names = [...g.expected.weights.keys()].filter((k) => k.startsWith('train.grad.')).map((k) => k.slice(11));
		expect(names).toHaveLength(5);
		const parameters = names.map((k) => g.store.all().find((p) => p.name === k)!);
		const d = gradients(g.outputs.loss, parameters);
		const statistics = g.batches.flatMap((b) => [
			[`${b.name} mean`, b.mean] as const,
			[`${b.name} variance`, b.variance] as const,
		]);
		const outputs = {
			...g.outputs,
			...Object.fromEntries(names.map((k, i) => [k, d[i]!])),
			...Object.fromEntries(statistics),
		};
		const y = await runGraph(engine, outputs, g.feeds, 'input');
		const want = (key: string) => arrayOf(g.expected, `train.${key}`).data;
		expectClose('logits', y.logits!, want('out.logits_per_image'), 1e-3);
		expectClose('loss', y.loss!, want('out.loss'), 1e-5);
		for (const k of names) expectClose(k, y[k]!, want(`grad.${k}`), 1e-7, 1e-3);

		expect(g.batches).toHaveLength(22);
		for (const b of g.batches)
			updateRunningStatistics(g.store.weights, b, { mean: y[`${b.name} mean`]!, variance: y[`${b.name} variance`]! });
		for (const bn of ['visual.bn1', 'visual.layer4.0.bn3'])
			for (const key of ['running_mean', 'running_var'])
				expectClose(`${bn}.${key}`, g.store.weights.get(`${bn}.${key}`)!.data, want(`after.${bn}.${key}`), 1e-5);
	});
});

/** Past the last attention only one token is computed: pick it from the fixture's activations of all tokens. */
function comparable(
	key: string,
	act: { shape: readonly number[]; data: Float32Array },
	ours: Tensor,
	positions: Int32Array,
): Float32Array {
	if (key === 'visual.conv1' && act.shape.length === 4 && ours.rank === 3) {
		const [b, d, h, w] = act.shape as [number, number, number, number];
		const out = new Float32Array(act.data.length);
		for (let n = 0; n < b; n++)
			for (let c = 0; c < d; c++)
				for (let k = 0; k < h * w; k++) out[(n * h * w + k) * d + c] = act.data[(n * d + c) * h * w + k]!;
		return out;
	}
	if (act.data.length === ours.size) return act.data;
	const [b, t, d] = act.shape as [number, number, number];
	const rows = key.startsWith('visual') ? Int32Array.from({ length: b }, (_, n) => n * t) : positions;
	return Float32Array.from({ length: b * d }, (_, i) => act.data[rows[Math.floor(i / d)]! * d + (i % d)]!);
}

describe('CLIP graphs', () => {
	it('computes exact GELU and an unmasked, last-token text tower when told so', async () => {
		const { config, store } = fixtureModel('vit_tiny');
		const expected = fixture('vit_tiny.expected');
		const variants = fixture('vit_tiny.openclip_variants.expected');
		const batch = arrayOf(expected, 'input.image');
		const ids = Int32Array.from(expected.integers.get('input.text')!.data);
		const images = input('images', batch.shape);
		const rows = input('ids', [3, 16], 'int32');
		const exact = {
			...config,
			vision: { ...config.vision, activation: 'gelu' as const },
			text: { ...config.text, activation: 'gelu' as const },
		};
		const open = { ...exact, text: { ...exact.text, causal: false } };
		const y = await runGraph(
			'reference',
			{
				images: imageEmbedding(exact as typeof config, store, images),
				texts: textEmbedding(exact as typeof config, store, rows, input('eot', [3], 'int32')),
				open: textEmbedding(open as typeof config, store, rows, input('last', [3], 'int32')),
			},
			{ images: batch.data, ids, eot: pooledPositions(ids, 16), last: pooledPositions(ids, 16, 'last') },
		);
		const want = (key: string) => arrayOf(variants, key).data;
		expectClose('images, GELU', y.images!, want('gelu.image_features'), 1e-4);
		expectClose('texts, GELU', y.texts!, want('gelu.text_features'), 1e-4);
		expectClose('texts, no mask, last token', y.open!, want('gelu_nocausal_last.text_features'), 1e-4);
	});

	it('gives the same text embeddings for rows cut to their longest text', async () => {
		const { config, store } = fixtureModel('vit_tiny');
		const length = 16;
		const ids = new Int32Array(2 * length);
		ids.set([62, 5, 9, 63], 0);
		ids.set([62, 7, 63], length);
		const cut = cutRows(ids, length, 4);
		const positions = pooledPositions(cut, 4);
		expect([...positions]).toEqual([3, 6]);
		const embed = (t: number) => textEmbedding(config, store, input('ids', [2, t], 'int32'), input('at', [2], 'int32'));
		const whole = await runGraph('reference', { y: embed(length) }, { ids, at: pooledPositions(ids, length) });
		const short = await runGraph('reference', { y: embed(4) }, { ids: cut, at: positions });
		expectClose('embeddings', short.y!, whole.y!, 1e-6);
	});

	it('pools by largest id, by a given id and at the end', () => {
		const ids = Int32Array.from([9, 3, 9, 0, /**/ 1, 2, 3, 4]);
		expect([...pooledPositions(ids, 4)]).toEqual([0, 7]);
		expect([...pooledPositions(ids, 4, { id: 3 })]).toEqual([1, 6]);
		expect([...pooledPositions(ids, 4, { id: 9 })]).toEqual([0, 7]);
		expect([...pooledPositions(ids, 4, 'last')]).toEqual([3, 7]);
		expect(() => pooledPositions(ids, 5)).toThrow(/rows of 5/);
	});

	it('carries the gradient to pixels: normaliseImages is (x - mean) / std with channels first', async () => {
		const x = input('x', [1, 2, 2, 3]);
		const y = normaliseImages(x);
		const [dx] = gradients(
			sum(
				mul(
					y,
					constant(
						Float32Array.from({ length: 12 }, (_, i) => i),
						[1, 3, 2, 2],
					),
				),
			),
			[x],
		) as [Tensor];
		const pixels = Float32Array.from({ length: 12 }, (_, i) => i / 12);
		const r = await runGraph('reference', { y, dx }, { x: pixels });
		for (let p = 0; p < 4; p++)
			for (let c = 0; c < 3; c++) {
				expect(r.y![c * 4 + p]).toBeCloseTo((pixels[p * 3 + c]! - CLIP_MEAN[c]!) / CLIP_STD[c]!, 5);
				expect(r.dx![p * 3 + c]).toBeCloseTo((c * 4 + p) / CLIP_STD[c]!, 4);
			}
	});

	it('starts from fresh weights that are named as in a checkpoint', async () => {
		for (const name of ['vit_tiny', 'rn_tiny'] as const) {
			const { config } = fixtureModel(name);
			const store = new ParameterStore(new Map(), new Random(1));
			const images = input('images', [2, 3, config.vision.resolution, config.vision.resolution]);
			const i = imageEmbedding(config, store, images);
			const t = textEmbedding(config, store, input('ids', [2, 16], 'int32'), input('at', [2], 'int32'));
			const logits = cosineLogits(store, i, t);
			const checkpoint = [...fixture(`${name}.openai`).weights].map(([k, v]) => `${k} [${v.shape}]`);
			expect([...store.weights].map(([k, v]) => `${k} [${v.shape}]`).sort()).toEqual(checkpoint.sort());
			const random = new Random(2);
			const pixels = Float32Array.from({ length: images.size }, () => random.normal());
			const ids = Int32Array.from({ length: 32 }, (_, k) => (k % 16) + 1);
			const y = await runGraph(
				'reference',
				{ spread: mean(square(i)), logits },
				{ images: pixels, ids, at: pooledPositions(ids, 16) },
			);
			expect(y.spread![0]).toBeGreaterThan(1e-3);
			expect(y.spread![0]).toBeLessThan(1e3);
			for (const l of y.logits!) expect(Math.abs(l)).toBeLessThan(14.4);
		}
	});

	it('smooths the targets of the loss', async () => {
		const logits = constant(Float32Array.from([2, 0, 0, 2]), [2, 2]);
		const y = await runGraph('reference', { plain: clipLoss(logits), smooth: clipLoss(logits, 0.1) }, {});
		const right = Math.log(1 + Math.exp(-2));
		expect(y.plain![0]).toBeCloseTo(right, 6);
		expect(y.smooth![0]).toBeCloseTo(0.95 * right + 0.05 * (right + 2), 6);
	});

	it('says what does not fit', () => {
		const { config, store } = fixtureModel('vit_tiny');
		expect(() => imageEmbedding(config, store, input('x', [1, 3, 31, 32]))).toThrow(/32, 32/);
		expect(() => clipLoss(input('l', [2, 3]))).toThrow(/N pairs/);
		expect(() => normaliseImages(input('l', [2, 3, 4, 4]))).toThrow(/\[N, H, W, 3\]/);
		const long = input('ids', [1, 17], 'int32');
		expect(() => textEmbedding(config, store, long, input('p', [1], 'int32'))).toThrow(/up to 16/);
		const wrong = { ...config, vision: { ...config.vision, heads: 3 } };
		expect(() => imageEmbedding(wrong, store, input('x', [1, 3, 32, 32]))).toThrow(/divide the width/);
	});
});
