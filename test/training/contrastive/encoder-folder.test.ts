/** @file Encoders written and read again are the same, whatever their form; fresh weights are as the recipe says. */

import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Weights } from '../../../src/encoders/parameters.js';
import { trainBpe } from '../../../src/encoders/tokenizers/train-bpe.js';
import { Random } from '../../../src/random.js';
import { parseContrastiveFile } from '../../../src/training/contrastive/config.js';
import { readEncoderFolder, writeEncoderFolder } from '../../../src/training/contrastive/encoder-folder.js';
import { initialise } from '../../../src/training/contrastive/initialise.js';
import { newModel } from '../../../src/training/contrastive/model-file.js';
import { ContrastiveModel } from '../../../src/training/contrastive/program.js';
import type { ModelConfig } from '../../../src/training/contrastive/towers.js';
import { expectClose } from '../../encoders/parity.js';

const root = mkdtempSync(join(tmpdir(), 'encoders-'));
afterAll(() => rm(root, { recursive: true }));

const text = { width: 16, layers: 1, heads: 2, context: 8, vocabulary: 600 };
const model = (sizes: object): ModelConfig => {
	const file = parseContrastiveFile({ model: { ...sizes, text }, sources: [{ corpus: 'x' }] });
	return newModel(file.model!, 600);
};
const vit = model({
	kind: 'vit',
	embed: 8,
	image: { size: 16, patch: 8, width: 32, layers: 2, heads: 2 },
	activation: 'gelu_tanh',
});
const resnet = model({ kind: 'resnet', embed: 8, image: { size: 32, width: 4, heads: 2 } });
const siglip = model({ kind: 'siglip', image: { size: 16, patch: 8, width: 8, layers: 2, heads: 2 } });
const align = model({ kind: 'align', image: { size: 32, width: 0.05, depth: 0.1 } });
const builtin = model({
	kind: 'builtin',
	image: { size: 16, stages: [{ channels: 8, blocks: 1 }], embedding: { shape: 6, color: 2 } },
});
/** Hugging Face's models may have MLPs of any width. */
const narrow: ModelConfig =
	vit.kind === 'clip'
		? {
				...vit,
				clip: {
					...vit.clip,
					text: { ...vit.clip.text, hidden: 24 },
					vision: { ...vit.clip.vision, hidden: 40 } as never,
				},
			}
		: vit;
const tokenizer = trainBpe(['a red disc', 'a blue disc', 'a red bar'], { vocabSize: 530 });

function weightsOf(config: ModelConfig): Weights {
	const weights: Weights = new Map();
	new ContrastiveModel({ model: config, loss: { kind: 'softmax', smoothing: 0 } }, weights, new Random(2));
	return weights;
}

describe('an encoder folder', () => {
	it.each([
		['a vision transformer', vit],
		['a vision transformer with narrow MLPs', narrow],
		['a ResNet', resnet],
		['the built-in towers', builtin],
		["SigLIP's towers", siglip],
		["ALIGN's towers", align],
	])('is read as it was written: %s', (name, config) => {
		const folder = join(root, name);
		const weights = weightsOf(config);
		weights.set('prototypes.concepts', { shape: [1, 8], data: new Float32Array(8) });
		writeEncoderFolder(folder, {
			name,
			description: 'a test',
			model: config,
			weights,
			tokenizer,
			bank: { captions: ['a disc'], embeddings: [new Float32Array(8).fill(0.3)] },
			words: ['disc'],
			maxScale: 100,
			provenance: { learntFrom: ['noto', 'openmoji'], shareAlike: ['openmoji'] },
		});
		const read = readEncoderFolder(folder);
		const sizes = (c: ModelConfig) => {
			if (c.kind === 'clip') return { clip: withDefaults(c.clip), mean: c.mean };
			return c.kind === 'builtin' ? { image: c.image } : c;
		};
		expect(sizes(read.model)).toMatchObject(sizes(config));
		expect(read.tokenizer).toEqual(tokenizer);
		expect(read.provenance).toEqual({ learntFrom: ['noto', 'openmoji'], shareAlike: ['openmoji'] });
		weights.delete('prototypes.concepts');
		expect([...read.weights.keys()].sort()).toEqual([...weights.keys()].sort());
		// The built-in format keeps halves.
		for (const [key, { data }] of weights)
			expectClose(key, read.weights.get(key)!.data, data, config.kind === 'builtin' ? 2e-3 : 1e-6);
	});

	it('says what is missing', () => {
		expect(() => readEncoderFolder(join(root, 'absent'))).toThrow(/expected an encoder by name/);
	});
});

/** What a file says although it is the default. */
const withDefaults = (clip: Extract<ModelConfig, { kind: 'clip' }>['clip']) => {
	const tower = <T extends { width: number }>(t: T) => ({ hidden: 4 * t.width, epsilon: 1e-5, ...t });
	return { ...clip, text: tower(clip.text), vision: clip.vision.kind === 'vit' ? tower(clip.vision) : clip.vision };
};

describe('fresh weights', () => {
	const values = { logitScale: { start: 10, max: null }, logitBias: -10 };
	const spread = (weights: Weights, name: string) => {
		const { data } = weights.get(name)!;
		return {
			largest: Math.max(...data.map(Math.abs)),
			deviation: Math.sqrt(data.reduce((s, x) => s + x * x, 0) / data.length),
		};
	};

	it("are PyTorch's defaults in the image tower where the recipe wants them", () => {
		const weights = weightsOf(vit);
		const before = spread(weights, 'transformer.resblocks.0.mlp.c_fc.weight');
		initialise(weights, { ...values, initialisation: 'torch' }, new Random(3));
		const uniform = (name: string, bound: number) => {
			const { largest, deviation } = spread(weights, name);
			expect(largest, name).toBeLessThanOrEqual(bound);
			expect(largest, name).toBeGreaterThan(0.8 * bound);
			expect(deviation / (bound / Math.sqrt(3)), name).toBeCloseTo(1, 0);
		};
		const block = 'visual.transformer.resblocks.1';
		uniform('visual.conv1.weight', 1 / Math.sqrt(3 * 64));
		uniform(`${block}.attn.in_proj_weight`, Math.sqrt(6 / (4 * 32)));
		uniform(`${block}.attn.out_proj.weight`, 1 / Math.sqrt(32));
		uniform(`${block}.mlp.c_fc.bias`, 1 / Math.sqrt(32));
		uniform(`${block}.mlp.c_proj.weight`, 1 / Math.sqrt(128));
		expect(spread(weights, `${block}.attn.in_proj_bias`).largest).toBe(0);
		// The text tower is CLIP's in any case.
		expect(spread(weights, 'transformer.resblocks.0.mlp.c_fc.weight')).toEqual(before);
		expect(weights.get('logit_scale')!.data[0]).toBeCloseTo(Math.log(10), 6);
	});

	it('keep the zero gains of a ResNet, and its attention’s own scale', () => {
		const weights = weightsOf(resnet);
		initialise(weights, { ...values, initialisation: 'torch' }, new Random(3));
		expect(spread(weights, 'visual.layer1.0.bn3.weight').largest).toBe(0);
		expect(spread(weights, 'visual.layer2.0.conv2.weight').largest).toBeLessThanOrEqual(1 / Math.sqrt(8 * 9));
		expect(spread(weights, 'visual.attnpool.q_proj.weight').deviation).toBeCloseTo(128 ** -0.5, 2);
		expect(spread(weights, 'visual.attnpool.c_proj.bias').largest).toBeGreaterThan(0);
	});

	it("are PyTorch's defaults in SigLIP's pooling and ALIGN's convolutions too", () => {
		const largest = (config: ModelConfig, bounds: Readonly<Record<string, number>>) => {
			const weights = weightsOf(config);
			initialise(weights, { ...values, initialisation: 'torch' }, new Random(3));
			for (const [name, bound] of Object.entries(bounds)) {
				const found = spread(weights, name).largest;
				expect(found, name).toBeLessThanOrEqual(bound);
				expect(found, name).toBeGreaterThan(0.5 * bound);
			}
		};
		largest(siglip, {
			'visual.conv1.bias': 1 / Math.sqrt(3 * 64),
			'visual.attnpool.in_proj_weight': Math.sqrt(6 / (4 * 8)),
			'visual.attnpool.out_proj.weight': 1 / Math.sqrt(8),
			'visual.attnpool.mlp.c_proj.bias': 1 / Math.sqrt(32),
		});
		const block = 'visual.encoder.blocks.1';
		largest(align, {
			[`${block}.depthwise_conv.depthwise_conv.weight`]: 1 / 3,
			[`${block}.squeeze_excite.expand.bias`]: 1 / Math.sqrt(2),
		});
	});

	it('are left as they are otherwise', () => {
		const [weights, plain] = [weightsOf(vit), weightsOf(vit)];
		initialise(weights, { ...values, initialisation: 'scaled' }, new Random(3));
		for (const [name, { data }] of plain) if (name !== 'logit_scale') expect(weights.get(name)!.data).toEqual(data);
	});
});
