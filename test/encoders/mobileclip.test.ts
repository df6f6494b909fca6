/**
 * @file MobileCLIP against timm's implementation of its image tower, and its text tower written down in PyTorch after Apple's
 * description: both in the form of training, batch normalisation by running statistics; and folded, by timm itself.
 */

import { describe, expect, it } from 'vitest';
import { inferMobileClip, mobileClipArchitecture } from '../../src/encoders/mobileclip-family.js';
import { familyPreprocessing } from '../../src/encoders/preprocessing/family-preprocessing.js';
import { pooledPositions } from '../../src/encoders/text.js';
import { AtelierError } from '../../src/errors.js';
import { gradients, input, l2Normalise, matmul, sum, transpose } from '../../src/tensor/index.js';
import { arrayOf, expectClose, fixture, loadedModel, runGraph } from './parity.js';

const forms = { train: 'mobileclip_tiny.safetensors', folded: 'mobileclip_tiny.folded.safetensors' } as const;
const expected = fixture('mobileclip_tiny.expected');
const ids = Int32Array.from(expected.integers.get('ids')!.data);

function graphs(form: keyof typeof forms) {
	const { store, family, architecture: loaded } = loadedModel(forms[form], undefined);
	const config = inferMobileClip(store.weights);
	// Nothing in a file tells the side of the pictures: smaller ones than the published models' here.
	const { image, text } = mobileClipArchitecture({ ...config, image: { ...config.image, resolution: 64 } });
	const pixels = arrayOf(expected, 'x');
	const images = input('images', pixels.shape);
	const rows = { ids: input('ids', [3, 13], 'int32'), positions: input('positions', [3], 'int32') };
	const outputs = {
		image: image!.graph(store, images),
		text: text.graph(store, { ...rows, mask: input('mask', [3, 13]) }),
	};
	const feeds = { images: pixels.data, ids, positions: pooledPositions(ids, 13, 'argmax') };
	return { config, family, loaded, images, outputs, feeds };
}

describe.each(['reference', 'onnxruntime'])('MobileCLIP parity on %s', (engine) => {
	it.each(['train', 'folded'] as const)(
		'embeddings and the gradient to the image, weights in the form %s',
		async (form) => {
			const { images, outputs, feeds } = graphs(form);
			const first = l2Normalise(input('text', [1, 20]));
			const cosines = sum(matmul(l2Normalise(outputs.image), transpose(first)));
			const gradient = gradients(cosines, [images])[0]!;
			const text = arrayOf(expected, 'text').data;
			const y = await runGraph(engine, { ...outputs, gradient }, { ...feeds, text: text.slice(0, 20) }, 'constant');
			expectClose('images', y.image!, arrayOf(expected, 'image').data, 0, 1e-5);
			expectClose('texts', y.text!, text, 0, 1e-5);
			expectClose('d cosines / d image', y.gradient!, arrayOf(expected, 'gradient').data, 1e-7, 1e-4);
		},
	);
});

it('the form of training and the folded one agree to 2e-6', async () => {
	const [train, folded] = await Promise.all(
		(['train', 'folded'] as const).map((form) => {
			const { outputs, feeds } = graphs(form);
			return runGraph('reference', outputs, feeds, 'constant');
		}),
	);
	expectClose('images', train!.image!, folded!.image!, 2e-6);
	expectClose('texts', train!.text!, folded!.text!, 2e-6);
});

describe('MobileCLIP to the loader', () => {
	it('its sizes follow from its weights in either form', () => {
		const { config, family, loaded } = graphs('train');
		expect(family).toBe('MobileCLIP');
		expect(config).toEqual({
			embed: 20,
			image: {
				resolution: 256,
				stem: 8,
				network: [
					{ kind: 'mixer', blocks: 1, hidden: 16 },
					{ kind: 'halve', out: 16 },
					{ kind: 'mixer', blocks: 1, hidden: 32 },
					{ kind: 'halve', out: 32, squeezed: 8 },
					{ kind: 'mixer', blocks: 1, hidden: 64 },
					{ kind: 'halve', out: 64, squeezed: 16 },
					{ kind: 'positions' },
					{ kind: 'attention', blocks: 1, hidden: 128 },
				],
				out: 128,
				squeezed: 8,
				folded: false,
			},
			text: {
				width: 64,
				heads: 1,
				hidden: 96,
				context: 13,
				vocabulary: 60,
				blocks: ['mixer', 'attention', 'mixer'],
				folded: false,
			},
		});
		const { image, text, ...rest } = graphs('folded').config;
		expect({ image: { ...image, folded: false }, text: { ...text, folded: false }, ...rest }).toEqual(config);
		expect([image.folded, text.folded]).toEqual([true, true]);
		expect(loaded.image!.pixels).toEqual({ mean: [0, 0, 0], std: [1, 1, 1] });
		expect(loaded.image!.preprocessing!(256)).toEqual(familyPreprocessing.mobileClip(256));
		expect(loaded.scale!.factor(4)).toBeCloseTo(Math.exp(4));
		expect(loaded.scale!.factor(5)).toBe(100);
	});

	it('says what it cannot read', () => {
		const image = new Map([['visual.patch_emb.0.block.conv.weight', { shape: [32, 3, 3, 3] }]]);
		expect(() => inferMobileClip(image)).toThrow(AtelierError);
		expect(() => inferMobileClip(image)).toThrow(/MobileCLIP S0, S1 or S2/);
	});
});
