/** @file The contrastive training of CLIP against a reference run and against its formula. */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseClipConfig } from '../../src/encoders/clip.js';
import { ParameterStore, type Weights } from '../../src/encoders/parameters.js';
import { pooledPositions } from '../../src/encoders/text.js';
import { engineByName } from '../../src/engines/index.js';
import { Random } from '../../src/random.js';
import { AdamW } from '../../src/training/adamw.js';
import { clampLogitScale, contrastiveProgram } from '../../src/training/contrastive.js';
import { decayMask, gatherInto, layoutOf, layoutSize, windows } from '../../src/training/shared-parameters.js';
import { arrayOf, expectClose, fixture, fixtureModel } from '../encoders/parity.js';

interface Trained {
	readonly steps: readonly { readonly lr: number; readonly loss: number; readonly logit_scale_after: number }[];
}
const trained = JSON.parse(
	readFileSync(new URL('../fixtures/vit_tiny.train_adamw.json', import.meta.url), 'utf8'),
) as Trained;

/** The fixture's model, its weights in one vector, and its batch. */
function tinyClip() {
	const { config, store } = fixtureModel('vit_tiny');
	const expected = fixture('vit_tiny.expected');
	const images = arrayOf(expected, 'input.image');
	const ids = Int32Array.from(expected.integers.get('input.text')!.data);
	const layout = layoutOf(contrastiveProgram(config, store, 3, 16).parameters);
	const vector = new Float32Array(layoutSize(layout));
	gatherInto(layout, vector, (name) => store.weights.get(name)!.data);
	const weights = windows(layout, vector);
	const program = contrastiveProgram(config, new ParameterStore(weights), 3, 16);
	return {
		config,
		layout,
		vector,
		weights,
		program,
		feeds: { images: images.data, ids, positions: pooledPositions(ids, 16) },
	};
}

describe('training CLIP', () => {
	it('gives the gradients and follows the five steps of the reference code', async () => {
		const { layout, vector, weights, program, feeds } = tinyClip();
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
			const out = await executable.run(feeds);
			expect(Math.abs(out.loss![0]! - want.loss), `loss at step ${step}`).toBeLessThan(1e-5);
			if (step === 0)
				for (const [key, { data }] of grads) expectClose(`d ${key}`, out[`grad:${key}`]!, data, 1e-7, 1e-3);
			gatherInto(layout, gradient, (key) => out[`grad:${key}`]!);
			adam.update(vector, gradient, want.lr);
			clampLogitScale(weights);
			expect(weights.get('logit_scale')!.data[0]).toBeCloseTo(want.logit_scale_after, 5);
		}
		await executable.dispose();
		const final = fixture('vit_tiny.train_adamw.final').weights;
		expect(final.size).toBeGreaterThan(5);
		for (const [key, { data }] of final) expectClose(key, weights.get(key)!.data, data, 1e-5);
	});
});

describe('contrastiveProgram', () => {
	it('is the mean of the cross-entropies over rows and columns, smoothed if asked', async () => {
		const { config, weights, feeds } = tinyClip();
		const engine = await engineByName('onnxruntime', { threads: 1 });
		const lossOf = async (smoothing: number, from: Weights) => {
			const { loss } = contrastiveProgram(config, new ParameterStore(from), 3, 16, { smoothing }).outputs;
			return (await (await engine.compile({ loss: loss! })).run(feeds)).loss![0]!;
		};
		const [plain, smooth] = [await lossOf(0, weights), await lossOf(0.3, weights)];
		const executable = await engine.compile({
			logits: contrastiveProgram(config, new ParameterStore(weights), 3, 16).outputs.logits!,
		});
		const l = (await executable.run(feeds)).logits!;
		const row = (i: number, j: number) => l[i * 3 + j]!;
		const column = (i: number, j: number) => l[j * 3 + i]!;
		const crossEntropy = (at: (i: number, j: number) => number, smoothing: number) => {
			let total = 0;
			for (let i = 0; i < 3; i++) {
				const z = Math.log([0, 1, 2].reduce((s, j) => s + Math.exp(at(i, j)), 0));
				for (let j = 0; j < 3; j++) total -= ((i === j ? 1 - smoothing : 0) + smoothing / 3) * (at(i, j) - z);
			}
			return total / 3;
		};
		expect(plain).toBeCloseTo((crossEntropy(row, 0) + crossEntropy(column, 0)) / 2, 5);
		expect(smooth).toBeCloseTo((crossEntropy(row, 0.3) + crossEntropy(column, 0.3)) / 2, 5);
		expect(Math.abs(smooth - plain)).toBeGreaterThan(1e-3);
	});

	it('starts a fresh ResNet with batch statistics to keep', () => {
		const config = parseClipConfig({
			embed_dim: 8,
			image_resolution: 32,
			vision_layers: [1, 1, 1, 1],
			vision_width: 2,
			vision_heads: 2,
			context_length: 6,
			vocab_size: 10,
			transformer_width: 8,
			transformer_heads: 2,
			transformer_layers: 1,
			activation: 'quick_gelu',
		});
		const program = contrastiveProgram(config, new ParameterStore(new Map(), new Random(1)), 4, 6);
		expect(program.batchNorms.length).toBeGreaterThan(0);
		for (const { name } of program.batchNorms) expect(program.outputs[`variance:${name}`]).toBeDefined();
		for (const p of program.parameters) expect(program.outputs[`grad:${p.name}`]!.shape).toEqual(p.shape);
		expect(program.parameters.some((p) => /running/.test(p.name!))).toBe(false);
	});

	it('refuses a batch of one and a smoothing out of range', () => {
		const { config, store } = fixtureModel('vit_tiny');
		expect(() => contrastiveProgram(config, store, 1, 16)).toThrow(/at least 2 pairs, got 1/);
		expect(() => contrastiveProgram(config, store, 2, 16, { smoothing: 1 })).toThrow(
			/smoothing of 0 to below 1, got 1/,
		);
	});
});

describe('clampLogitScale', () => {
	const scaleOf = (value: number, largest?: number) => {
		const weights: Weights = new Map([['logit_scale', { shape: [], data: new Float32Array([value]) }]]);
		clampLogitScale(weights, largest);
		return weights.get('logit_scale')!.data[0]!;
	};
	it('keeps the factor between 1 and the largest', () => {
		expect(scaleOf(9)).toBeCloseTo(Math.log(100), 6);
		expect(scaleOf(9, 50)).toBeCloseTo(Math.log(50), 6);
		expect(scaleOf(-1)).toBe(0);
		expect(scaleOf(2.5)).toBe(2.5);
	});
	it('wants a logit scale', () => {
		expect(() => clampLogitScale(new Map())).toThrow(/logit_scale/);
	});
});
