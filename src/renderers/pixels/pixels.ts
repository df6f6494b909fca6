/** @file The pixel renderer: a parameterisation of raw values, squashed into [0, 1], in colour or gray, with a total variation penalty. */

import { AtelierError } from '../../errors.js';
import type { Picture } from '../../image.js';
import { Palette, type PaletteOptions } from '../palette.js';
import type { Parameters, Penalty, Renderer, Rendering } from '../renderer.js';
import { fourierPixels } from './fourier.js';
import { plainPixels, pyramidPixels } from './layers.js';
import type { Parameterisation, PixelGrid } from './parameterisation.js';
import { totalVariation } from './total-variation.js';

/** What to draw pixels with. */
export interface PixelOptions {
	/** Canvas size in pixels, whole numbers from 1. */
	readonly width: number;
	readonly height: number;
	/** 'pyramid': a sum of grids of 4, 8, 16, ... px; 'fourier': decorrelated Fourier coefficients; 'rgb': the values themselves. Default 'pyramid'. */
	readonly parameterisation?: 'pyramid' | 'fourier' | 'rgb';
	/** Three channels, or one shown as gray. Default true. */
	readonly color?: boolean;
	/** Weight of the total variation (mean neighbour difference) in the penalty; 3 suits the small encoder at 32-64 px. Default 0: no penalty. */
	readonly tv?: number;
	/** Fourier only: amplitude falls with frequency to this power; 1 is that of natural images, more is smoother. Default 1. */
	readonly decay?: number;
	/** Exact colours; takes colour pixels. Default: any. */
	readonly palette?: PaletteOptions;
	/** A picture of the canvas' size to start from. Default: mid-gray. */
	readonly start?: Picture;
}

/**
 * A renderer of pixels.
 *
 * @throws AtelierError E_ARGUMENT when an option is out of range.
 */
export function createPixels(options: PixelOptions): Renderer {
	for (const side of ['width', 'height'] as const) {
		if (Number.isInteger(options[side]) && options[side] > 0) continue;
		throw new AtelierError('E_ARGUMENT', `expected the ${side} as a positive whole number, got ${options[side]}`);
	}
	for (const name of ['tv', 'decay'] as const) {
		const value = options[name] ?? 0;
		if (Number.isFinite(value) && value >= 0) continue;
		throw new AtelierError('E_ARGUMENT', `expected ${name} as a number >= 0, got ${value}`);
	}
	if (options.palette && options.color === false)
		throw new AtelierError('E_ARGUMENT', 'expected colour pixels with a palette, got gray ones; drop one');
	const { start } = options;
	if (start && !(start.width === options.width && start.height === options.height))
		throw new AtelierError(
			'E_SHAPE',
			`expected a picture of ${options.width} x ${options.height} to start from, got ${start.width} x ${start.height}; resize it`,
		);
	return drawnAt(options, 1, options.palette && new Palette(options.palette), false);
}

/** The same parameters drawn at a multiple of the canvas size; `final` in the palette's own colours. */
function drawnAt(options: PixelOptions, scale: number, palette: Palette | undefined, final: boolean): Renderer {
	const width = Math.max(1, Math.round(options.width * scale));
	const height = Math.max(1, Math.round(options.height * scale));
	const channels = (options.color ?? true) ? 3 : 1;
	const grid = {
		width: options.width,
		height: options.height,
		channels,
		drawnWidth: width,
		drawnHeight: height,
	} as const;
	const pixels = parameterise(options, grid);
	const tv = options.tv ?? 0;
	let last: { readonly params: Parameters; readonly rendering: Rendering } | undefined;

	function render(params: Parameters): Rendering {
		const { raw, pullback } = pixels.decode(params);
		const free = { width, height, data: toPicture(raw, channels, pixels.slope) };
		const mixture = palette?.mix(free.data, 3, params, final);
		const rendering: Rendering = {
			image: mixture ? { width, height, data: mixture.colors } : free,
			pullback: (dImage) => {
				const mixed = mixture?.pullback(dImage);
				return {
					...pullback(fromPicture(mixed?.dColors ?? dImage, free, channels, pixels.slope)),
					...(palette && mixed && palette.gradients(mixed)),
				};
			},
		};
		// The optimiser changes parameters in place, so only a copy tells whether the penalty may use this drawing.
		if (tv > 0) last = { params: copyOf(params), rendering };
		return rendering;
	}

	function penalty(params: Parameters): Penalty {
		const { image, pullback } = last && isSame(last.params, params) ? last.rendering : render(params);
		const { value, gradient } = totalVariation(image);
		for (let i = 0; i < gradient.length; i++) gradient[i] = tv * gradient[i]!;
		return { value: tv * value, gradient: pullback(gradient) };
	}

	return {
		name: 'pixels',
		width,
		height,
		learningRates: { ...pixels.learningRates, ...palette?.learningRates },
		init: (random) => ({
			...pixels.init(random, options.start && fromStart(options.start, channels, pixels.slope)),
			...palette?.init(random.split('palette')),
		}),
		render,
		project(params, progress = 0) {
			palette?.project(params, progress);
			if (pixels.slope !== undefined) return;
			for (const name of Object.keys(pixels.learningRates)) {
				const group = params[name]!;
				for (let i = 0; i < group.length; i++) group[i] = Math.min(Math.max(group[i]!, 0), 1);
			}
		},
		...(tv > 0 ? { penalty } : {}),
		scaled: (factor) => {
			if (!(factor * scale >= 1 && Number.isFinite(factor))) {
				throw new AtelierError('E_ARGUMENT', `expected a scale of at least 1 of the canvas, got ${factor * scale}`);
			}
			return drawnAt(options, scale * factor, palette, true);
		},
	};
}

function parameterise(options: PixelOptions, grid: PixelGrid): Parameterisation {
	switch (options.parameterisation ?? 'pyramid') {
		case 'pyramid':
			return pyramidPixels(grid);
		case 'fourier':
			return fourierPixels(grid, options.decay ?? 1);
		case 'rgb':
			return plainPixels(grid);
	}
}

/** Squash, and show one channel as three. */
function toPicture(raw: Float32Array, channels: 1 | 3, slope: number | undefined): Float32Array {
	const copies = 3 / channels;
	const data = new Float32Array(raw.length * copies);
	for (let i = 0, o = 0; i < raw.length; i++) {
		const value = slope === undefined ? raw[i]! : 1 / (1 + Math.exp(-slope * raw[i]!));
		for (let k = 0; k < copies; k++, o++) data[o] = value;
	}
	return data;
}

/** The raw values of a picture; squashed ones as far as they can be reached. */
function fromStart({ data }: Picture, channels: 1 | 3, slope: number | undefined): Float32Array {
	const raw = new Float32Array((data.length / 3) * channels);
	for (let i = 0, o = 0; i < data.length; i += 3 / channels, o++) {
		const value = channels === 3 ? data[i]! : (data[i]! + data[i + 1]! + data[i + 2]!) / 3;
		const squashed = Math.min(Math.max(value, 0.01), 0.99);
		raw[o] = slope === undefined ? value : Math.log(squashed / (1 - squashed)) / slope;
	}
	return raw;
}

function fromPicture(dImage: Float32Array, image: Picture, channels: 1 | 3, slope: number | undefined): Float32Array {
	if (dImage.length !== image.data.length) {
		throw new AtelierError('E_SHAPE', `expected a gradient of ${image.data.length} numbers, got ${dImage.length}`);
	}
	const copies = 3 / channels;
	const dRaw = new Float32Array(image.data.length / copies);
	for (let i = 0, o = 0; i < dRaw.length; i++) {
		const value = image.data[o]!;
		const derivative = slope === undefined ? 1 : slope * value * (1 - value);
		let sum = 0;
		for (let k = 0; k < copies; k++, o++) sum += dImage[o]!;
		dRaw[i] = derivative * sum;
	}
	return dRaw;
}

function copyOf(params: Parameters): Parameters {
	return Object.fromEntries(Object.entries(params).map(([name, group]) => [name, group.slice()]));
}

function isSame(a: Parameters, b: Parameters): boolean {
	return Object.entries(a).every(([name, group]) => {
		const other = b[name];
		if (other?.length !== group.length) return false;
		for (let i = 0; i < group.length; i++) if (group[i] !== other[i]) return false;
		return true;
	});
}
