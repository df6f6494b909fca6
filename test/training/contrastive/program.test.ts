/** @file The graphs of contrastive training: against a reference run, in parts against the whole, with and without batch norm. */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CLIP_MEAN, CLIP_STD } from '../../../src/encoders/clip.js';
import { parseClipConfig } from '../../../src/encoders/clip-config.js';
import type { Weights } from '../../../src/encoders/parameters.js';
import { pooledPositions } from '../../../src/encoders/text.js';
import { engineByName } from '../../../src/engines/index.js';
import { evaluate64 } from '../../../src/engines/reference/index.js';
import { Random } from '../../../src/random.js';
import { splitProgram } from '../../../src/tensor/index.js';
import { AdamW } from '../../../src/training/adamw.js';
import { parseContrastiveFile } from '../../../src/training/contrastive/config.js';
import { newModel } from '../../../src/training/contrastive/model-file.js';
import { ContrastiveModel, type ContrastiveSetup, clampLogitScale } from '../../../src/training/contrastive/program.js';
import { published } from '../../../src/training/contrastive/published.js';
import { learningRate } from '../../../src/training/contrastive/schedule.js';
import { type ModelConfig, towersOf } from '../../../src/training/contrastive/towers.js';
import { decayMask, gatherInto, layoutOf, layoutSize, windows } from '../../../src/training/shared-parameters.js';
import { arrayOf, expectClose, fixture, fixtureModel } from '../../encoders/parity.js';

interface Trained {
	readonly steps: readonly { readonly lr: number; readonly loss: number; readonly logit_scale_after: number }[];
}
const trained = JSON.parse(
	readFileSync(new URL('../../fixtures/vit_tiny.train_adamw.json', import.meta.url), 'utf8'),
) as Trained;

const both = { weights: true, images: true };
const plain: ContrastiveSetup['loss'] = { kind: 'softmax', smoothing: 0 };
const identity = (n: number) => Float32Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));
const pairs = (n: number) => ({ same: identity(n), labels: new Int32Array(n), labelled: new Float32Array(n) });

/** Normalised planes [n, 3, s, s] as pictures [n, s, s, 3] in [0, 1] (or beyond it, as in the fixture). */
function denormalise(planes: Float32Array, side: number): Float32Array {
	const area = side * side;
	return Float32Array.from(planes, (_, i) => {
		const [n, pixel, c] = [Math.floor(i / (3 * area)), Math.floor(i / 3) % area, i % 3];
		return planes[(n * 3 + c) * area + pixel]! * CLIP_STD[c]! + CLIP_MEAN[c]!;
	});
}

describe('training CLIP', () => {
	it('gives the gradients and follows the five steps of the reference code', async () => {
		const { config, store } = fixtureModel('vit_tiny');
		const expected = fixture('vit_tiny.expected');
		const ids = Int32Array.from(expected.integers.get('input.text')!.data);
		const images = denormalise(arrayOf(expected, 'input.image').data, 32);
		const setup: ContrastiveSetup = {
			model: { kind: 'clip', clip: config, mean: CLIP_MEAN, std: CLIP_STD },
			loss: plain,
		};
		const layout = layoutOf(new ContrastiveModel(setup, store.weights).parameters);
		const vector = new Float32Array(layoutSize(layout));
		gatherInto(layout, vector, (name) => store.weights.get(name)!.data);
		const weights = windows(layout, vector);
		const program = new ContrastiveModel(setup, weights).whole({ rows: 3, side: 32, textLength: 16 });
		const engine = await engineByName('onnxruntime', { threads: 1 });
		const executable = await engine.compile(program.outputs, { parameters: 'input', threads: 1 });
		const adam = new AdamW(
			{ beta1: 0.9, beta2: 0.98, eps: 1e-6, weightDecay: 0.2 },
			decayMask(layout, () => false),
		);
		const gradient = new Float32Array(vector.length);
		const grads = fixture('vit_tiny.grads').weights;
		expect(grads.size).toBe(62);
		expect(layout).toHaveLength(62);
		for (const [step, want] of trained.steps.entries()) {
			const out = await executable.run({ images, ids, positions: pooledPositions(ids, 16), ...pairs(3) });
			expect(Math.abs(out.loss![0]! - want.loss), `loss at step ${step}`).toBeLessThan(1e-5);
			if (step === 0)
				for (const [key, { data }] of grads) expectClose(`d ${key}`, out[`grad:${key}`]!, data, 1e-7, 1e-3);
			gatherInto(layout, gradient, (key) => out[`grad:${key}`]!);
			const rate = learningRate({ schedule: 'cosine', peak: 5e-4, warmup: 3, floor: 0 }, step, 8);
			expect(rate).toBeCloseTo(want.lr, 12);
			adam.update(vector, gradient, rate);
			clampLogitScale(weights, 100);
			expect(weights.get('logit_scale')!.data[0]).toBeCloseTo(want.logit_scale_after, 5);
		}
		await executable.dispose();
		const final = fixture('vit_tiny.train_adamw.final').weights;
		expect(final.size).toBeGreaterThan(5);
		for (const [key, { data }] of final) expectClose(key, weights.get(key)!.data, data, 1e-5);
	});
});

const textSizes = {
	context_length: 6,
	vocab_size: 10,
	transformer_width: 8,
	transformer_heads: 2,
	transformer_layers: 1,
	activation: 'quick_gelu',
};
const clip = (sizes: object): ModelConfig => ({
	kind: 'clip',
	clip: parseClipConfig({ embed_dim: 8, ...textSizes, ...sizes }),
	mean: CLIP_MEAN,
	std: CLIP_STD,
});
const fresh = (sizes: object): ModelConfig =>
	newModel(parseContrastiveFile({ model: sizes, sources: [{ corpus: 'x' }] }).model!, 10);
const text = { width: 8, layers: 1, heads: 2, context: 6 };
const siglip = fresh({ kind: 'siglip', image: { size: 8, patch: 4, width: 8, layers: 1, heads: 2 }, text });
/** Two stages of the seven, so that float64 is soon done. */
const align = published('align', {
	projection_dim: 8,
	vision_config: {
		image_size: 16,
		width_coefficient: 0.25,
		depth_coefficient: 1,
		kernel_sizes: [3, 5],
		in_channels: [32, 16],
		out_channels: [16, 32],
		strides: [1, 2],
		num_block_repeats: [1, 2],
		expand_ratios: [1, 2],
	},
	text_config: {
		vocab_size: 10,
		hidden_size: 8,
		num_hidden_layers: 1,
		num_attention_heads: 2,
		intermediate_size: 12,
		max_position_embeddings: 6,
	},
});
const vit = clip({
	image_resolution: 8,
	vision_layers: 1,
	vision_width: 8,
	vision_heads: 2,
	vision_patch_size: 4,
});
const resnet = clip({ image_resolution: 32, vision_layers: [1, 1, 1, 1], vision_width: 2, vision_heads: 2 });
const builtin: ModelConfig = {
	kind: 'builtin',
	image: { size: 8, stages: [{ channels: 4, blocks: 1 }], embedding: { shape: 5, color: 3, colorShare: 0.2 } },
	text: { width: 8, layers: 1, heads: 2, activation: 'gelu', context: 6, vocabulary: 10, causal: true },
};
const side = (model: ModelConfig) => towersOf(model).size;

function batchOf(model: ModelConfig, n: number) {
	const random = new Random(5);
	const s = side(model);
	const ids = Int32Array.from({ length: n * 6 }, () => random.int(10));
	return {
		images: Float32Array.from({ length: n * s * s * 3 }, () => random.uniform()),
		ids,
		positions: pooledPositions(ids, 6),
		mask: maskOf(n),
		...pairs(n),
		same: Float32Array.from(identity(n), (x, i) => (i === 1 || i === n ? 1 : x)),
		labels: Int32Array.from({ length: n }, (_, i) => i % 3),
		labelled: Float32Array.from({ length: n }, (_, i) => (i === 2 ? 0 : 1)),
	};
}
/** Rows of six tokens, padding at the end of some. */
const maskOf = (n: number) => Float32Array.from({ length: n * 6 }, (_, i) => (i % 6 <= 3 + (i % 4) ? 1 : 0));
const losses: Record<string, ContrastiveSetup['loss']> = {
	softmax: { kind: 'softmax', smoothing: 0.1, prototypes: { concepts: 3, weight: 0.5, smoothing: 0.05 } },
	sigmoid: { kind: 'sigmoid', smoothing: 0 },
};

/** Rows a..b of every array of a batch, its token positions counted anew. */
function rows(batch: ReturnType<typeof batchOf>, n: number, a: number, b: number) {
	const per = batch.images.length / n;
	const ids = batch.ids.slice(a * 6, b * 6);
	const mask = batch.mask.slice(a * 6, b * 6);
	return { images: batch.images.slice(a * per, b * per), ids, mask, positions: pooledPositions(ids, 6) };
}

/** Gradient caching by hand, in float64. */
function inParts(
	model: ContrastiveModel,
	batch: ReturnType<typeof batchOf>,
	n: number,
	chunk: number,
): Record<string, Float64Array> {
	const size = { rows: chunk, side: side(model.setup.model), textLength: 6 };
	const chunks = Array.from({ length: n / chunk }, (_, k) => rows(batch, n, k * chunk, (k + 1) * chunk));
	const embed = { ...model.embedPictures(size).outputs, ...model.embedTexts(size).outputs };
	const parts = chunks.map((c) => evaluate64(embed, c));
	const join = (name: string) => Float64Array.from(parts.flatMap((p) => [...p[name]!]));
	const { images: _i, ids: _t, positions: _p, mask: _m, ...meanings } = batch;
	const loss = evaluate64(model.loss(n).outputs, {
		...meanings,
		pictures: join('pictures'),
		texts: join('texts'),
	});
	const total: Record<string, Float64Array> = { ...loss };
	const pull = { ...model.pullPictures(size, both).outputs, ...model.pullTexts(size).outputs };
	const width = model.towers.width;
	const dImages: number[] = [];
	chunks.forEach((c, k) => {
		const d = (name: string) => loss[name]!.slice(k * chunk * width, (k + 1) * chunk * width);
		const out = evaluate64(pull, { ...c, dPictures: d('dPictures'), dTexts: d('dTexts') });
		dImages.push(...out.dImages!);
		for (const { name } of model.parameters) {
			const key = `grad:${name}`;
			const part = out[key];
			if (part) total[key] = part.map((x, i) => x + (total[key]?.[i] ?? 0));
		}
	});
	return { ...total, dImages: Float64Array.from(dImages) };
}

describe('gradient caching', () => {
	it.each([
		['a vision transformer, softmax', vit, 'softmax'],
		['a vision transformer, sigmoid', vit, 'sigmoid'],
		["SigLIP's towers, sigmoid", siglip, 'sigmoid'],
	] as const)('is exact without batch norm: %s', (_, model, kind) => {
		const one = new ContrastiveModel({ model, loss: losses[kind]! }, new Map(), new Random(3));
		const batch = batchOf(model, 6);
		const whole = evaluate64(one.whole({ rows: 6, side: 8, textLength: 6 }, both).outputs, batch);
		for (const chunk of [1, 2, 3]) {
			const cached = inParts(one, batch, 6, chunk);
			expect(Object.keys(cached)).toEqual(expect.arrayContaining(Object.keys(whole)));
			for (const [name, data] of Object.entries(whole))
				expectClose(`${name}, chunks of ${chunk}`, cached[name]!, data, 1e-10, 1e-9);
		}
	});

	it.each([
		['a ResNet', resnet],
		['the built-in tower', builtin],
		["ALIGN's", align],
	])('takes the statistics of a chunk where there is batch norm: %s', (_, model) => {
		const one = new ContrastiveModel({ model, loss: losses.softmax! }, new Map(), new Random(3));
		const batch = batchOf(model, 4);
		const size = { rows: 4, side: side(model), textLength: 6 };
		const { outputs, batchNorms } = one.whole(size, both);
		expect(batchNorms.length).toBeGreaterThan(0);
		const whole = evaluate64(outputs, batch);
		// One chunk is the batch itself, two are not.
		const same = inParts(one, batch, 4, 4);
		const split = inParts(one, batch, 4, 2);
		for (const { name } of one.parameters)
			expectClose(name!, same[`grad:${name}`]!, whole[`grad:${name}`]!, 1e-10, 1e-9);
		expect(Math.abs(split.loss![0]! - whole.loss![0]!)).toBeGreaterThan(1e-6);
	});

	it('may keep what the second pass needs instead of computing it again', () => {
		const one = new ContrastiveModel({ model: builtin, loss: losses.softmax! }, new Map(), new Random(3));
		const batch = batchOf(builtin, 4);
		const { outputs, seed } = one.pullPictures({ rows: 4, side: 8, textLength: 6 }, both);
		const dPictures = Float32Array.from({ length: 32 }, (_, i) => Math.sin(i));
		const parts = splitProgram(outputs, [seed!]);
		expect(Object.keys(parts.first)).toEqual(expect.arrayContaining(['pictures', 'kept:0']));
		const kept = evaluate64(parts.first, { images: batch.images });
		const late = evaluate64(parts.second, { images: batch.images, ...kept, dPictures });
		const whole = evaluate64(outputs, { images: batch.images, dPictures });
		expect(Object.keys({ ...kept, ...late })).toEqual(expect.arrayContaining(Object.keys(whole)));
		for (const [name, data] of Object.entries(whole))
			expectClose(name, { ...kept, ...late }[name]!, data, 1e-12, 1e-12);
	});
});

describe('gradients of other architectures', () => {
	it.each([
		['SigLIP', siglip, 'sigmoid'],
		['ALIGN, whose batch norms take the batch', align, 'softmax'],
	] as const)('are central differences of the loss, and what an engine computes: %s', async (_, model, kind) => {
		const one = new ContrastiveModel({ model, loss: losses[kind]! }, new Map(), new Random(7));
		const batch = batchOf(model, 4);
		const { outputs } = one.whole({ rows: 4, side: side(model), textLength: 6 }, both);
		const y = evaluate64(outputs, batch);
		const engine = await engineByName('onnxruntime', { threads: 1 });
		const executable = await engine.compile(outputs, { parameters: 'input', threads: 1 });
		const found = await executable.run(batch);
		await executable.dispose();
		for (const [name, data] of Object.entries(y)) expectClose(name, found[name]!, data, 1e-5, 1e-4);
		const random = new Random(9);
		const groups = 4;
		for (let group = 0; group < groups; group++) {
			const moved = one.parameters.filter((_, i) => i % groups === group);
			const directions = moved.map(({ data }) => Float64Array.from(data as Float32Array, () => random.normal()));
			const slope = moved.reduce(
				(total, { name }, k) => total + y[`grad:${name}`]!.reduce((sum, d, i) => sum + d * directions[k]![i]!, 0),
				0,
			);
			const lossAt = (by: number) => {
				const feeds = moved.map(({ name, data }, k) => [
					name!,
					Float64Array.from(data as Float32Array, (x, i) => x + by * directions[k]![i]!),
				]);
				return evaluate64({ loss: outputs.loss! }, { ...batch, ...Object.fromEntries(feeds) }).loss![0]!;
			};
			const h = 1e-5;
			const measured = (lossAt(h) - lossAt(-h)) / (2 * h);
			expect(Math.abs(measured)).toBeGreaterThan(1e-3);
			expect(Math.abs(slope - measured), moved.map((p) => p.name).join()).toBeLessThan(
				1e-5 * Math.abs(measured) + 1e-7,
			);
		}
	});
});

describe('ContrastiveModel', () => {
	it('trains neither a locked tower nor running statistics', () => {
		const names = (lock?: 'image' | 'text') => {
			const weights: Weights = new Map();
			const model = new ContrastiveModel(
				{ model: resnet, loss: losses.sigmoid!, ...(lock && { lock }) },
				weights,
				new Random(1),
			);
			expect([...weights.keys()].some((n) => n.endsWith('running_var'))).toBe(true);
			return model.parameters.map((p) => p.name!);
		};
		const all = names();
		expect(all.some((n) => n.includes('running'))).toBe(false);
		expect(names('image')).toEqual(all.filter((n) => !n.startsWith('visual.')));
		expect(names('text')).toEqual(all.filter((n) => n.startsWith('visual.') || n.startsWith('logit_')));
		expect(all).toEqual(expect.arrayContaining(['logit_scale', 'logit_bias', 'token_embedding.weight']));
	});

	it('says which weight is missing', () => {
		expect(() => new ContrastiveModel({ model: vit, loss: plain }, new Map())).toThrow(/visual.conv1.weight/);
	});

	it('refuses a smoothing out of range', () => {
		const make = () => new ContrastiveModel({ model: vit, loss: { ...plain, smoothing: 1 } }, new Map(), new Random(1));
		expect(make).toThrow(/smoothing of 0 to below 1, got 1/);
	});
});

describe('clampLogitScale', () => {
	const scaleOf = (value: number, largest: number) => {
		const weights: Weights = new Map([['logit_scale', { shape: [], data: new Float32Array([value]) }]]);
		clampLogitScale(weights, largest);
		return weights.get('logit_scale')!.data[0]!;
	};
	it('keeps the factor between 1 and the largest', () => {
		expect(scaleOf(9, 100)).toBeCloseTo(Math.log(100), 6);
		expect(scaleOf(9, 50)).toBeCloseTo(Math.log(50), 6);
		expect(scaleOf(-1, 100)).toBe(0);
		expect(scaleOf(2.5, 100)).toBe(2.5);
	});
	it('wants a logit scale', () => {
		expect(() => clampLogitScale(new Map(), 100)).toThrow(/logit_scale/);
	});
});
