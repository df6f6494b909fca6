/** @file Names of weights in the formats that files come in, turned into OpenAI's. */

import { describe, expect, it } from 'vitest';
import { alignFamily } from '../../../src/encoders/align-family.js';
import type { Checkpoint, TensorInfo } from '../../../src/encoders/checkpoints/checkpoint.js';
import { clipTables } from '../../../src/encoders/checkpoints/clip-keys.js';
import { mapKeys, readMapped } from '../../../src/encoders/checkpoints/keys.js';
import { storedWeights } from '../../../src/encoders/checkpoints/stored-keys.js';
import type { Weights } from '../../../src/encoders/parameters.js';
import { siglipFamily } from '../../../src/encoders/siglip-family.js';
import { fixture } from '../parity.js';

/** Weights in memory as a file of them. */
function checkpointOf(weights: Weights, integers: readonly string[] = []): Checkpoint {
	const tensors: TensorInfo[] = [...weights].map(([name, { shape }]) => ({ name, dtype: 'F32', shape }));
	for (const name of integers) tensors.push({ name, dtype: 'I64', shape: [] });
	return {
		name: "'a file'",
		container: 'safetensors',
		tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])),
		readInto: (name, into) => into.set(weights.get(name)!.data),
		close: () => {},
	};
}

const renamed = (weights: Weights, rename: (name: string) => string): Weights =>
	new Map([...weights].map(([name, array]) => [rename(name), array]));

const openai = fixture('vit_tiny.openai').weights;
const isText = (name: string) =>
	/^(positional_embedding|(transformer|token_embedding|ln_final|text_projection)\b)/.test(name);

const bytes = (data: Float32Array) => Buffer.from(data.buffer, data.byteOffset, data.byteLength);

describe('weights under other names', () => {
	it.each<[string, Weights]>([
		["OpenAI's", openai],
		["Hugging Face's", fixture('vit_tiny.hf').weights],
		["open_clip's with a text tower of its own", renamed(openai, (name) => (isText(name) ? `text.${name}` : name))],
		['of data-parallel training', renamed(openai, (name) => `module.${name}`)],
		[
			'of a compiled one with a text tower of its own',
			renamed(openai, (name) => `module._orig_mod.${isText(name) ? 'text.' : ''}${name}`),
		],
		["Hugging Face's of data-parallel training", renamed(fixture('vit_tiny.hf').weights, (name) => `module.${name}`)],
	])("%s give OpenAI's names, shapes and numbers", (_, weights) => {
		const checkpoint = checkpointOf(weights, ['text_model.embeddings.position_ids', 'input_resolution']);
		const mapped = mapKeys(checkpoint, clipTables);
		expect([...mapped.keys()].sort()).toEqual([...openai.keys()].sort());
		for (const [name, array] of openai) {
			expect(mapped.get(name)!.shape, name).toEqual(array.shape);
			// Compared as bytes: element by element takes seconds.
			expect(bytes(readMapped(checkpoint, mapped.get(name)!)).equals(bytes(array.data)), name).toBe(true);
		}
	});

	it('must come with query, key and value alike', () => {
		const key = 'vision_model.encoder.layers.1.self_attn.k_proj.bias';
		const { weights } = fixture('vit_tiny.hf');
		weights.set(key, { shape: [3], data: new Float32Array(3) });
		expect(() => mapKeys(checkpointOf(weights), clipTables)).toThrow(/one shape.*\[64\], \[3\], \[64\]/);
		weights.delete(key);
		expect(() => mapKeys(checkpointOf(weights), clipTables)).toThrow(
			/expected 3 tensors .*q_proj\.bias', '.*v_proj\.bias' alone/,
		);
		expect(() => mapKeys(checkpointOf(weights), clipTables)).toThrow(expect.objectContaining({ code: 'E_CHECKPOINT' }));
	});

	it('must not meet in one', () => {
		const weights: Weights = new Map(openai);
		weights.set('module.logit_scale', openai.get('logit_scale')!);
		expect(() => mapKeys(checkpointOf(weights), clipTables)).toThrow(
			/one weight 'logit_scale'.*logit_scale and module\.logit_scale/,
		);
		const custom = renamed(openai, (name) => (isText(name) ? `text.${name}` : name));
		custom.set('ln_final.weight', openai.get('ln_final.weight')!);
		expect(() => mapKeys(checkpointOf(custom), clipTables)).toThrow(/text\.ln_final\.weight and ln_final\.weight/);
	});

	it('keep the names that no format has', () => {
		const weights = fixture('vit_tiny.hf').weights;
		weights.set('vision_model.encoder.layers.0.gate', { shape: [1], data: new Float32Array(1) });
		expect(mapKeys(checkpointOf(weights), clipTables).get('vision_model.encoder.layers.0.gate')?.from).toEqual([
			'vision_model.encoder.layers.0.gate',
		]);
	});
});

describe('weights as files name them', () => {
	it.each([
		["CLIP's", 'vit_tiny.hf', clipTables],
		["SigLIP's", 'siglip_tiny', siglipFamily.tables],
		["ALIGN's", 'align_tiny', alignFamily.tables],
	])('are those of a file that was read: %s of Hugging Face', (_, name, tables) => {
		const { weights } = fixture(name);
		const checkpoint = checkpointOf(weights);
		const known: Weights = new Map(
			[...mapKeys(checkpoint, tables)].map(([to, found]) => [
				to,
				{ shape: found.shape, data: readMapped(checkpoint, found) },
			]),
		);
		const stored = storedWeights(known, tables[0]!);
		const unused = [...weights.keys()].filter((key) => !stored.has(key));
		expect(unused.filter((key) => !key.startsWith('text_model.pooler.'))).toEqual([]);
		for (const [key, { shape, data }] of stored) {
			expect(shape, key).toEqual(weights.get(key)!.shape);
			expect(bytes(data).equals(bytes(weights.get(key)!.data)), key).toBe(true);
		}
	});
});
