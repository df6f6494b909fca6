/** @file Few pens for many colours: pnnquant (in gifenc) to a palette, then Ward's merging (1963) to as many as asked for, and of those that cannot be told apart. */

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
	const clusters = gifenc.quantize(Uint8Array.from(pixels), mostColors).map((color): Cluster => ({ color, weight: 0 }));
	const nearest = (color: Rgb) =>
		clusters.reduce((a, b) => (distance(b.color, color) < distance(a.color, color) ? b : a));
	for (const { color, weight } of colors) nearest(color).weight += weight;

	while (clusters.length > count) merge(clusters, closest(clusters, () => true)!);
	// Only now, or a chain of like colours would end in one gray pen.
	for (let pair = closest(clusters, isSameInk); pair; pair = closest(clusters, isSameInk)) merge(clusters, pair);
	return clusters.map(({ color }) => color.map(Math.round) as Rgb).sort((a, b) => lightness(b) - lightness(a));
}

interface Cluster {
	color: Rgb;
	weight: number;
}

/** The pair whose squared error would grow least if both became their mean, among those that may. */
function closest(clusters: readonly Cluster[], may: (a: Rgb, b: Rgb) => boolean): [number, number] | undefined {
	let pair: [number, number] | undefined;
	let least = Number.POSITIVE_INFINITY;
	for (const [i, a] of clusters.entries())
		for (let j = i + 1; j < clusters.length; j++) {
			const b = clusters[j]!;
			if (!may(a.color, b.color)) continue;
			const cost = ((a.weight * b.weight) / (a.weight + b.weight || 1)) * distance(a.color, b.color) ** 2;
			if (cost < least) {
				pair = [i, j];
				least = cost;
			}
		}
	return pair;
}

/** The second of a pair into the first. */
function merge(clusters: Cluster[], [i, j]: readonly [number, number]): void {
	const [a, b] = [clusters[i]!, clusters[j]!];
	const weight = a.weight + b.weight;
	const share = weight > 0 ? b.weight / weight : 0.5;
	a.color = a.color.map((v, c) => v + share * (b.color[c]! - v)) as Rgb;
	a.weight = weight;
	clusters.splice(j, 1);
}

/** The place of the pen that is nearest to a colour. */
export function nearestPen(pens: readonly Rgb[], color: Rgb): number {
	let best = 0;
	for (let i = 1; i < pens.length; i++) if (distance(pens[i]!, color) < distance(pens[best]!, color)) best = i;
	return best;
}

/** Whether two inks look the same; also, whether one can be seen on paper of the other's colour. */
export const isSameInk = (a: Rgb, b: Rgb): boolean => distance(a, b) <= sameInk;

const distance = (a: Rgb, b: Rgb): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
/** Rec. 709 weights. */
const lightness = ([r, g, b]: Rgb): number => 0.2126 * r + 0.7152 * g + 0.0722 * b;
