/** @file Draws random views: each is one homography from view pixels to canvas pixels plus a colour map, so an image is resampled once. */

import { AtelierError } from '../errors.js';
import type { Random } from '../random.js';
import { affine, compose, type Homography, invert, normalised, type Point, squareToQuad } from './homography.js';
import { checkViewOptions, type Fill, type Range, type ViewOptions } from './options.js';

/** One view of a canvas, fully determined. Coordinates are continuous: pixel i covers [i, i + 1), its centre is i + 0.5. */
export interface View {
	/** From view coordinates to canvas coordinates, denominator 1 at the view's centre. */
	readonly map: Homography;
	/** Contrast: value -> 0.5 + gain (value - 0.5) + offset. */
	readonly gain: number;
	readonly offset: number;
	/** Standard deviation of the added noise. */
	readonly noise: number;
	/** Non-zero 32-bit integer that fixes the noise. */
	readonly noiseSeed: number;
	readonly fill: Fill;
}

/** Width and height in pixels. */
export interface Extent {
	readonly width: number;
	readonly height: number;
}

/**
 * Draw `count` views of a canvas, `size` pixels square each.
 *
 * @throws AtelierError E_ARGUMENT when an option, the count or a size is out of range.
 */
export function sampleViews(options: ViewOptions, count: number, canvas: Extent, size: number, random: Random): View[] {
	checkViewOptions(options);
	for (const value of [count, size, canvas.width, canvas.height]) {
		if (Number.isInteger(value) && value > 0) continue;
		throw new AtelierError(
			'E_ARGUMENT',
			`expected a positive whole number of views and pixels, got ${count} views of ${size} px of a ${canvas.width} x ${canvas.height} canvas`,
		);
	}
	const views: View[] = [];
	for (let i = 0; i < count; i++) views.push(sampleView(options, canvas, size, random));
	return views;
}

function sampleView(options: ViewOptions, canvas: Extent, size: number, random: Random): View {
	const side = Math.max(canvas.width, canvas.height);
	const between = (range: Range | undefined, otherwise: number) =>
		range === undefined ? otherwise : random.uniform(range[0], range[1]);
	const within = (limit: number | undefined) => (limit ? random.uniform(-limit, limit) : 0);

	// Right to left: view pixels -> unit square -> ... -> unit frame -> canvas pixels; the inverse of the order in which
	// the canvas is distorted.
	const toCanvas = affine(side, 0, (canvas.width - side) / 2, 0, side, (canvas.height - side) / 2);
	const perspective = samplePerspective(options, random);
	const crop = options.cropScale
		? sampleCrop(options.cropScale, options.cropRatio ?? [3 / 4, 4 / 3], random)
		: affine(1, 0, 0, 0, 1, 0);
	const zoom = between(options.zoom, 1);
	const angle = within(options.rotation);
	const cos = Math.cos(angle) / zoom;
	const sin = Math.sin(angle) / zoom;
	const centreX = 0.5 + within(options.shift);
	const centreY = 0.5 + within(options.shift);
	const turn = affine(cos, -sin, centreX - (cos - sin) / 2, sin, cos, centreY - (sin + cos) / 2);
	const mirror = options.mirror && random.chance(options.mirror) ? affine(-1, 0, 1, 0, 1, 0) : affine(1, 0, 0, 0, 1, 0);
	const toUnit = affine(1 / size, 0, 0, 0, 1 / size, 0);

	return {
		map: normalised(compose(toCanvas, perspective, crop, turn, mirror, toUnit), size / 2, size / 2),
		gain: between(options.contrast, 1),
		offset: within(options.brightness),
		noise: between(options.noise, 0),
		noiseSeed: options.noise ? 1 + random.int(0x7ffffffe) : 1,
		fill: options.fill ?? 1,
	};
}

/** From the distorted unit frame back to the unit frame. */
function samplePerspective(options: ViewOptions, random: Random): Homography {
	const reach = (options.perspective ?? 0) / 2;
	if (reach === 0 || !random.chance(options.perspectiveProbability ?? 1)) return affine(1, 0, 0, 0, 1, 0);
	const inwards = (x: number, y: number): Point => [
		x + (1 - 2 * x) * random.uniform(0, reach),
		y + (1 - 2 * y) * random.uniform(0, reach),
	];
	return invert(squareToQuad([inwards(0, 0), inwards(1, 0), inwards(1, 1), inwards(0, 1)]));
}

/** From the unit square onto a random box inside the unit frame; ten tries to fit area and ratio, else the largest box of the nearest ratio, centred. */
function sampleCrop(scale: Range, ratio: Range, random: Random): Homography {
	for (let attempt = 0; attempt < 10; attempt++) {
		const area = random.uniform(scale[0], scale[1]);
		const aspect = Math.exp(random.uniform(Math.log(ratio[0]), Math.log(ratio[1])));
		const width = Math.sqrt(area * aspect);
		const height = Math.sqrt(area / aspect);
		if (width > 1 || height > 1) continue;
		return affine(width, 0, random.uniform(0, 1 - width), 0, height, random.uniform(0, 1 - height));
	}
	const aspect = Math.min(Math.max(1, ratio[0]), ratio[1]);
	const width = Math.min(1, aspect);
	const height = Math.min(1, 1 / aspect);
	return affine(width, 0, (1 - width) / 2, 0, height, (1 - height) / 2);
}
