/** @file The configuration of contrastive training: recipes fill in what it leaves out, mistakes are named by their key. */

import { describe, expect, it } from 'vitest';
import {
	type ContrastiveConfig,
	contrastiveConfig,
	parseContrastiveFile,
	resolvePaths,
	sizeAt,
} from '../../../src/training/contrastive/config.js';
import { newModel } from '../../../src/training/contrastive/model-file.js';
import { towersOf } from '../../../src/training/contrastive/towers.js';

const vit = { kind: 'vit', image: { size: 32, patch: 8 } };
const base = { model: vit, sources: [{ corpus: 'corpus' }] };

function configOf(input: object): ContrastiveConfig {
	const file = parseContrastiveFile({ ...base, ...input });
	return contrastiveConfig(file, newModel(file.model!, 600));
}

describe('recipes', () => {
	it("is CLIP's for a vision transformer, and its other Adam for convolutions", () => {
		expect(configOf({ recipe: 'clip', steps: 100_000 })).toMatchObject({
			optimizer: { name: 'adamw', beta1: 0.9, beta2: 0.98, eps: 1e-6, weightDecay: 0.2 },
			learningRate: 5e-4,
			schedule: 'cosine',
			warmup: 2000,
			floor: 0,
			loss: { kind: 'softmax', smoothing: 0 },
			logitScale: { start: 1 / 0.07, max: 100 },
			initialisation: 'torch',
		});
		expect(configOf({ recipe: 'clip', model: { kind: 'siglip' } }).optimizer).toMatchObject({ beta2: 0.98, eps: 1e-6 });
		for (const model of [{ kind: 'resnet' }, { kind: 'builtin' }, { kind: 'align' }])
			expect(configOf({ recipe: 'clip', model }).optimizer).toMatchObject({ beta2: 0.999, eps: 1e-8 });
	});

	it("is CLIP's smaller rate for larger towers", () => {
		const rate = (model: object) => configOf({ recipe: 'clip', model, batch: 8, workers: 1 }).learningRate;
		expect(rate({ kind: 'vit', image: { width: 1024 } })).toBe(4e-4);
		expect(rate({ kind: 'siglip', image: { width: 1024 } })).toBe(4e-4);
		expect(rate({ kind: 'siglip' })).toBe(5e-4);
		expect(rate({ kind: 'resnet', image: { width: 96 } })).toBe(4e-4);
		expect(rate({ kind: 'resnet', image: { width: 128 } })).toBe(3.6e-4);
	});

	it("is ALIGN's LAMB with smoothed labels", () => {
		expect(configOf({ recipe: 'align', steps: 1_200_000 })).toMatchObject({
			optimizer: { name: 'lamb', weightDecay: 1e-5 },
			learningRate: 1e-3,
			schedule: 'linear',
			warmup: 10_000,
			loss: { kind: 'softmax', smoothing: 0.1 },
			logitScale: { start: 1, max: null },
		});
	});

	it("is SigLIP's sigmoid loss with its bias", () => {
		expect(configOf({ recipe: 'siglip' })).toMatchObject({
			loss: { kind: 'sigmoid', smoothing: 0 },
			logitScale: { start: 10, max: null },
			logitBias: -10,
		});
	});

	it('warms up over a tenth of a short run', () => {
		expect(configOf({ recipe: 'open_clip', steps: 500 }).warmup).toBe(50);
		expect(configOf({ recipe: 'open_clip', steps: 1_000_000 }).warmup).toBe(10_000);
	});

	it('gives way to whatever the file says, key by key', () => {
		expect(
			configOf({
				recipe: 'align',
				optimizer: { beta2: 0.95 },
				loss: { smoothing: 0.2 },
				logitScale: { max: 50 },
				gradientClip: null,
				warmup: 0,
			}),
		).toMatchObject({
			optimizer: { name: 'lamb', beta2: 0.95, weightDecay: 1e-5 },
			loss: { kind: 'softmax', smoothing: 0.2 },
			logitScale: { start: 1, max: 50 },
			gradientClip: null,
			warmup: 0,
		});
		// Smoothing is of the softmax alone.
		expect(configOf({ recipe: 'align', loss: { kind: 'sigmoid' } }).loss).toEqual({ kind: 'sigmoid', smoothing: 0 });
	});
});

describe('new models', () => {
	const made = (model: object) => towersOf(newModel(parseContrastiveFile({ ...base, model }).model!, 600));

	it("have SigLIP's and ALIGN's sizes by those that the file gives", () => {
		expect(made({ kind: 'siglip', image: { size: 48, patch: 16, width: 96, heads: 3 } })).toMatchObject({
			size: 48,
			width: 96,
			text: { context: 32, vocabulary: 600, pooling: 'last', croppable: false },
		});
		// 320 channels times 0.3, in eights.
		expect(made({ kind: 'align', image: { size: 96, width: 0.3 }, text: { context: 20 } })).toMatchObject({
			size: 96,
			sizeStep: 32,
			width: 96,
			text: { context: 20, vocabulary: 600, pooling: 'first', croppable: true },
		});
	});

	it.each([
		['model.text.context', { kind: 'align', text: { context: 65 } }],
		['model.image.width', { kind: 'align', image: { width: 0 } }],
		['model.embed', { kind: 'siglip', embed: 64 }],
		['model.text.causal', { kind: 'siglip', text: { causal: true } }],
	])('say what is wrong with %s', (key, model) => {
		const name = key.split('.').at(-1)!;
		expect(() => parseContrastiveFile({ ...base, model })).toThrow(new RegExp(`\\b${name}\\b`));
	});
});

describe('chunks', () => {
	it('are as large as a worker’s part of the batch, and half a million pixels, allow', () => {
		expect(configOf({ batch: 256, workers: 2 }).chunk).toBe(128);
		expect(configOf({ batch: 256, workers: 3 }).chunk).toBe(64);
		expect(configOf({ batch: 64, workers: 1 }).chunk).toBe(64);
		const large = { kind: 'vit', image: { size: 224, patch: 32 } };
		expect(configOf({ batch: 256, workers: 2, model: large }).chunk).toBe(8);
	});
});

describe('sizes', () => {
	it('say the side of the pictures at each step', () => {
		const config = configOf({
			steps: 10,
			sizes: [
				{ until: 0.3, size: 8 },
				{ until: 0.6, size: 16 },
			],
		});
		const sides = Array.from({ length: 10 }, (_, step) => sizeAt(config, 32, step));
		expect(sides).toEqual([8, 8, 8, 16, 16, 16, 32, 32, 32, 32]);
	});
});

describe('paths', () => {
	it('are meant from the folder of the file; an encoder may be meant by name', () => {
		const file = parseContrastiveFile({
			from: 'builtin',
			sources: [{ corpus: '../corpus' }, { shards: 'a/{00..01}.tar::/data/b.tar' }],
		});
		expect(resolvePaths(file, '/home/me/runs')).toMatchObject({
			from: 'builtin',
			sources: [{ corpus: '/home/me/corpus' }, { shards: ['/home/me/runs/a/{00..01}.tar::/data/b.tar'] }],
		});
	});
});

const mistakes: [string, object, RegExp][] = [
	['a key that there is not', { stpes: 3 }, /training configuration: unknown key 'stpes'; did you mean 'steps'\?/],
	['a recipe that there is not', { recipe: 'clap' }, /'recipe'.*did you mean 'clip'/],
	['no sources', { sources: undefined }, /'sources'/],
	['an empty list of sources', { sources: [] }, /'sources'/],
	['a source of nothing', { sources: [{ weight: 1 }] }, /'sources.0.corpus': expected text/],
	['a source of two kinds', { sources: [{ corpus: 'a', shards: 'b' }] }, /unknown key 'sources.0.shards'/],
	['a key of another kind of source', { sources: [{ corpus: 'a', crop: [0.5, 1] }] }, /unknown key 'sources.0.crop'/],
	['a weight of 0', { sources: [{ corpus: 'a', weight: 0 }] }, /'sources.0.weight'/],
	[
		'a range the wrong way round',
		{ sources: [{ shards: 'a', crop: [1, 0.5] }] },
		/'sources.0.crop'.*smaller number first/,
	],
	['a model of an unknown kind', { model: { kind: 'mlp' } }, /'model.kind'/],
	['a size of the wrong kind', { model: { kind: 'vit', image: { patch: 'large' } } }, /'model.image.patch'/],
	['neither a model nor an encoder', { model: undefined }, /'model': .*got neither/],
	['both', { from: 'builtin' }, /'model': .*got both/],
	['a locked tower of a new model', { lock: 'image' }, /'lock': expected a trained tower/],
	['a tokenizer beside an encoder', { model: undefined, from: 'x', tokenizer: 't.json' }, /'tokenizer': expected none/],
	[
		'a chunk that does not divide the batch',
		{ batch: 64, chunk: 24 },
		/'chunk': expected a divisor of the batch of 64, got 24/,
	],
	['more workers than chunks', { batch: 64, chunk: 32, workers: 3 }, /'workers': expected at most 2/],
	['a batch of one', { batch: 1 }, /'batch'/],
	['a warm-up as long as the run', { steps: 10, warmup: 10 }, /'warmup': expected fewer steps than the 10/],
	['smoothing of the sigmoid loss', { loss: { kind: 'sigmoid', smoothing: 0.1 } }, /'loss.smoothing'/],
	['smoothing of all', { loss: { smoothing: 1 } }, /'loss.smoothing'/],
	['an optimiser that there is not', { optimizer: { name: 'sgd' } }, /'optimizer.name'/],
	[
		'a resolution that is no multiple of the patch',
		{ sizes: [{ until: 0.5, size: 12 }] },
		/'sizes.0.size': expected a multiple of 8 of at most 32, got 12/,
	],
	['a resolution above the full one', { sizes: [{ until: 0.5, size: 64 }] }, /'sizes.0.size'/],
	[
		'a low resolution of the built-in tower',
		{ model: { kind: 'builtin' }, sizes: [{ until: 0.5, size: 16 }] },
		/'sizes.0.size': expected 32, the only side/,
	],
	[
		'resolutions out of order',
		{
			sizes: [
				{ until: 0.5, size: 8 },
				{ until: 0.5, size: 16 },
			],
		},
		/'sizes.1.until': expected more than the 0.5/,
	],
	['no steps of an attack', { adversarial: { steps: 0 } }, /'adversarial.steps'/],
];

describe('mistakes', () => {
	it.each(mistakes)('names the key: %s', (_, input, message) => {
		expect(() => configOf(input)).toThrow(message);
		try {
			configOf(input);
		} catch (error) {
			expect(error).toMatchObject({ name: 'AtelierError', code: 'E_ARGUMENT' });
		}
	});
});
