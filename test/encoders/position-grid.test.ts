/** @file Positions at another grid, against open_clip's, and their gradient. */

import { describe, expect, it } from 'vitest';
import { imageEmbedding } from '../../src/encoders/clip.js';
import { parseClipConfig } from '../../src/encoders/clip-config.js';
import { ParameterStore } from '../../src/encoders/parameters.js';
import { resampleGrid } from '../../src/encoders/position-grid.js';
import { engineByName } from '../../src/engines/index.js';
import { evaluate64 } from '../../src/engines/reference/index.js';
import { Random } from '../../src/random.js';
import { constant, gradients, input } from '../../src/tensor/index.js';
import { centralDifferences, randomLoss } from '../engines/check.js';
import { arrayOf, expectClose, fixture, fixtureModel } from './parity.js';

describe('resampleGrid', () => {
	it('gives the positions and features of open_clip at 48 px for a model of 32 px', async () => {
		const { config, store } = fixtureModel('vit_tiny');
		const variants = fixture('vit_tiny.openclip_variants.expected');
		const positions = store.get('visual.positional_embedding', [17, 64]);
		const image = arrayOf(variants, 'posresize.input.image');
		const engine = await engineByName('reference');
		const executable = await engine.compile({
			positions: resampleGrid(positions, 4, 6),
			features: imageEmbedding(config, store, input('x', image.shape), { resample: true }),
		});
		const out = await executable.run({ x: image.data });
		expectClose('positions', out.positions!, arrayOf(variants, 'posresize.visual.positional_embedding').data, 1e-5);
		expectClose('features', out.features!, arrayOf(variants, 'posresize.image_features').data, 1e-4);
	});

	it('keeps a constant grid when it shrinks, and the first token as it is', () => {
		const data = new Float32Array(17 * 2).fill(3);
		data.set([7, 8]);
		const y = evaluate64({ y: resampleGrid(constant(data, [17, 2]), 4, 3) }, {}).y!;
		expect(y).toHaveLength(20);
		expect([y[0], y[1]]).toEqual([7, 8]);
		for (const v of y.subarray(2)) expect(v).toBeCloseTo(3, 6);
	});

	it('has the gradient of central differences', () => {
		const x = input('x', [10, 2]);
		const loss = randomLoss(resampleGrid(x, 3, 2));
		const random = new Random(2);
		const feeds = { x: Float32Array.from({ length: 20 }, () => random.normal()) };
		const dx = evaluate64({ dx: gradients(loss, [x])[0]! }, feeds).dx!;
		const numeric = centralDifferences(loss, [x], feeds)[0]!;
		for (let i = 0; i < 20; i++) expect(dx[i]).toBeCloseTo(numeric[i]!, 6);
	});

	it('serves the attention pooling of a ResNet too', () => {
		const config = parseClipConfig({
			embed_dim: 8,
			image_resolution: 64,
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
		const store = new ParameterStore(new Map(), new Random(1));
		const small = input('x', [2, 3, 32, 32]);
		expect(imageEmbedding(config, store, small, { resample: true }).shape).toEqual([2, 8]);
		expect(store.weights.get('visual.attnpool.positional_embedding')!.shape).toEqual([5, 64]);
		expect(() => imageEmbedding(config, store, small)).toThrow(/64, 64/);
	});
});
