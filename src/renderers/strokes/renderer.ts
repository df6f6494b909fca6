/** @file The stroke renderer: cubic Bezier strokes with width, colour and opacity, as a {@link Renderer}. */

import { AtelierError } from '../../errors.js';
import type { Random } from '../../random.js';
import type { Parameters, Penalty, Renderer, Rendering } from '../renderer.js';
import { StrokeCanvas } from './canvas.js';
import { initStrokes } from './init.js';
import {
	MAX_PIXELS,
	type ResolvedStrokeOptions,
	resolveStrokeOptions,
	type StrokeOptions,
	type StrokeRates,
} from './options.js';
import {
	checkStrokeParameters,
	emptyStrokeParameters,
	type Stroke,
	type StrokeParameters,
	strokesFromParams,
} from './params.js';
import { colorPenalty } from './penalty.js';
import { strokesToSvg } from './svg.js';

export interface StrokesRenderer extends Renderer {
	readonly learningRates: StrokeRates & Record<string, number>;
	/** Options with defaults filled in; `segments` is the layout of the points. */
	readonly options: ResolvedStrokeOptions;
	init(random: Random): StrokeParameters;
	toSvg(params: Parameters): string;
	scaled(scale: number): StrokesRenderer;
	/** The parameters as a list of strokes, in drawing order. */
	strokes(params: Parameters): Stroke[];
}

// Written so that NaN ends at the lower bound.
const clamp = (v: number, low: number, high: number): number => (v >= low ? Math.min(v, high) : low);

class Strokes implements StrokesRenderer {
	readonly name = 'strokes';
	readonly width: number;
	readonly height: number;
	readonly learningRates: StrokeRates & Record<string, number>;
	private readonly canvas: StrokeCanvas;
	private drawn = 0;
	/** Present only when its weight is above 0. */
	readonly penalty?: (params: Parameters) => Penalty;

	/** `record` keeps what the pullback needs while drawing; without it the pullback draws again, and drawing large needs little memory. */
	constructor(
		readonly options: ResolvedStrokeOptions,
		private readonly scale: number,
		private readonly record: boolean,
	) {
		this.width = Math.max(1, Math.round(options.width * scale));
		this.height = Math.max(1, Math.round(options.height * scale));
		this.learningRates = { ...options.learningRates };
		this.canvas = new StrokeCanvas(this.width, this.height, scale, options.segments);
		if (options.opacityPenalty > 0 || options.spreadPenalty > 0) this.penalty = (params) => this.penaltyOf(params);
	}

	init(random: Random): StrokeParameters {
		return initStrokes(this.options, random);
	}

	render(params: Parameters): Rendering {
		const { width, height, canvas } = this;
		const groups = checkStrokeParameters(params, this.options.segments);
		const drawing = ++this.drawn;
		const data = canvas.draw(groups, this.record);
		const copy = this.record ? undefined : (structuredClone(groups) as StrokeParameters);
		let recorded = this.record;
		return {
			image: { width, height, data },
			pullback: (dImage) => {
				if (drawing !== this.drawn) {
					throw new AtelierError(
						'E_ARGUMENT',
						'expected the pullback of the last drawn picture, got an older one; pull back before drawing again',
					);
				}
				if (dImage.length !== data.length) {
					throw new AtelierError(
						'E_ARGUMENT',
						`expected a picture gradient of ${data.length} numbers (${height} x ${width} x 3), got ${dImage.length}; pass one number a channel`,
					);
				}
				if (!recorded && copy) canvas.draw(copy, true);
				recorded = true;
				const grads = canvas.pullback(dImage);
				if (this.options.colorMode === 'black') {
					for (let i = 0; i < grads.colors.length; i += 4) grads.colors.fill(0, i, i + 3);
				}
				return grads;
			},
		};
	}

	project(params: Parameters): void {
		const { points, widths, colors, background } = checkStrokeParameters(params, this.options.segments);
		const { margin, minOpacity, width, height } = this.options;
		const [thin, wide] = this.options.strokeWidth;
		if (margin >= 0)
			for (let i = 0; i < points.length; i++)
				points[i] = clamp(points[i] as number, margin, (i % 2 === 0 ? width : height) - margin);
		for (let i = 0; i < widths.length; i++) widths[i] = clamp(widths[i] as number, thin, wide);
		for (let i = 0; i < colors.length; i++) colors[i] = clamp(colors[i] as number, 0, 1);
		for (let i = 3; i < colors.length; i += 4) {
			const alpha = colors[i] as number;
			if (alpha < minOpacity) colors[i] = alpha < minOpacity / 2 ? 0 : minOpacity;
		}
		for (let i = 0; i < 3; i++) background[i] = clamp(background[i] as number, 0, 1);
		if (this.options.colorMode === 'black') for (let i = 0; i < colors.length; i += 4) colors.fill(0, i, i + 3);
	}

	/** Strokes can be left out one by one, so that a painter can tell which of them matter. */
	get elements(): number {
		return this.options.paths;
	}

	hide(params: Parameters, element: number): void {
		checkStrokeParameters(params, this.options.segments).colors[4 * element + 3] = 0;
	}

	private penaltyOf(params: Parameters): Penalty {
		const { opacityPenalty, spreadPenalty, segments } = this.options;
		const gradient = emptyStrokeParameters(segments);
		const { colors } = checkStrokeParameters(params, segments);
		return { value: colorPenalty(colors, opacityPenalty, spreadPenalty, gradient.colors), gradient };
	}

	strokes(params: Parameters): Stroke[] {
		return strokesFromParams(params, this.options.segments);
	}

	toSvg(params: Parameters): string {
		const { width, height, segments } = this.options;
		const { background } = checkStrokeParameters(params, segments);
		return strokesToSvg(width, height, background, this.strokes(params));
	}

	scaled(scale: number): StrokesRenderer {
		const total = this.scale * scale;
		const pixels = this.options.width * this.options.height * total * total;
		if (!(total > 0 && pixels <= MAX_PIXELS)) {
			throw new AtelierError(
				'E_ARGUMENT',
				`expected a scale above 0 for a picture of at most ${MAX_PIXELS} pixels, got ${scale}; choose a smaller one`,
			);
		}
		return new Strokes(this.options, total, false);
	}
}

/**
 * A differentiable renderer of `paths` strokes on a `width` x `height` canvas. Parameter groups: `points` (x, y in nominal pixels),
 * `widths` (pixels), `colors` (RGBA, [0, 1]), `background` (RGB, [0, 1]). Throws E_ARGUMENT for options out of range.
 */
export function createStrokes(options: StrokeOptions): StrokesRenderer {
	return new Strokes(resolveStrokeOptions(options), 1, true);
}
