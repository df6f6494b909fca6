/** @file The sizes of the published models, with what is known of each to check ours by. */

import { alignFamily } from '../src/encoders/align-family.js';
import type { Architecture } from '../src/encoders/architecture.js';
import { type ClipConfig, formatClipConfig } from '../src/encoders/clip-config.js';
import { clipArchitecture } from '../src/encoders/clip-family.js';
import { mobileClipArchitecture } from '../src/encoders/mobileclip-family.js';
import { siglipFamily } from '../src/encoders/siglip-family.js';
import type { Activation } from '../src/encoders/transformer.js';

/** A model, and what it is known by. */
export interface KnownModel {
	readonly architecture: Architecture;
	/** Sizes of a CLIP model, whose last block leaves out what nobody reads. */
	readonly clip?: ClipConfig;
	/** What config.json says; absent where there is none. */
	readonly config?: object;
	/** Names of weights in files of its own kind, where those that the towers know will not do. */
	readonly rename?: (name: string) => string;
	/** Of the original implementation; 0 where it is not known. */
	readonly parameters: { readonly total: number; readonly image: number; readonly text: number };
	/** Billions of multiply-adds for one picture and for one text of the whole context, every token to the end; 0: not known. */
	readonly gmacs: { readonly image: number; readonly text: number };
}

type Counts = readonly [total: number, image: number, text: number];
type Gmacs = readonly [image: number, text: number];

const text = (width: number, layers: number, heads: number, activation: Activation) =>
	({ width, layers, heads, activation, context: 77, vocabulary: 49408, causal: true }) as const;

function clipModel(clip: ClipConfig, parameters: KnownModel['parameters'], gmacs: KnownModel['gmacs']): KnownModel {
	return { architecture: clipArchitecture(clip), clip, config: formatClipConfig(clip), parameters, gmacs };
}

/** A model of sizes that its family has where a configuration leaves them out. */
function byDefault(
	family: typeof siglipFamily,
	config: object,
	[total, image, words]: Counts,
	[imageGmacs, textGmacs]: Gmacs,
): KnownModel {
	// Of these families the configuration alone gives the sizes.
	const source = { config, checkpoint: undefined as never };
	return {
		architecture: family.architecture(source, new Map()),
		config,
		parameters: { total, image, text: words },
		gmacs: { image: imageGmacs, text: textGmacs },
	};
}

const mixer = (blocks: number, hidden: number) => ({ kind: 'mixer', blocks, hidden }) as const;

/** As trained, branches and all. */
const mobileClipS0: KnownModel = {
	architecture: mobileClipArchitecture({
		embed: 512,
		image: {
			resolution: 256,
			stem: 64,
			network: [
				mixer(2, 192),
				{ kind: 'halve', out: 128 },
				mixer(6, 384),
				{ kind: 'halve', out: 256, squeezed: 64 },
				mixer(10, 768),
				{ kind: 'halve', out: 512, squeezed: 128 },
				{ kind: 'positions' },
				{ kind: 'attention', blocks: 2, hidden: 1536 },
			],
			out: 1024,
			squeezed: 64,
			folded: false,
		},
		text: {
			width: 512,
			heads: 8,
			hidden: 2048,
			context: 77,
			vocabulary: 49408,
			blocks: ['mixer', 'attention', 'attention', 'attention', 'attention', 'mixer'],
			folded: false,
		},
	}),
	rename: (name) =>
		name.startsWith('visual.') ? name.replace('visual.', 'image_encoder.model.') : `text_encoder.${name}`,
	parameters: { total: 53_847_681, image: 11_406_464, text: 42_441_216 },
	gmacs: { image: 0, text: 0 },
};

function vit(
	embed: number,
	[resolution, patch]: readonly [number, number],
	[layers, width, heads]: readonly [number, number, number],
	[textLayers, textWidth, textHeads]: readonly [number, number, number],
	[total, image, words]: Counts,
	[imageGmacs, textGmacs]: Gmacs,
	activation: Activation = 'quick_gelu',
): KnownModel {
	return clipModel(
		{
			embed,
			vision: { kind: 'vit', resolution, patch, layers, width, heads, activation },
			text: text(textWidth, textLayers, textHeads, activation),
		},
		{ total, image, text: words },
		{ image: imageGmacs, text: textGmacs },
	);
}

function resnet(
	embed: number,
	resolution: number,
	width: number,
	layers: readonly [number, number, number, number],
	textWidth: number,
	[total, image, words]: Counts,
	[imageGmacs, textGmacs]: Gmacs,
): KnownModel {
	return clipModel(
		{
			embed,
			vision: { kind: 'resnet', resolution, width, layers, heads: width / 2 },
			text: text(textWidth, 12, textWidth / 64, 'quick_gelu'),
		},
		{ total, image, text: words },
		{ image: imageGmacs, text: textGmacs },
	);
}

const base = [12, 768, 12] as const;
const large = [24, 1024, 16] as const;
const text512 = [12, 512, 8] as const;
const text768 = [12, 768, 12] as const;

/**
 * By their authors' names. Parameters and GMACs are those of the original implementations, counted when they were run;
 * of TinyCLIP's towers apart none are known.
 */
export const architectures: Readonly<Record<string, KnownModel>> = {
	'ViT-B/32': vit(512, [224, 32], base, text512, [151_277_313, 87_849_216, 63_428_096], [4.41, 2.98]),
	'ViT-B/16': vit(512, [224, 16], base, text512, [149_620_737, 86_192_640, 63_428_096], [17.56, 2.98]),
	'ViT-L/14': vit(768, [224, 14], large, text768, [427_616_513, 303_966_208, 123_650_304], [81.01, 6.65]),
	'ViT-L/14@336': vit(768, [336, 14], large, text768, [427_944_193, 304_293_888, 123_650_304], [190.96, 6.65]),
	RN50: resnet(1024, 224, 64, [3, 4, 6, 3], 512, [102_007_137, 38_316_896, 63_690_240], [5.79, 2.98]),
	RN101: resnet(512, 224, 64, [3, 4, 23, 3], 512, [119_688_033, 56_259_936, 63_428_096], [9.5, 2.98]),
	RN50x4: resnet(640, 288, 80, [4, 6, 10, 6], 640, [178_300_601, 87_137_080, 91_163_520], [20.58, 4.63]),
	RN50x16: resnet(768, 384, 96, [6, 8, 18, 8], 768, [290_979_217, 167_328_912, 123_650_304], [72.87, 6.65]),
	RN50x64: resnet(1024, 448, 128, [3, 15, 36, 10], 1024, [623_258_305, 420_380_352, 202_877_952], [260.1, 11.77]),
	// Without the bias of its logits; ALIGN without the pooler that nothing uses.
	'SigLIP-base/16': byDefault(siglipFamily, { model_type: 'siglip' }, [203_155_969, 0, 0], [17.71, 0]),
	'ALIGN-base': byDefault(alignFamily, { model_type: 'align' }, [171_527_249, 62_143_440, 0], [8.4, 0]),
	'MobileCLIP-S0': mobileClipS0,
	'TinyCLIP-ViT-8M/16': vit(512, [224, 16], [10, 256, 4], [3, 256, 4], [23_446_017, 0, 0], [1.79, 0.19], 'gelu'),
	'TinyCLIP-ViT-39M/16': vit(512, [224, 16], [12, 512, 8], [6, 512, 8], [83_101_185, 0, 0], [7.99, 1.49], 'gelu'),
	'TinyCLIP-ViT-40M/32': vit(512, [224, 32], [12, 512, 8], [6, 512, 8], [84_205_569, 0, 0], [2, 1.49], 'gelu'),
	'TinyCLIP-ViT-61M/32': vit(512, [224, 32], [12, 640, 10], [9, 512, 8], [115_382_145, 0, 0], [3.08, 2.23], 'gelu'),
};
