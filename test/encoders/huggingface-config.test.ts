/** @file Hugging Face's configuration of CLIP models. */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseHuggingFaceConfig } from '../../src/encoders/huggingface-config.js';
import { fixtureModel } from './parity.js';

const hfConfig: unknown = JSON.parse(
	readFileSync(new URL('../fixtures/vit_tiny.hf.config.json', import.meta.url), 'utf8'),
);

describe('Hugging Face config.json', () => {
	it('states the sizes of the fixture model', () => {
		const { config } = fixtureModel('vit_tiny');
		expect(parseHuggingFaceConfig(hfConfig)).toEqual({
			...config,
			text: { ...config.text, hidden: 128, pooling: 'argmax' },
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

	it('names the end of text, or 2 for the largest id', () => {
		const pooling = (eos_token_id?: number | null) =>
			parseHuggingFaceConfig({ text_config: { eos_token_id } }).text.pooling;
		expect([pooling(), pooling(null), pooling(2), pooling(49407)]).toEqual([
			undefined,
			undefined,
			'argmax',
			{ id: 49407 },
		]);
	});

	it.each([
		['another kind of model', { model_type: 'blip' }, /model_type/],
		[
			'a tower alone',
			{ model_type: 'clip_vision_model' },
			/both towers, got 'clip_vision_model', which is one alone; fetch/,
		],
		['an activation that CLIP has not', { text_config: { hidden_act: 'relu' } }, /text_config\.hidden_act/],
		['a width of nothing', { vision_config: { hidden_size: 0 } }, /vision_config\.hidden_size/],
		['no object', [], /configuration of a CLIP model/],
	])('refuses %s', (_, json, message) => {
		expect(() => parseHuggingFaceConfig(json)).toThrow(message);
		expect(() => parseHuggingFaceConfig(json)).toThrow(expect.objectContaining({ code: 'E_CHECKPOINT' }));
	});
});
