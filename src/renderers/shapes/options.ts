/** @file The options of the shape renderer: what may be asked for, the defaults, and the checks. */

import { checker, isRgb, whole, within } from '../check.js';
import type { PaletteOptions, Rgb } from '../palette.js';
import { MAX_PIXELS } from '../paths/drawing.js';
import type { OutlineKind } from '../paths/outlines.js';
import type { Symmetry } from '../symmetry.js';

/** What filled shapes may be: the closed ones of {@link OutlineKind}. */
export type ShapeKind = Exclude<OutlineKind, 'bezier' | 'smooth'>;

/** Learning rates a caller may override; points in pixels. */
export interface ShapeRates {
	readonly points: number;
	readonly colors: number;
	readonly background: number;
}

export interface ShapeOptions {
	/** Canvas size in pixels. */
	readonly width: number;
	readonly height: number;
	/** Number of shapes, drawn first to last. */
	readonly count: number;
	/** Default 'blob'. */
	readonly kind?: ShapeKind;
	/** Vertices of a blob, segments of a curve, corners of a polygon; an ellipse has none. Default 6 for blobs, 4 for curves and polygons. */
	readonly corners?: number;
	/** Radii at the start, as fractions of the shorter side. Default [0.08, 0.2]. */
	readonly initialRadius?: readonly [min: number, max: number];
	/** A line around every shape. Width in pixels. Default: none. */
	readonly outline?: { readonly width: number; readonly color: Rgb };
	/** Exact colours; opacity is then 1 or 0. Default: any. */
	readonly palette?: PaletteOptions;
	/** Motions under which every shape is repeated. Default: none. */
	readonly symmetry?: Symmetry;
	/** Background RGB in [0, 1]. Default white. */
	readonly background?: Rgb;
	/** Whether the background has a learning rate above 0. Default false. */
	readonly learnBackground?: boolean;
	/** Keeps vertices at least this many pixels inside the canvas. Default: they may leave it. */
	readonly margin?: number;
	/** Weight of the mean opacity in the loss. Default 0. */
	readonly opacityPenalty?: number;
	/** Weight of how far colours lie from the drawing's mean colour. Default 0. */
	readonly spreadPenalty?: number;
	/** Opacity of a visible shape at least; one that falls below half of it becomes invisible. Default 0. */
	readonly minOpacity?: number;
	readonly learningRates?: Partial<ShapeRates>;
}

/** Options with every default filled in. */
export interface ResolvedShapeOptions extends Required<Omit<ShapeOptions, 'outline' | 'palette' | 'symmetry'>> {
	readonly outline?: ShapeOptions['outline'];
	readonly palette?: PaletteOptions;
	readonly symmetry?: Symmetry;
	/** -Infinity: no limit. */
	readonly margin: number;
	readonly learningRates: ShapeRates;
}

/** Fewest vertices that enclose an area, by kind. */
const fewest: Readonly<Record<ShapeKind, number>> = { blob: 3, curve: 2, polygon: 3, ellipse: 4 };
const usual: Readonly<Record<ShapeKind, number>> = { blob: 6, curve: 4, polygon: 4, ellipse: 4 };

const check = checker('shape options');

/** Fill in the defaults and check ranges. @throws AtelierError E_ARGUMENT naming the option */
export function resolveShapeOptions(options: ShapeOptions): ResolvedShapeOptions {
	const { width, height, count } = options;
	check(
		whole(width, 1, MAX_PIXELS) && whole(height, 1, MAX_PIXELS / width),
		`a canvas of whole pixels, at least 1 a side and at most ${MAX_PIXELS} in all`,
		[width, height],
	);
	check(whole(count, 1, 100_000), 'count as a whole number from 1 to 100000', count);
	const kind = options.kind ?? 'blob';
	check(Object.hasOwn(usual, kind), `kind ${Object.keys(usual).join(', ')}`, kind);
	const corners = kind === 'ellipse' ? usual.ellipse : (options.corners ?? usual[kind]);
	check(whole(corners, fewest[kind], 1000), `corners of a ${kind} from ${fewest[kind]} to 1000`, corners);
	const side = Math.min(width, height);
	const margin = options.margin ?? Number.NEGATIVE_INFINITY;
	check(
		options.margin === undefined || within(margin, 0, side / 2),
		'margin from 0 to half the shorter side',
		options.margin,
	);
	const initialRadius = options.initialRadius ?? [0.08, 0.2];
	check(
		within(initialRadius[0], 0, initialRadius[1]) && initialRadius[1] <= 10,
		'initialRadius as 0 <= min <= max <= 10',
		initialRadius,
	);
	const background = options.background ?? [1, 1, 1];
	check(isRgb(background), 'background as RGB in [0, 1]', background);
	const { outline } = options;
	check(
		!outline || (within(outline.width, 0, side) && isRgb(outline.color)),
		'outline as a width from 0 to the shorter side and a colour as RGB in [0, 1]',
		outline,
	);
	const weights = {
		opacityPenalty: options.opacityPenalty ?? 0,
		spreadPenalty: options.spreadPenalty ?? 0,
		minOpacity: options.palette ? 1 : (options.minOpacity ?? 0),
	};
	for (const [name, weight] of Object.entries(weights))
		check(within(weight, 0, name === 'minOpacity' ? 1 : Number.MAX_VALUE), `${name} of 0 or more`, weight);
	const learnBackground = options.learnBackground ?? false;
	const rates = options.learningRates ?? {};
	const learningRates = {
		points: rates.points ?? Math.sqrt(width * height) / 224,
		colors: rates.colors ?? 0.01,
		background: learnBackground ? (rates.background ?? 0.01) : 0,
	};
	for (const rate of Object.values(learningRates))
		check(within(rate, 0, Number.MAX_VALUE), 'learning rates of 0 or more', learningRates);
	return {
		width,
		height,
		count,
		kind,
		corners,
		initialRadius,
		margin,
		background,
		learnBackground,
		...weights,
		learningRates,
		...(outline && { outline }),
		...(options.palette && { palette: options.palette }),
		...(options.symmetry && { symmetry: options.symmetry }),
	};
}
