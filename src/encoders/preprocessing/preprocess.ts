/** @file Whole pictures as an encoder was trained to see them: resized, cut to a square, in red, green and blue, in the order of its source. */

import type { Raster } from '../../image-io.js';
import { type Filter, resize, shareOf } from './pil-resize.js';

/** The steps of a model's own code. */
export interface Preprocessing {
	/** Side of the square that is left. */
	readonly size: number;
	/** When alpha is dropped, a palette resolved and inks become colours: at first (Hugging Face), or after resizing (OpenAI, open_clip). They differ for pictures that have any of these. */
	readonly rgb: 'first' | 'last';
	/** Whether the largest central square is cut out before all else. */
	readonly square?: boolean;
	/** Side that is resized to: the shorter one, the longer in proportion; or both, whatever the proportions. */
	readonly resize: { readonly to: number; readonly sides: 'shorter' | 'both'; readonly filter: Filter };
	/** Where the central square begins when it cannot be in the middle: rounded to even (torchvision), or down (Hugging Face). */
	readonly crop: 'even' | 'down';
}

/** A picture as the encoder sees it: [size, size, 3] bytes. */
export function preprocess(raster: Raster, { size, rgb, square, resize: wanted, crop }: Preprocessing): Uint8Array {
	let seen = rgb === 'first' ? inRgb(raster) : raster;
	if (square) seen = centre(seen, Math.min(seen.width, seen.height), 'down');
	const [width, height] = wanted.sides === 'both' ? [wanted.to, wanted.to] : proportional(seen, wanted.to);
	return inRgb(centre(resize(seen, width, height, wanted.filter), size, crop)).data;
}

/** Width and height for a shorter side; the longer one is rounded down. */
function proportional({ width, height }: Raster, to: number): [number, number] {
	return width <= height ? [to, Math.trunc((to * height) / width)] : [Math.trunc((to * width) / height), to];
}

function centre(raster: Raster, size: number, rounding: 'even' | 'down'): Raster {
	const { width, height, channels } = raster;
	if (width === size && height === size) return raster;
	const [left, top] = [width - size, height - size].map((free) =>
		// A half goes down where that is even, and up where it is odd.
		rounding === 'down' || free % 4 !== 3 ? Math.floor(free / 2) : Math.ceil(free / 2),
	) as [number, number];
	const data = new Uint8Array(size * size * channels);
	for (let y = 0; y < size; y++) {
		const from = ((top + y) * width + left) * channels;
		data.set(raster.data.subarray(from, from + size * channels), y * size * channels);
	}
	return { ...raster, width: size, height: size, data };
}

/** Pillow's convert('RGB'): alpha is dropped, and black takes its share of what the other inks leave; no colour profile has a say. */
function inRgb(raster: Raster): Raster {
	if (raster.channels === 3) return { ...raster, indexed: false };
	const { data: from, inks } = raster;
	const data = new Uint8Array(raster.width * raster.height * 3);
	for (let at = 0, to = 0; at < from.length; at += 4)
		for (let c = at; c < at + 3; c++) data[to++] = inks ? inked(from[c]!, from[at + 3]!) : from[c]!;
	return { ...raster, channels: 3, data, inks: false, indexed: false };
}

/** What of a colour an ink and black leave, of 255. */
function inked(ink: number, black: number): number {
	const white = 255 - black;
	return white - shareOf(ink, white);
}
