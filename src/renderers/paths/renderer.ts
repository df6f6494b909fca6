/** @file What the renderers of strokes and of shapes share: figures with vertices, colours and opacities, drawn by a {@link PathDrawing}. */

import type { Random } from '../../random.js';
import type { LearningRates, Parameters, PartRanges, Penalty, Renderer, Rendering } from '../renderer.js';
import type { VectorDrawing } from '../vectors.js';
import { type Bounds, clamp, keepInside, shiftInside } from './bounds.js';
import type { PathDrawing } from './drawing.js';
import type { PathParameters } from './params.js';
import { firstFree, type Place } from './places.js';
import { drawingToSvg } from './svg.js';

/** Ranges and weights of a drawing of figures. */
export interface FigureSettings extends Bounds {
	/** Boxes that figures stay in. */
	readonly places?: readonly Place[];
	/** Legal stroke widths in pixels, where figures have widths. */
	readonly strokeWidth?: readonly [min: number, max: number];
	/** Opacity of a visible figure at least; one that falls below half of it becomes invisible. */
	readonly minOpacity: number;
	/** A loss on the figures' colours RGBA, whose gradient it writes over the second array. Default: none. */
	readonly colorLoss?: (colors: Float32Array, gradient: Float32Array) => number;
	/** Keeps R, G, B of all figures at 0. */
	readonly black?: boolean;
	/** The figures are a whole, none of which may be left out. */
	readonly fixed?: boolean;
	readonly learningRates: LearningRates;
}

/** A renderer of figures. Parameter groups: `points`, `colors` (RGBA), `background` (RGB), `widths` where there are such, and a palette's. */
export class FigureRenderer implements Renderer {
	readonly learningRates: LearningRates;
	/** Present only when there is a loss on colours. */
	readonly penalty?: (params: Parameters) => Penalty;
	/** Figures can be left out one by one, so that a painter can tell which of them matter. */
	readonly elements?: number;
	readonly hide?: (params: Parameters, element: number) => void;
	readonly partRanges?: (element: number) => PartRanges;
	readonly move?: (params: Parameters, elements: readonly number[], by: readonly [x: number, y: number]) => void;

	constructor(
		readonly name: string,
		protected readonly settings: FigureSettings,
		protected readonly drawing: PathDrawing,
		private readonly start: (random: Random) => Parameters,
	) {
		this.learningRates = { ...settings.learningRates, ...drawing.plan.palette?.learningRates };
		if (!settings.fixed) {
			this.elements = drawing.plan.outline.segments.length;
			this.hide = (params, element) => {
				drawing.check(params);
				params.colors![4 * element + 3] = 0;
			};
			const { outline, widths } = drawing.plan;
			this.partRanges = (element) => ({
				points: outline.range(element),
				...(widths && { widths: [element, element + 1] }),
				colors: [4 * element, 4 * element + 4],
			});
			this.move = (params, elements, by) => {
				drawing.check(params);
				for (const element of elements) {
					const points = params.points!.subarray(...outline.range(element));
					const bounds = this.boundsOf(element);
					const [dx, dy] = [by[0] * drawing.plan.width, by[1] * drawing.plan.height];
					// In a place it keeps its form, for it may not get far.
					const [x, y] = this.places.length > 0 ? shiftInside(points, [dx, dy], bounds) : [dx, dy];
					for (let i = 0; i < points.length; i += 2) {
						points[i]! += x;
						points[i + 1]! += y;
					}
					keepInside(points, [points.length / 2], bounds);
				}
			};
		}
		const { colorLoss } = settings;
		if (colorLoss)
			this.penalty = (params) => {
				drawing.check(params);
				const colors = new Float32Array(params.colors!.length);
				return { value: colorLoss(params.colors!, colors), gradient: { colors } };
			};
	}

	get places(): readonly Place[] {
		return this.settings.places ?? [];
	}

	/** Where a figure may go. */
	private boundsOf(element: number): Bounds {
		const place = this.places.find(({ start, end }) => element >= start && element < end);
		return place ? inPlace(this.settings, place) : this.settings;
	}

	get width(): number {
		return this.drawing.width;
	}

	get height(): number {
		return this.drawing.height;
	}

	init(random: Random): Parameters {
		return { ...this.start(random), ...this.drawing.plan.palette?.init(random.split('palette')) };
	}

	render(params: Parameters): Rendering {
		const rendering = this.drawing.render(params);
		if (!this.settings.black) return rendering;
		return {
			image: rendering.image,
			pullback(dImage) {
				const grads = rendering.pullback(dImage);
				blacken(grads.colors!);
				return grads;
			},
		};
	}

	project(params: Parameters, progress = 0): void {
		this.drawing.check(params);
		const { points, widths, colors, background } = params as PathParameters;
		const { minOpacity, strokeWidth, black } = this.settings;
		const { outline, palette } = this.drawing.plan;
		const { places } = this;
		for (const place of places) {
			const [start] = outline.range(place.start);
			const [, end] = outline.range(place.end - 1);
			keepInside(points.subarray(start, end), [], inPlace(this.settings, place));
		}
		const free = firstFree(places);
		const [start] = free < outline.vertices.length ? outline.range(free) : [points.length];
		keepInside(points.subarray(start), outline.vertices.slice(free), this.settings);
		if (strokeWidth) for (let i = 0; i < widths.length; i++) widths[i] = clamp(widths[i]!, ...strokeWidth);
		for (let i = 0; i < colors.length; i++) colors[i] = clamp(colors[i]!, 0, 1);
		for (let i = 3; i < colors.length; i += 4) {
			const alpha = colors[i]!;
			if (alpha < minOpacity) colors[i] = alpha < minOpacity / 2 ? 0 : minOpacity;
		}
		for (let i = 0; i < 3; i++) background[i] = clamp(background[i]!, 0, 1);
		if (black) blacken(colors);
		palette?.project(params, progress);
	}

	get vectors(): VectorDrawing {
		return this.drawing.vectors;
	}

	toSvg(params: Parameters): string {
		this.drawing.check(params);
		return drawingToSvg(this.drawing.plan, params, this.drawing.finalColors(params));
	}

	scaled(scale: number): Renderer {
		return new FigureRenderer(this.name, this.settings, this.drawing.scaled(scale), this.start);
	}
}

/** The bounds of figures of a place: they never leave it, even where the canvas has no margin. */
const inPlace = (settings: FigureSettings, { x, y, width, height }: Place): Bounds => ({
	...{ x, y, width, height },
	margin: Math.max(0, settings.margin),
});

/** R, G, B of every RGBA to 0. */
function blacken(colors: Float32Array): void {
	for (let i = 0; i < colors.length; i += 4) colors.fill(0, i, i + 3);
}
