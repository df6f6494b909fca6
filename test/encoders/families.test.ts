/** @file The published models of each family, by their configurations: how many parameters each has, as counted by their authors' code. */

import { describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../src/encoders/checkpoints/checkpoint.js';
import { expectedShapes } from '../../src/encoders/checkpoints/fit.js';
import { familyOf } from '../../src/encoders/families.js';
import { type Shape, sizeOf } from '../../src/tensor/index.js';

const nothing: Checkpoint = {
	name: "'a file'",
	container: 'safetensors',
	tensors: new Map(),
	readInto: () => {},
	close: () => {},
};

/** Numbers that are learnt in both towers; running statistics are not. */
function count(
	config: object,
	weights: ReadonlyMap<string, Shape> = new Map(),
): { family: string; parameters: number } {
	const source = { config, checkpoint: nothing };
	const family = familyOf(source);
	const mapped = new Map([...weights].map(([name, shape]) => [name, { shape, from: [name], transposed: false }]));
	const shapes = expectedShapes(family.architecture(source, mapped));
	let parameters = 0;
	for (const [name, shape] of shapes) if (!/running_(mean|var)$/.test(name)) parameters += sizeOf(shape);
	return { family: family.name, parameters };
}

const openClip = (embed_dim: number, vision: object, text: object, more: object = {}) => ({
	embed_dim,
	...more,
	vision_cfg: { image_size: 224, ...vision },
	text_cfg: { context_length: 77, vocab_size: 49408, ...text },
});

/** TinyCLIP in Hugging Face's form. */
const tinyClip = (vision: [number, number, number], textLayers: number, textWidth: number, heads: number) => ({
	model_type: 'clip',
	projection_dim: 512,
	vision_config: {
		hidden_size: vision[0],
		intermediate_size: 4 * vision[0],
		num_hidden_layers: vision[1],
		num_attention_heads: vision[0] / 64,
		patch_size: vision[2],
		hidden_act: 'gelu',
	},
	text_config: {
		hidden_size: textWidth,
		intermediate_size: 4 * textWidth,
		num_hidden_layers: textLayers,
		num_attention_heads: heads,
		hidden_act: 'gelu',
	},
});

describe('the sizes of published models', () => {
	it.each<[string, object, number]>([
		['TinyCLIP ViT-8M/16 Text-3M', tinyClip([256, 10, 16], 3, 256, 4), 23_446_017],
		['TinyCLIP ViT-39M/16 Text-19M', tinyClip([512, 12, 16], 6, 512, 8), 83_101_185],
		['TinyCLIP ViT-40M/32 Text-19M', tinyClip([512, 12, 32], 6, 512, 8), 84_205_569],
		['TinyCLIP ViT-61M/32 Text-29M', tinyClip([640, 12, 32], 9, 512, 8), 115_382_145],
		['OpenAI ViT-B/32', { model_type: 'clip' }, 151_277_313],
	])('%s: CLIP, to the number', (_, config, parameters) => {
		// And the factor on cosines.
		expect(count(config)).toEqual({ family: 'CLIP', parameters: parameters - 1 });
	});

	it.each<[string, object, number]>([
		[
			'ViT-B-16-plus-240',
			openClip(640, { image_size: 240, layers: 12, width: 896, patch_size: 16 }, { width: 640, heads: 10, layers: 12 }),
			208.38,
		],
		[
			'ViT-H-14',
			openClip(
				1024,
				{ layers: 32, width: 1280, head_width: 80, patch_size: 14 },
				{ width: 1024, heads: 16, layers: 24 },
			),
			986.11,
		],
		[
			'ViT-g-14',
			openClip(
				1024,
				{ layers: 40, width: 1408, head_width: 88, mlp_ratio: 4.3637, patch_size: 14 },
				{ width: 1024, heads: 16, layers: 24 },
			),
			1366.68,
		],
		[
			'RN50',
			openClip(1024, { layers: [3, 4, 6, 3], width: 64, patch_size: null }, { width: 512, heads: 8, layers: 12 }),
			102.01,
		],
	])('%s: open_clip, to ten thousand', (_, config, millions) => {
		const { family, parameters } = count(config);
		expect(family).toBe('CLIP');
		expect(parameters / 1e6).toBeCloseTo(millions, 1);
	});

	it('SigLIP base-patch16-224', () => {
		const { family, parameters } = count({ model_type: 'siglip' });
		expect(family).toBe('SigLIP');
		expect(parameters / 1e6).toBeCloseTo(203.16, 1);
	});

	it('ALIGN base: all but the pooler that nothing uses, and the temperature', () => {
		expect(count({ model_type: 'align' })).toEqual({ family: 'ALIGN', parameters: 172_117_841 - 590_592 - 1 });
	});

	it('ruCLIP has the sizes of CLIP', () => {
		const statistics = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] };
		const config = {
			embed_dim: 512,
			image_resolution: 224,
			vision_layers: 12,
			vision_width: 768,
			vision_patch_size: 32,
			context_length: 77,
			vocab_size: 49408,
			transformer_width: 512,
			transformer_heads: 8,
			transformer_layers: 12,
			...statistics,
		};
		expect(count(config)).toEqual({ family: 'ruCLIP', parameters: 151_277_312 });
		expect(familyOf({ config: { ...config, activation: 'gelu' }, checkpoint: nothing }).name).toBe('CLIP');
		const { image, text } = familyOf({ config, checkpoint: nothing }).architecture(
			{ config, checkpoint: nothing },
			new Map(),
		);
		expect(image?.pixels).toEqual(statistics);
		expect(text.pooling).toEqual({ id: 3 });
	});

	it("open_clip's xlm-roberta-base-ViT-B-32, whose text model is known by its weights", () => {
		const d = 768;
		const weights = new Map<string, Shape>([
			['transformer.embeddings.word_embeddings.weight', [250002, d]],
			['transformer.embeddings.position_embeddings.weight', [514, d]],
			['transformer.embeddings.token_type_embeddings.weight', [1, d]],
			...Array.from({ length: 12 }, (_, i): [string, Shape] => [
				`transformer.encoder.layer.${i}.output.dense.weight`,
				[d, 3072],
			]),
			['transformer.encoder.layer.0.intermediate.dense.weight', [3072, d]],
		]);
		const text_cfg = { hf_model_name: 'xlm-roberta-base', hf_tokenizer_name: 'xlm-roberta-base' };
		const vision_cfg = { image_size: 224, layers: 12, width: 768, patch_size: 32 };
		const config = { embed_dim: 512, vision_cfg, text_cfg: { ...text_cfg, proj: 'mlp', pooler_type: 'mean_pooler' } };
		const { family, parameters } = count(config, weights);
		expect(family).toMatch(/open_clip/);
		// Image tower, xlm-roberta-base without its pooler, and the two matrices of the projection.
		const bert = 12 * (4 * (d * d + d) + 2 * (d * 3072) + 3072 + d + 4 * d) + (250002 + 514 + 1 + 2) * d;
		expect(parameters).toBe(87_849_216 + bert + d * 640 + 640 * 512);
		const pooled = { ...config, text_cfg: { ...text_cfg, hf_pooler_type: 'cls_pooler' } };
		expect(() => count(pooled, weights)).toThrow(/hf_pooler_type/);
	});
});
