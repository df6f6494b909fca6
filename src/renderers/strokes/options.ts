/** @file The options of the stroke renderer: what may be asked for, the defaults (CLIPDraw's, Frans et al. 2021), and the checks. */

import { Random } from '../../random.js';
import { checker, isRgb, whole, within } from '../check.js';
import type { PaletteOptions } from '../palette.js';
import { MAX_PIXELS } from '../paths/drawing.js';
import type { Place } from '../paths/places.js';
import type { Symmetry } from '../symmetry.js';
import { type Brush, brushes } from './brushes.js';

/** How fresh strokes look: 'clipdraw' scatters short thin random ones, 'bold' a few long, wide, near-grey, nearly opaque ones. */
export type StrokeStyle = 'clipdraw' | 'bold';

/** 'color' learns RGB and opacity; 'black' keeps RGB at 0 and learns only opacity, which then starts at 1. */
export type StrokeColorMode = 'color' | 'black';

/** Learning rates a caller may override; units as in `learningRates` of the renderer. */
export interface StrokeRates {
	readonly points: number;
	readonly widths: number;
	readonly colors: number;
	readonly background: number;
}

export interface StrokeOptions {
	/** Canvas size in pixels. */
	readonly width: number;
	readonly height: number;
	/** Number of paths, drawn first to last. */
	readonly paths: number;
	/** Cubic segments a path: one number for all, an inclusive range drawn once per path from `layoutSeed`, or one number per path. Default [1, 3]. */
	readonly segments?: number | readonly [min: number, max: number] | { readonly perPath: readonly number[] };
	/** Seed of the segment counts, so that options alone fix the layout of the parameters. Default 0. */
	readonly layoutSeed?: number;
	/** 'bezier': `points` are control points, so a stroke may have corners; 'smooth': vertices of a B-spline, one more than segments, so it has none (and one segment is straight). Default 'bezier'. */
	readonly curve?: 'bezier' | 'smooth';
	/** What one stroke is painted with. Default 'plain'. */
	readonly brush?: Brush;
	/** Exact colours; opacity is then 1 or 0. Default: any. */
	readonly palette?: PaletteOptions;
	/** Motions under which every stroke is repeated. Default: none. */
	readonly symmetry?: Symmetry;
	/** Boxes of the canvas that strokes stay in, `margin` from their rims; for no symmetry. Default: the canvas for all. */
	readonly places?: readonly Place[];
	/** Background RGB in [0, 1]. Default white. */
	readonly background?: readonly [r: number, g: number, b: number];
	/** Whether the background has a learning rate above 0. Default false. */
	readonly learnBackground?: boolean;
	/** Legal stroke widths in pixels. Default [1, 50]. */
	readonly strokeWidth?: readonly [min: number, max: number];
	/** Stroke widths at the start, in pixels: one or a uniform range. Default 1 for 'clipdraw', 3-8 % of the shorter side for 'bold'. */
	readonly initialWidth?: number | readonly [min: number, max: number];
	/** Length of 'bold' strokes at the start, as fractions of the shorter side. Default [1/3, 2/3]. */
	readonly initialLength?: readonly [min: number, max: number];
	/** Keeps control points at least this many pixels inside the canvas, and so the strokes too (a Bezier curve lies within the hull of its points). Default: they may leave it. */
	readonly margin?: number;
	readonly colorMode?: StrokeColorMode;
	readonly style?: StrokeStyle;
	/** Weight of the mean opacity in the loss; 0 (default) leaves the penalty out. */
	readonly opacityPenalty?: number;
	/** Weight of how far colours lie from the drawing's mean colour: what nothing asks for joins the others. Default 0. */
	readonly spreadPenalty?: number;
	/** Opacity of a visible stroke at least; one that falls below half of it becomes invisible. Default 0. */
	readonly minOpacity?: number;
	readonly learningRates?: Partial<StrokeRates>;
}

/** Options with every default filled in. */
export interface ResolvedStrokeOptions {
	readonly width: number;
	readonly height: number;
	readonly paths: number;
	/** Cubic segments of each path. */
	readonly segments: readonly number[];
	readonly curve: 'bezier' | 'smooth';
	readonly brush: Brush;
	readonly palette: PaletteOptions | undefined;
	readonly symmetry: Symmetry | undefined;
	readonly places: readonly Place[];
	readonly background: readonly [r: number, g: number, b: number];
	readonly learnBackground: boolean;
	readonly strokeWidth: readonly [min: number, max: number];
	readonly initialWidth: readonly [min: number, max: number];
	readonly initialLength: readonly [min: number, max: number];
	/** -Infinity: no limit. */
	readonly margin: number;
	readonly colorMode: StrokeColorMode;
	readonly style: StrokeStyle;
	readonly opacityPenalty: number;
	readonly spreadPenalty: number;
	readonly minOpacity: number;
	readonly learningRates: StrokeRates;
}

const check = checker('stroke options');

function segmentCounts(options: StrokeOptions): number[] {
	const asked = options.segments ?? [1, 3];
	if (typeof asked === 'object' && 'perPath' in asked) {
		check(asked.perPath.length === options.paths, `segments for each of ${options.paths} paths`, asked.perPath.length);
		for (const count of asked.perPath) check(whole(count, 1, 1000), 'segments a path from 1 to 1000', count);
		return [...asked.perPath];
	}
	const [min, max] = typeof asked === 'number' ? [asked, asked] : asked;
	check(
		whole(min, 1, 1000) && whole(max, 1, 1000) && min <= max,
		'segments as whole numbers 1 <= min <= max <= 1000',
		asked,
	);
	const random = new Random(options.layoutSeed ?? 0).split('segments');
	return Array.from({ length: options.paths }, () => min + random.int(max - min + 1));
}

/** Fill in the defaults and check ranges. Throws E_ARGUMENT naming the option. */
export function resolveStrokeOptions(options: StrokeOptions): ResolvedStrokeOptions {
	const { width, height, paths } = options;
	check(
		whole(width, 1, MAX_PIXELS) && whole(height, 1, MAX_PIXELS / width),
		`a canvas of whole pixels, at least 1 a side and at most ${MAX_PIXELS} in all`,
		[width, height],
	);
	check(whole(paths, 1, 100_000), 'paths as a whole number from 1 to 100000', paths);
	const style = options.style ?? 'clipdraw';
	check(style === 'clipdraw' || style === 'bold', "style 'clipdraw' or 'bold'", style);
	const colorMode = options.colorMode ?? 'color';
	check(colorMode === 'color' || colorMode === 'black', "colorMode 'color' or 'black'", colorMode);
	const strokeWidth = options.strokeWidth ?? [1, 50];
	const [thin, wide] = strokeWidth;
	check(within(thin, 0, wide) && Number.isFinite(wide), 'strokeWidth as 0 <= min <= max', strokeWidth);
	const side = Math.min(width, height);
	const asked = options.initialWidth ?? (style === 'bold' ? [0.03 * side, 0.08 * side] : 1);
	const [from, to] = typeof asked === 'number' ? [asked, asked] : asked;
	check(within(from, 0, to) && Number.isFinite(to), 'initialWidth as 0 <= min <= max', asked);
	const initialLength = options.initialLength ?? [1 / 3, 2 / 3];
	check(within(initialLength[0], 0, initialLength[1]) && initialLength[1] <= 1000, 'initialLength as 0 <= min <= max', [
		...initialLength,
	]);
	const curve = options.curve ?? 'bezier';
	check(curve === 'bezier' || curve === 'smooth', "curve 'bezier' or 'smooth'", curve);
	const brush = options.brush ?? 'plain';
	check(Object.hasOwn(brushes, brush), `brush ${Object.keys(brushes).join(', ')}`, brush);
	const clamp = (w: number): number => Math.min(Math.max(w, thin), wide);
	const margin = options.margin ?? Number.NEGATIVE_INFINITY;
	check(
		options.margin === undefined || within(margin, 0, side / 2),
		'margin from 0 to half the shorter side',
		options.margin,
	);
	const background = options.background ?? [1, 1, 1];
	check(isRgb(background), 'background as RGB in [0, 1]', background);
	const opacityPenalty = options.opacityPenalty ?? 0;
	check(within(opacityPenalty, 0, Number.MAX_VALUE), 'opacityPenalty of 0 or more', opacityPenalty);
	const spreadPenalty = options.spreadPenalty ?? 0;
	check(within(spreadPenalty, 0, Number.MAX_VALUE), 'spreadPenalty of 0 or more', spreadPenalty);
	const minOpacity = options.palette ? 1 : (options.minOpacity ?? 0);
	check(within(minOpacity, 0, 1), 'minOpacity from 0 to 1', minOpacity);
	const learnBackground = options.learnBackground ?? false;
	const rates = options.learningRates ?? {};
	const learningRates = {
		points: rates.points ?? Math.sqrt(width * height) / 224,
		widths: rates.widths ?? 0.1,
		colors: rates.colors ?? 0.01,
		background: learnBackground ? (rates.background ?? 0.01) : 0,
	};
	for (const rate of Object.values(learningRates)) {
		check(within(rate, 0, Number.MAX_VALUE), 'learning rates of 0 or more', learningRates);
	}
	return {
		width,
		height,
		paths,
		segments: segmentCounts(options),
		curve,
		brush,
		palette: options.palette,
		symmetry: options.symmetry,
		places: options.places ?? [],
		background,
		learnBackground,
		strokeWidth,
		initialWidth: [clamp(from), clamp(to)],
		initialLength,
		margin,
		colorMode,
		style,
		opacityPenalty,
		spreadPenalty,
		minOpacity,
		learningRates,
	};
}
