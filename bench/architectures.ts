/** @file The sizes of the published CLIP models, with what is known of each to check ours by. */

import type { ClipConfig } from '../src/encoders/clip-config.js';
import type { Activation } from '../src/encoders/transformer.js';

/** A model, and what it is known by. */
export interface KnownModel {
	readonly config: ClipConfig;
	/** Of the original implementation. */
	readonly parameters: { readonly total: number; readonly image: number; readonly text: number };
	/** Billions of multiply-adds for one picture and for one text of the whole context, every token to the end. */
	readonly gmacs: { readonly image: number; readonly text: number };
}

type Counts = readonly [total: number, image: number, text: number];
type Gmacs = readonly [image: number, text: number];

const text = (width: number, layers: number, heads: number, activation: Activation) =>
	({ width, layers, heads, activation, context: 77, vocabulary: 49408, causal: true }) as const;

function vit(
	embed: number,
	[resolution, patch]: readonly [number, number],
	[layers, width, heads]: readonly [number, number, number],
	[textLayers, textWidth, textHeads]: readonly [number, number, number],
	[total, image, words]: Counts,
	[imageGmacs, textGmacs]: Gmacs,
	activation: Activation = 'quick_gelu',
): KnownModel {
	return {
		config: {
			embed,
			vision: { kind: 'vit', resolution, patch, layers, width, heads, activation },
			text: text(textWidth, textLayers, textHeads, activation),
		},
		parameters: { total, image, text: words },
		gmacs: { image: imageGmacs, text: textGmacs },
	};
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
	return {
		config: {
			embed,
			vision: { kind: 'resnet', resolution, width, layers, heads: width / 2 },
			text: text(textWidth, 12, textWidth / 64, 'quick_gelu'),
		},
		parameters: { total, image, text: words },
		gmacs: { image: imageGmacs, text: textGmacs },
	};
}

const base = [12, 768, 12] as const;
const large = [24, 1024, 16] as const;
const text512 = [12, 512, 8] as const;
const text768 = [12, 768, 12] as const;

/**
 * By OpenAI's and TinyCLIP's names. Parameters and GMACs are those of the original implementations, counted when they were run;
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
	'TinyCLIP-ViT-8M/16': vit(512, [224, 16], [10, 256, 4], [3, 256, 4], [23_446_017, 0, 0], [1.79, 0.19], 'gelu'),
	'TinyCLIP-ViT-39M/16': vit(512, [224, 16], [12, 512, 8], [6, 512, 8], [83_101_185, 0, 0], [7.99, 1.49], 'gelu'),
	'TinyCLIP-ViT-40M/32': vit(512, [224, 32], [12, 512, 8], [6, 512, 8], [84_205_569, 0, 0], [2, 1.49], 'gelu'),
	'TinyCLIP-ViT-61M/32': vit(512, [224, 32], [12, 640, 10], [9, 512, 8], [115_382_145, 0, 0], [3.08, 2.23], 'gelu'),
};
