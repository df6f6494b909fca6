/** @file Colour names: which of twelve words fits an RGB colour, by rules on hue, saturation and value. */

import { colorNames } from '../../guidance/color-words.js';
import type { Random } from '../../random.js';

/** One typical RGB in [0, 1] for each name. */
export const colorValues: readonly (readonly [number, number, number])[] = [
	[0.88, 0.1, 0.12],
	[0.98, 0.52, 0.06],
	[0.99, 0.84, 0.16],
	[0.18, 0.66, 0.24],
	[0.14, 0.42, 0.88],
	[0.52, 0.22, 0.74],
	[0.97, 0.5, 0.7],
	[0.5, 0.3, 0.16],
	[0.06, 0.06, 0.06],
	[0.52, 0.52, 0.52],
	[0.98, 0.98, 0.98],
	[0.12, 0.74, 0.72],
];

// Indices into colorNames.
const RED = 0;
const ORANGE = 1;
const YELLOW = 2;
const GREEN = 3;
const BLUE = 4;
const PURPLE = 5;
const PINK = 6;
const BROWN = 7;
const BLACK = 8;
const GRAY = 9;
const WHITE = 10;
const TURQUOISE = 11;

/** Index into {@link colorNames} of the word for an RGB colour, channels in [0, 1]. */
export function classifyColor(r: number, g: number, b: number): number {
	const value = Math.max(r, g, b);
	const low = Math.min(r, g, b);
	const delta = value - low;
	if (value < 0.17) return BLACK;
	const saturation = delta / value;
	if (delta < 0.09 || saturation < 0.13) return value > 0.86 ? WHITE : value > 0.27 ? GRAY : BLACK;
	if (value > 0.92 && saturation < 0.18) return WHITE; // cream, ivory, the faintest tints
	if (value < 0.26 && saturation < 0.35) return BLACK;
	let hue = value === r ? (g - b) / delta : value === g ? 2 + (b - r) / delta : 4 + (r - g) / delta;
	hue = hue < 0 ? (hue + 6) * 60 : hue * 60;
	if (hue < 14 || hue >= 342) {
		if (value > 0.75 && saturation < 0.56) return PINK;
		return hue >= 8 && hue < 14 && value < 0.5 ? BROWN : RED;
	}
	if (hue < 40) {
		if (value < 0.66) return BROWN;
		return ORANGE;
	}
	if (hue < 68) {
		if (value < 0.5) return hue < 55 ? BROWN : GREEN;
		return YELLOW;
	}
	if (hue < 160) return GREEN;
	if (hue < 192) return TURQUOISE;
	if (hue < 256) return BLUE;
	if (hue < 298) return PURPLE;
	return value < 0.55 ? PURPLE : PINK;
}

/** Write a random colour that bears the name into `out`, channels in [0, 1]. */
export function randomColor(name: number, random: Random, out: Float32Array): void {
	const base = colorValues[name] as readonly [number, number, number];
	for (let attempt = 0; attempt < 6; attempt++) {
		const light = random.uniform(-0.14, 0.14);
		for (let c = 0; c < 3; c++) {
			const v = (base[c] as number) + light + random.uniform(-0.1, 0.1);
			out[c] = v < 0 ? 0 : Math.min(v, 1);
		}
		if (classifyColor(out[0] as number, out[1] as number, out[2] as number) === name) return;
	}
	out.set(base);
}

/**
 * The colour word that more than 60 % of the ink bears, or -1.
 *
 * @param rgba premultiplied, [pixels, 4] in [0, 1]; every second pixel and row is looked at
 */
export function dominantColor(rgba: Float32Array, side: number): number {
	const weights = new Float64Array(colorNames.length);
	let total = 0;
	for (let y = 0; y < side; y += 2)
		for (let x = 0; x < side; x += 2) {
			const i = (y * side + x) * 4;
			const a = rgba[i + 3] as number;
			if (a < 0.1) continue;
			const name = classifyColor((rgba[i] as number) / a, (rgba[i + 1] as number) / a, (rgba[i + 2] as number) / a);
			weights[name] = (weights[name] as number) + a;
			total += a;
		}
	for (let name = 0; name < weights.length; name++) if ((weights[name] as number) > 0.6 * total) return name;
	return -1;
}
