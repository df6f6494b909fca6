/** @file The fixture model as an encoder sees it: pictures and texts to embed, and the embeddings that PyTorch gives. */

import { CLIP_MEAN, CLIP_STD } from '../../src/encoders/clip.js';
import { arrayOf, fixture } from './parity.js';

/** 62 letters that are their own lower case, one for each id of the fixture's vocabulary but begin and end. */
const letters = [...'abcdefghijklmnopqrstuvwxyzαβγδεζηθικλμνξοπρςστυφχψωабвгдежзийк'];
const BEGIN = 62;
const END = 63;

/** A tokenizer of one id a letter, so that any row of the fixture's ids can be written as a text. */
export const lettersTokenizer = {
	version: '1.0',
	truncation: null,
	padding: null,
	added_tokens: [BEGIN, END].map((id) => ({
		id,
		content: id === BEGIN ? '<|startoftext|>' : '<|endoftext|>',
		single_word: false,
		lstrip: false,
		rstrip: false,
		normalized: false,
		special: true,
	})),
	normalizer: null,
	pre_tokenizer: { type: 'WhitespaceSplit' },
	post_processor: null,
	decoder: null,
	model: {
		type: 'BPE',
		unk_token: '<|endoftext|>',
		vocab: { ...Object.fromEntries(letters.map((c, i) => [c, i])), '<|startoftext|>': BEGIN, '<|endoftext|>': END },
		merges: [],
	},
};

const expected = fixture('vit_tiny.expected');

/** The fixture's pictures [3, 3, 32, 32] as an encoder takes them: [3, 32, 32, 3], before normalisation. */
export function pixels(mean = CLIP_MEAN, std = CLIP_STD): Float32Array {
	const { data } = arrayOf(expected, 'input.image');
	return Float32Array.from(data, (_, at) => {
		const c = at % 3;
		const pixel = Math.floor(at / 3) % 1024;
		const n = Math.floor(at / 3072);
		return data[(n * 3 + c) * 1024 + pixel]! * std[c]! + mean[c]!;
	});
}

/** The fixture's rows of ids, written as texts. */
export const texts = [0, 1, 2].map((n) => {
	const row = [...expected.integers.get('input.text')!.data.slice(n * 16, n * 16 + 16)];
	return row
		.slice(1, row.indexOf(END))
		.map((id) => letters[id])
		.join('');
});

export const flat = (rows: readonly Float32Array[]) => Float32Array.from(rows.flatMap((r) => [...r]));

/** Rows of 32 at unit length. */
export function unit(features: Float32Array): Float32Array {
	const out = features.slice();
	for (let at = 0; at < out.length; at += 32) {
		const length = Math.hypot(...out.subarray(at, at + 32));
		for (let i = at; i < at + 32; i++) out[i]! /= length;
	}
	return out;
}
export const imageFeatures = unit(arrayOf(expected, 'out.image_features').data);
export const textFeatures = unit(arrayOf(expected, 'out.text_features').data);
