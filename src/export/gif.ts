/** @file Animated GIF: of each picture only the pixels that have changed, with a palette of their own. */

import { gifenc, type Rgb } from './gifenc.js';
import type { Timelapse } from './timelapse.js';

/** Colours a picture besides the one that stands for 'as before'. */
const colors = 255;
/** Pixels that a palette is made from at most. */
const sampled = 40_000;

/** Bytes of a GIF that repeats for ever. */
export async function encodeGif(film: Timelapse): Promise<Uint8Array> {
	const { width, height, count, fps, hold } = film;
	const gif = gifenc.GIFEncoder({ initialCapacity: 1 << 20 });
	let before: Uint8Array | undefined;
	let clock = 0;
	let i = 0;
	for await (const rgb of film.pictures()) {
		const changed = changedPixels(rgb, before);
		const palette = gifenc.quantize(sampleOf(rgb, changed), colors);
		const asBefore = palette.length;
		const index = new Uint8Array(width * height).fill(asBefore);
		const nearest = nearestIn(palette);
		for (const p of changed) index[p] = nearest(rgb[3 * p]!, rgb[3 * p + 1]!, rgb[3 * p + 2]!);
		i++;
		// Delays are whole hundredths of a second: rounded so that the whole takes its time.
		const end = Math.round(100 * (i < count ? i / fps : (count - 1) / fps + hold));
		gif.writeFrame(index, width, height, {
			palette: [...palette, [0, 0, 0]],
			repeat: 0,
			delay: 10 * (end - clock),
			transparent: true,
			transparentIndex: asBefore,
			dispose: 1,
		});
		before = rgb;
		clock = end;
	}
	gif.finish();
	return gif.bytes();
}

function changedPixels(rgb: Uint8Array, before: Uint8Array | undefined): Uint32Array {
	const changed = new Uint32Array(rgb.length / 3);
	let n = 0;
	for (let p = 0, i = 0; i < rgb.length; p++, i += 3)
		if (!before || rgb[i] !== before[i] || rgb[i + 1] !== before[i + 1] || rgb[i + 2] !== before[i + 2])
			changed[n++] = p;
	return changed.subarray(0, n);
}

/** RGBA of some of the pixels, evenly chosen; of one at least. */
function sampleOf(rgb: Uint8Array, pixels: Uint32Array): Uint8Array {
	const step = Math.max(1, Math.floor(pixels.length / sampled));
	const sample = new Uint8Array(4 * Math.max(1, Math.ceil(pixels.length / step))).fill(255);
	for (let k = 0, o = 0; k < pixels.length; k += step, o += 4)
		sample.set(rgb.subarray(3 * pixels[k]!, 3 * pixels[k]! + 3), o);
	return sample;
}

/** The place of a colour in a palette. Exact, unlike gifenc's own, where the first colour of a bin speaks for all of it. */
function nearestIn(palette: readonly Rgb[]): (r: number, g: number, b: number) => number {
	const known = new Map<number, number>();
	return (r, g, b) => {
		const key = (r << 16) | (g << 8) | b;
		const found = known.get(key);
		if (found !== undefined) return found;
		let best = 0;
		let least = Number.POSITIVE_INFINITY;
		for (let i = 0; i < palette.length; i++) {
			const [red, green, blue] = palette[i]!;
			const d = (red - r) ** 2 + (green - g) ** 2 + (blue - b) ** 2;
			if (d < least) {
				least = d;
				best = i;
			}
		}
		known.set(key, best);
		return best;
	};
}
