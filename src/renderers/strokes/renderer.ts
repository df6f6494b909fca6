/** @file The stroke renderer: cubic Bezier strokes with width, colour and opacity, as a {@link Renderer}. */

import type { Random } from '../../random.js';
import { Palette } from '../palette.js';
import { PathDrawing } from '../paths/drawing.js';
import { Outline } from '../paths/outlines.js';
import { colorLossOf } from '../paths/penalty.js';
import { firstFree, initPlaces, lossInPlaces, type Place } from '../paths/places.js';
import { FigureRenderer } from '../paths/renderer.js';
import type { DrawnLine, Parameters, Renderer } from '../renderer.js';
import { transformsOf } from '../symmetry.js';
import { brushes } from './brushes.js';
import { followLine } from './fit.js';
import { initStrokes } from './init.js';
import { type ResolvedStrokeOptions, resolveStrokeOptions, type StrokeOptions, type StrokeRates } from './options.js';
import { type Stroke, type StrokeParameters, strokesFromParams } from './params.js';

/** How far a stroke may stray from the line that it was drawn as, in parts of the shorter side. */
const drawnTolerance = 0.004;

export interface StrokesRenderer extends Renderer {
	readonly learningRates: StrokeRates & Record<string, number>;
	/** Options with defaults filled in; `segments` is the layout of the points. */
	readonly options: ResolvedStrokeOptions;
	init(random: Random): StrokeParameters;
	toSvg(params: Parameters): string;
	scaled(scale: number): StrokesRenderer;
	grown(more: readonly Parameters[]): StrokesRenderer;
	fitted(drawn: DrawnLine): Parameters;
	/** The parameters as a list of strokes, in drawing order; each once, whatever the symmetry and the brush. */
	strokes(params: Parameters): Stroke[];
}

class Strokes extends FigureRenderer implements StrokesRenderer {
	declare readonly learningRates: StrokeRates & Record<string, number>;

	constructor(
		readonly options: ResolvedStrokeOptions,
		drawing: PathDrawing,
	) {
		const { places } = options;
		const { vertices } = drawing.plan.outline;
		const inPlace = ({ start, end, width, height }: Place, random: Random) =>
			initStrokes({ ...options, width, height }, vertices.slice(start, end), random);
		const { width, height, paths } = options;
		const free: Place = { x: 0, y: 0, width, height, start: firstFree(places), end: paths };
		const start = (random: Random) =>
			places.length > 0 ? initPlaces([...places, free], random, inPlace) : initStrokes(options, vertices, random);
		const { colorLoss } = colorLossOf(options);
		const settings = {
			...options,
			...(colorLoss && { colorLoss: lossInPlaces(places, colorLoss) }),
			black: options.colorMode === 'black',
			learningRates: { ...options.learningRates },
		};
		super('strokes', settings, drawing, start);
	}

	override init(random: Random): StrokeParameters {
		return super.init(random) as StrokeParameters;
	}

	strokes(params: Parameters): Stroke[] {
		this.drawing.check(params);
		const { outline } = this.drawing.plan;
		const points = outline.controlPoints(params.points!);
		return strokesFromParams({ ...params, points, colors: this.drawing.finalColors(params) }, outline.segments);
	}

	override scaled(scale: number): StrokesRenderer {
		return new Strokes(this.options, this.drawing.scaled(scale));
	}

	grown(more: readonly Parameters[]): StrokesRenderer {
		const { paths, segments, curve } = this.options;
		const added = more.map(({ points }) => points!.length / 2 - 1).map((n) => (curve === 'bezier' ? n / 3 : n));
		return strokesOf({ ...this.options, paths: paths + more.length, segments: [...segments, ...added] });
	}

	/**
	 * With more segments than others have where the line needs them. Where strokes are black it is black too; with a palette it is
	 * seen in the nearest of its colours.
	 */
	fitted({ line, width, color }: DrawnLine): Parameters {
		const { width: w, height: h, curve, segments, colorMode } = this.options;
		const points = line.map(([x, y]) => [x * w, y * h] as const);
		return {
			points: followLine(points, curve, segments.at(-1)!, drawnTolerance * Math.min(w, h)),
			widths: Float32Array.of(width * Math.min(w, h)),
			colors: Float32Array.of(...(colorMode === 'black' ? [0, 0, 0] : color), 1),
		};
	}
}

/**
 * A differentiable renderer of `paths` strokes on a `width` x `height` canvas. Parameter groups: `points` (x, y in nominal pixels),
 * `widths` (pixels), `colors` (RGBA, [0, 1]), `background` (RGB, [0, 1]), and those of a {@link Palette}. Throws E_ARGUMENT for options out of range.
 */
export function createStrokes(options: StrokeOptions): StrokesRenderer {
	return strokesOf(resolveStrokeOptions(options));
}

function strokesOf(resolved: ResolvedStrokeOptions): Strokes {
	const { width, height, curve, segments, brush, symmetry, palette } = resolved;
	const plan = {
		width,
		height,
		outline: new Outline(curve, segments),
		widths: true,
		passes: brushes[brush],
		transforms: transformsOf(symmetry, width, height),
		...(palette && { palette: new Palette(palette) }),
	};
	return new Strokes(resolved, new PathDrawing(plan, 1, false));
}
