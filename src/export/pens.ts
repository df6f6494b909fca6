/** @file Few pens for many colours: pnnquant (in gifenc) to a palette, then Ward's merging until there are as many as asked for and they can be told apart. */

import { gifenc, type Rgb } from './gifenc.js';

/** A colour in [0, 255] and how much of it there is. */
export interface WeightedColor {
	readonly color: Rgb;
	readonly weight: number;
}

/** Distance in RGB below which two inks look the same on paper. */
const sameInk = 50;
/** Colours that merging starts from at most: it looks at all pairs. */
const mostColors = 64;
/** Pixels that stand for all colours, by weight, when the palette is made. */
const sample = 4096;

/** Up to `count` pens, the lightest first, as artists and plotters take them: a dark pen that touches light ink gets no dirt. */
export function choosePens(colors: readonly WeightedColor[], count: number): Rgb[] {
	const total = colors.reduce((sum, { weight }) => sum + weight, 0);
	const pixels: number[] = [];
	for (const { color, weight } of colors)
		for (let k = Math.max(1, Math.round((sample * weight) / total)); k > 0; k--) pixels.push(...color, 255);
	if (pixels.length === 0) return [];
	const clusters = gifenc.quantize(Uint8Array.from(pixels), mostColors).map((color) => ({ color, weight: 0 }));
	const nearest = (color: Rgb) =>
		clusters.reduce((a, b) => (distance(b.color, color) < distance(a.color, color) ? b : a));
	for (const { color, weight } of colors) nearest(color).weight += weight;

	for (;;) {
		let pair: readonly [number, number] | undefined;
		let least = Number.POSITIVE_INFINITY;
		const tooMany = clusters.length > count;
		for (let i = 0; i < clusters.length; i++)
			for (let j = i + 1; j < clusters.length; j++) {
				const [a, b] = [clusters[i]!, clusters[j]!];
				const apart = distance(a.color, b.color);
				if (!tooMany && apart > sameInk) continue;
				// How much the squared error grows when both become their mean.
				const cost = ((a.weight * b.weight) / (a.weight + b.weight || 1)) * apart ** 2;
				if (cost < least) [pair, least] = [[i, j], cost];
			}
		if (!pair) break;
		const [a, b] = [clusters[pair[0]]!, clusters[pair[1]]!];
		const weight = a.weight + b.weight;
		const share = weight > 0 ? b.weight / weight : 0.5;
		a.color = a.color.map((v, c) => v + share * (b.color[c]! - v)) as Rgb;
		a.weight = weight;
		clusters.splice(pair[1], 1);
	}
	return clusters.map(({ color }) => color.map(Math.round) as Rgb).sort((a, b) => lightness(b) - lightness(a));
}

/** The place of the pen that is nearest to a colour. */
export function nearestPen(pens: readonly Rgb[], color: Rgb): number {
	let best = 0;
	for (let i = 1; i < pens.length; i++) if (distance(pens[i]!, color) < distance(pens[best]!, color)) best = i;
	return best;
}

const distance = (a: Rgb, b: Rgb): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
/** Rec. 709 weights. */
const lightness = ([r, g, b]: Rgb): number => 0.2126 * r + 0.7152 * g + 0.0722 * b;
