/** @file The tile renderer: a mosaic whose colours alone are learned, as a {@link Renderer}. */

import { checker, isRgb, whole, within } from '../check.js';
import { Palette, type PaletteOptions, type Rgb } from '../palette.js';
import { fillPass } from '../paths/copies.js';
import { MAX_PIXELS, PathDrawing } from '../paths/drawing.js';
import { Outline } from '../paths/outlines.js';
import { FigureRenderer } from '../paths/renderer.js';
import type { Renderer } from '../renderer.js';
import { identity } from '../symmetry.js';
import { cornersOf, type TileKind, tileCorners } from './layout.js';

export interface TileOptions {
	/** Canvas size in pixels. */
	readonly width: number;
	readonly height: number;
	/** Tiles side by side across the width, 1 to 256. */
	readonly columns: number;
	/** Default 'square'. */
	readonly kind?: TileKind;
	/** Part of a tile's size that shows the background around it, 0 to 0.9. Default 0. */
	readonly gap?: number;
	/** RGB in [0, 1] between the tiles. Default white. */
	readonly background?: Rgb;
	/** Exact colours. Default: any. */
	readonly palette?: PaletteOptions;
	/** Weight of how far colours lie from the drawing's mean colour. Default 0. */
	readonly spreadPenalty?: number;
	/** Adam's rate for colours in [0, 1]. Default 0.03, pixray's for pixel grids. */
	readonly rate?: number;
}

const check = checker('tile options');

/**
 * A renderer of tiles. Parameter groups: `colors` (RGBA, the opacity always 1), `points` (corners, which stay where they are),
 * `background`, and those of a {@link Palette}.
 *
 * @throws AtelierError E_ARGUMENT for options out of range
 */
export function createTiles(options: TileOptions): Renderer {
	const { width, height, columns, kind = 'square', gap = 0, background = [1, 1, 1], palette } = options;
	const { spreadPenalty = 0, rate = 0.03 } = options;
	check(whole(width, 1, MAX_PIXELS) && whole(height, 1, MAX_PIXELS / width), 'a canvas of whole pixels', [
		width,
		height,
	]);
	check(Object.hasOwn(cornersOf, kind), `kind ${Object.keys(cornersOf).join(', ')}`, kind);
	check(whole(columns, 1, 256), 'columns as a whole number from 1 to 256', columns);
	check(within(gap, 0, 0.9), 'gap from 0 to 0.9', gap);
	check(isRgb(background), 'background as RGB in [0, 1]', background);
	for (const weight of [spreadPenalty, rate])
		check(within(weight, 0, Number.MAX_VALUE), 'spreadPenalty and rate of 0 or more', weight);

	const corners = tileCorners(kind, options, columns, gap);
	const count = corners.length / (2 * cornersOf[kind]);
	const plan = {
		width,
		height,
		outline: new Outline('polygon', new Array<number>(count).fill(cornersOf[kind])),
		widths: false,
		passes: [fillPass],
		transforms: [identity],
		...(palette && { palette: new Palette(palette) }),
	};
	const settings = {
		width,
		height,
		margin: Number.NEGATIVE_INFINITY,
		minOpacity: 1,
		opacityPenalty: 0,
		spreadPenalty,
		fixed: true,
		learningRates: { points: 0, colors: rate, background: 0 },
	};
	return new FigureRenderer('tiles', settings, new PathDrawing(plan, 1, false), (random) => ({
		points: Float32Array.from(corners),
		// Neither hue nor lightness is decided before the words speak.
		colors: Float32Array.from({ length: 4 * count }, (_, i) => (i % 4 < 3 ? random.uniform(0.45, 0.55) : 1)),
		background: Float32Array.from(background),
	}));
}
