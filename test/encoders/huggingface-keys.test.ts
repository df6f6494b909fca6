/** @file Hugging Face's names and configuration of CLIP models, turned into OpenAI's. */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseHuggingFaceConfig } from '../../src/encoders/huggingface-config.js';
import { fromHuggingFaceKeys, hasHuggingFaceKeys } from '../../src/encoders/huggingface-keys.js';
import { fixture, fixtureModel } from './parity.js';

const hfConfig: unknown = JSON.parse(
	readFileSync(new URL('../fixtures/vit_tiny.hf.config.json', import.meta.url), 'utf8'),
);

const bytes = (data: Float32Array) => Buffer.from(data.buffer, data.byteOffset, data.byteLength);

describe('Hugging Face weight names', () => {
	it("give OpenAI's names, shapes and numbers", () => {
		const ours = fromHuggingFaceKeys(fixture('vit_tiny.hf').weights);
		const openai = fixture('vit_tiny.openai').weights;
		expect([...ours.keys()].sort()).toEqual([...openai.keys()].sort());
		for (const [name, array] of openai) {
			expect(ours.get(name)!.shape, name).toEqual(array.shape);
			// Compared as bytes: element by element takes seconds.
			expect(bytes(ours.get(name)!.data).equals(bytes(array.data)), name).toBe(true);
		}
	});

	it('are told from the others', () => {
		expect(hasHuggingFaceKeys(fixture('vit_tiny.hf').weights)).toBe(true);
		expect(hasHuggingFaceKeys(fixture('vit_tiny.openai').weights)).toBe(false);
		expect(hasHuggingFaceKeys(fixture('rn_tiny.openai').weights)).toBe(false);
	});

	it('must come with query, key and value alike', () => {
		const key = 'vision_model.encoder.layers.1.self_attn.k_proj.bias';
		const { weights } = fixture('vit_tiny.hf');
		weights.set(key, { shape: [3], data: new Float32Array(3) });
		expect(() => fromHuggingFaceKeys(weights)).toThrow(/one shape.*\[64\], \[3\], \[64\]/);
		weights.delete(key);
		expect(() => fromHuggingFaceKeys(weights)).toThrow(expect.objectContaining({ code: 'E_CHECKPOINT' }));
	});
});

describe('Hugging Face config.json', () => {
	it('states the sizes of the fixture model', () => {
		const { config } = fixtureModel('vit_tiny');
		expect(parseHuggingFaceConfig(hfConfig)).toEqual({
			...config,
			text: { ...config.text, hidden: 128 },
			vision: { ...config.vision, hidden: 256 },
		});
	});

	it('has ViT-B/32 as its defaults; older files state the towers under other names', () => {
		const base = parseHuggingFaceConfig({ model_type: 'clip' });
		expect(base).toMatchObject({
			embed: 512,
			text: { width: 512, layers: 12, heads: 8, context: 77, vocabulary: 49408, activation: 'quick_gelu' },
			vision: { width: 768, hidden: 3072, layers: 12, heads: 12, resolution: 224, patch: 32 },
		});
		const old = { text_config: { hidden_size: 64 }, text_config_dict: { hidden_size: 96 }, vision_config_dict: null };
		expect(parseHuggingFaceConfig(old)).toEqual({ ...base, text: { ...base.text, width: 96 } });
	});

	it.each([
		['another kind of model', { model_type: 'siglip' }, /model_type/],
		['an activation that CLIP has not', { text_config: { hidden_act: 'relu' } }, /text_config\.hidden_act/],
		['a width of nothing', { vision_config: { hidden_size: 0 } }, /vision_config\.hidden_size/],
		['no object', [], /configuration of a CLIP model/],
	])('refuses %s', (_, json, message) => {
		expect(() => parseHuggingFaceConfig(json)).toThrow(message);
		expect(() => parseHuggingFaceConfig(json)).toThrow(expect.objectContaining({ code: 'E_CHECKPOINT' }));
	});
});
