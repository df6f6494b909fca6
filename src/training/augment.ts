/**
 * @file Turns a stored 40 px image into a training picture: another colour, backdrop, place and quality each time.
 *
 * The aim is an encoder that knows shapes and not palettes, and whose gradient says where lines go. All shares below are
 * of samples; natural colours survive in most emoji and colour icons so that colour words can be learnt too.
 */

import { AtelierError } from '../errors.js';
import { colorNames } from '../guidance/color-words.js';
import type { Random } from '../random.js';
import { chooseBackdrop, createBackdrop } from './augment/backdrop.js';
import { classifyColor, dominantColor, randomColor } from './augment/colors.js';
import {
	edges,
	invert,
	loadInk,
	meanColor,
	rotateHue,
	silhouette,
	sourceSide,
	type Thickness,
	toGray,
} from './augment/ink.js';
import { blur, noiseAndClamp } from './augment/lens.js';
import { homographySize, randomHomography, soften, warpOnto } from './augment/warp.js';
import type { ImageKind } from './corpus/sources.js';

export { classifyColor, colorValues } from './augment/colors.js';

/** How a sample is made. */
export interface AugmentOptions {
	/** Side of the picture in pixels. */
	readonly size: number;
	/** Strength of placement, tone, blur and noise: 0 is none, 1 (the default) the full recipe. */
	readonly hard?: number;
	/** Whether the drawing may be mirrored; false for arrows and letters. Default true. */
	readonly mirror?: boolean;
}

/** What was done to a sample. */
export interface AugmentInfo {
	/** Index into colorNames of the colour that more than 60 % of the drawing shows, else -1. */
	readonly color: number;
	readonly silhouette: boolean;
	readonly edges: boolean;
	readonly mirrored: boolean;
	/** 1: the source fills the frame. */
	readonly scale: number;
}

const black = colorNames.indexOf('black');
const ink = new Float32Array(sourceSide * sourceSide * 4);
const tint = new Float32Array(3);
const map = new Float64Array(homographySize);
const backdrop = createBackdrop();

/**
 * Write an augmented view of an image.
 *
 * @param rgba40 [40, 40, 4] premultiplied bytes
 * @param out receives [size, size, 3] in [0, 1] from `offset` on
 * @throws AtelierError E_ARGUMENT when `rgba40` or `out` is too short
 */
export function augment(
	rgba40: Uint8Array,
	kind: ImageKind,
	random: Random,
	options: AugmentOptions,
	out: Float32Array,
	offset: number,
): AugmentInfo {
	const { size, hard = 1, mirror = true } = options;
	checkRoom(rgba40, size, out, offset);
	loadInk(rgba40, ink);

	const onlyEdges = random.chance(0.12);
	const flat = onlyEdges || kind === 'glyph' || random.chance(0.05);
	let color: number;
	if (flat) {
		chooseTint(random, onlyEdges ? 0.6 : 0.35);
		const thickness = random.chance(0.3) ? randomThickness(random) : 0;
		if (onlyEdges) edges(ink, tint, thickness);
		else silhouette(ink, tint, thickness);
		color = onlyEdges ? -1 : classifyColor(tint[0] as number, tint[1] as number, tint[2] as number);
	} else {
		if (random.chance(0.3)) rotateHue(ink, random.uniform(0.6, 2 * Math.PI - 0.6));
		if (random.chance(0.15)) toGray(ink);
		if (random.chance(0.04)) invert(ink);
		meanColor(ink, tint);
		color = dominantColor(ink, sourceSide);
	}
	chooseBackdrop(tint, flat, random, backdrop);

	const mirrored = mirror && random.chance(0.4);
	const scale = randomHomography(random, hard, mirrored, map);
	if (scale < 0.95) soften(ink);
	const contrast = 1 + hard * random.uniform(-0.25, 0.15);
	const brightness = hard * random.uniform(-0.08, 0.08);
	warpOnto(ink, map, backdrop, contrast, brightness, size, out, offset);
	if (random.chance(0.2 * hard)) blur(out, offset, size, random.uniform(0.4, 1));
	const sigma = random.chance(0.35 * hard) ? random.uniform(0, 0.1) : 0;
	noiseAndClamp(out, offset, size * size * 3, sigma, random);
	return { color, silhouette: flat && !onlyEdges, edges: onlyEdges, mirrored, scale };
}

/** The ink of a silhouette: near black with the given probability, else every other colour word equally often. */
function chooseTint(random: Random, nearBlack: number): void {
	let name = black;
	if (!random.chance(nearBlack)) {
		name = random.int(colorNames.length - 1);
		if (name >= black) name++;
	}
	randomColor(name, random, tint);
}

function randomThickness(random: Random): Thickness {
	const u = random.uniform();
	return u < 0.35 ? -1 : u < 0.8 ? 1 : 2;
}

/**
 * Write the plain view for evaluation: the image as stored, filling the frame, on white.
 *
 * @param rgba40 [40, 40, 4] premultiplied bytes
 * @param out receives [size, size, 3] in [0, 1] from `offset` on
 * @throws AtelierError E_ARGUMENT when `rgba40` or `out` is too short
 */
export function plainSample(rgba40: Uint8Array, size: number, out: Float32Array, offset: number): void {
	checkRoom(rgba40, size, out, offset);
	const ratio = sourceSide / size;
	// Mean over the source square under each pixel; a pixel smaller than a source pixel takes bilinear's footprint instead.
	const reach = Math.max(ratio, 1) / 2;
	for (let v = 0; v < size; v++)
		for (let u = 0; u < size; u++) {
			const cx = (u + 0.5) * ratio;
			const cy = (v + 0.5) * ratio;
			let r = 0;
			let g = 0;
			let b = 0;
			let a = 0;
			let total = 0;
			for (let y = Math.max(0, Math.floor(cy - reach)); y < Math.min(sourceSide, cy + reach); y++) {
				const wy = Math.min(y + 1, cy + reach) - Math.max(y, cy - reach);
				for (let x = Math.max(0, Math.floor(cx - reach)); x < Math.min(sourceSide, cx + reach); x++) {
					const w = wy * (Math.min(x + 1, cx + reach) - Math.max(x, cx - reach));
					const i = (y * sourceSide + x) * 4;
					r += w * (rgba40[i] as number);
					g += w * (rgba40[i + 1] as number);
					b += w * (rgba40[i + 2] as number);
					a += w * (rgba40[i + 3] as number);
					total += w;
				}
			}
			const o = offset + (v * size + u) * 3;
			const scale = 1 / (255 * total);
			const clear = 1 - a * scale;
			out[o] = Math.min(1, r * scale + clear);
			out[o + 1] = Math.min(1, g * scale + clear);
			out[o + 2] = Math.min(1, b * scale + clear);
		}
}

function checkRoom(rgba40: Uint8Array, size: number, out: Float32Array, offset: number): void {
	if (rgba40.length < sourceSide * sourceSide * 4 || offset < 0 || out.length < offset + size * size * 3)
		throw new AtelierError(
			'E_ARGUMENT',
			`expected ${sourceSide}x${sourceSide} RGBA bytes and room for ${size * size * 3} floats at ${offset}, got ${rgba40.length} bytes and ${out.length} floats`,
		);
}
