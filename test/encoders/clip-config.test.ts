/** @file Sizes of CLIP models inferred from weights and read from a configuration. */

import { describe, expect, it } from 'vitest';
import { inferClipConfig, parseClipConfig } from '../../src/encoders/clip-config.js';
import type { Weights } from '../../src/encoders/parameters.js';
import { fixture, fixtureModel } from './parity.js';

describe('inferClipConfig', () => {
	it.each(['vit_tiny', 'rn_tiny'])('finds in the shapes of %s what its configuration says', (name) => {
		const { config } = fixtureModel(name);
		const inferred = inferClipConfig(fixture(`${name}.openai`).weights, {
			activation: 'quick_gelu',
			textHeads: config.text.heads,
		});
		const { epsilon: _, ...text } = config.text;
		const vision = { ...config.vision, epsilon: undefined };
		expect({ ...inferred, vision: { ...inferred.vision, epsilon: undefined } }).toEqual({ ...config, text, vision });
	});

	it('recognises ViT-B/32 and RN50 by their published shapes', () => {
		const weights: Weights = new Map();
		const put = (name: string, ...shape: number[]) => weights.set(name, { shape, data: new Float32Array(0) });
		put('text_projection', 512, 512);
		put('positional_embedding', 77, 512);
		put('token_embedding.weight', 49408, 512);
		for (let i = 0; i < 12; i++) {
			put(`transformer.resblocks.${i}.attn.in_proj_weight`, 1536, 512);
			put(`visual.transformer.resblocks.${i}.attn.in_proj_weight`, 2304, 768);
		}
		put('visual.proj', 768, 512);
		put('visual.conv1.weight', 768, 3, 32, 32);
		put('visual.positional_embedding', 50, 768);
		const text = {
			width: 512,
			layers: 12,
			heads: 8,
			activation: 'quick_gelu',
			context: 77,
			vocabulary: 49408,
			causal: true,
		};
		const vision = {
			kind: 'vit',
			resolution: 224,
			patch: 32,
			width: 768,
			layers: 12,
			heads: 12,
			activation: 'quick_gelu',
		};
		expect(inferClipConfig(weights, { activation: 'quick_gelu' })).toEqual({ embed: 512, text, vision });

		weights.delete('visual.proj');
		put('text_projection', 512, 1024);
		put('visual.attnpool.positional_embedding', 50, 2048);
		[3, 4, 6, 3].forEach((n, i) => {
			for (let j = 0; j < n; j++) put(`visual.layer${i + 1}.${j}.conv1.weight`, 64 * 2 ** i, 64, 1, 1);
		});
		const resnet = { kind: 'resnet', resolution: 224, width: 64, layers: [3, 4, 6, 3], heads: 32 };
		expect(inferClipConfig(weights, { activation: 'quick_gelu' })).toEqual({ embed: 1024, text, vision: resnet });
	});

	it('refuses weights of something else', () => {
		const weights: Weights = new Map([['linear.weight', { shape: [2, 2], data: new Float32Array(4) }]]);
		expect(() => inferClipConfig(weights, { activation: 'gelu' })).toThrow(/'text_projection' of 2 axes, got none/);
	});
});

describe('parseClipConfig', () => {
	const good = {
		embed_dim: 32,
		image_resolution: 32,
		vision_layers: 2,
		vision_width: 64,
		vision_patch_size: 8,
		context_length: 16,
		vocab_size: 64,
		transformer_width: 32,
		transformer_heads: 2,
		transformer_layers: 2,
		activation: 'gelu_pytorch_tanh',
	};
	it('reads the activation in all its spellings, and has no default for it', () => {
		expect(parseClipConfig(good).text.activation).toBe('gelu_tanh');
		expect(parseClipConfig({ ...good, activation: 'relu (visual) / quick_gelu (text)' }).text.activation).toBe(
			'quick_gelu',
		);
		expect(parseClipConfig({ ...good, activation: 'gelu' }).vision).toMatchObject({ activation: 'gelu', heads: 1 });
		expect(() => parseClipConfig({ ...good, activation: undefined })).toThrow(/'activation'/);
		expect(() => parseClipConfig({ ...good, activation: 'swish' })).toThrow(/got 'swish'/);
	});
	it('names the field that is wrong', () => {
		expect(() => parseClipConfig({ ...good, embed_dim: -1 })).toThrow(/'embed_dim'/);
		expect(() => parseClipConfig({ ...good, vision_layers: [1, 2] })).toThrow(/'vision_layers'/);
		expect(() => parseClipConfig({ ...good, vision_patch_size: null })).toThrow(/vision_patch_size/);
		expect(() => parseClipConfig(null)).toThrow(expect.objectContaining({ code: 'E_CHECKPOINT' }));
	});
});
