/**
 * @file The way from a renderer's parameter groups to a picture and back that strokes and shapes share:
 * vertices -> control points, free colours -> palette, figures -> copies, copies -> pixels.
 */

import { AtelierError } from '../../errors.js';
import type { Palette } from '../palette.js';
import type { Parameters, Rendering } from '../renderer.js';
import type { Transform } from '../symmetry.js';
import type { VectorDrawing } from '../vectors.js';
import { PathCanvas } from './canvas.js';
import { Copies, type Pass } from './copies.js';
import type { Outline } from './outlines.js';
import { checkGroups, type PathParameters } from './params.js';

/** What does not change while drawing. */
export interface DrawingPlan {
	/** Nominal canvas, pixels. */
	readonly width: number;
	readonly height: number;
	readonly outline: Outline;
	/** Whether figures have a group `widths`. */
	readonly widths: boolean;
	readonly passes: readonly Pass[];
	readonly transforms: readonly Transform[];
	readonly palette?: Palette;
}

/** The largest picture drawn: 10000 x 10000 pixels take 1.6 GB. */
export const MAX_PIXELS = 1e8;

/** Draws one plan at one scale. */
export class PathDrawing {
	readonly width: number;
	readonly height: number;
	private readonly canvas: PathCanvas;
	private readonly copies: Copies | undefined;
	private drawn = 0;

	/** `final` is for looking at: colours are the palette's own, and what a pullback needs is not kept, so that drawing large needs little memory. */
	constructor(
		readonly plan: DrawingPlan,
		private readonly scale: number,
		private readonly final: boolean,
	) {
		this.width = Math.max(1, Math.round(plan.width * scale));
		this.height = Math.max(1, Math.round(plan.height * scale));
		const { outline, passes, transforms } = plan;
		const copies = new Copies(outline.segments, passes, transforms);
		const [only] = passes;
		this.copies = transforms.length === 1 && passes.length === 1 && isPlain(only!) ? undefined : copies;
		this.canvas = new PathCanvas(this.width, this.height, scale, copies.layout);
	}

	/** The same plan for looking at, at a multiple of this size. @throws AtelierError E_ARGUMENT */
	scaled(factor: number): PathDrawing {
		const total = this.scale * factor;
		const pixels = this.plan.width * this.plan.height * total * total;
		if (!(total > 0 && pixels <= MAX_PIXELS)) {
			throw new AtelierError(
				'E_ARGUMENT',
				`expected a scale above 0 for a picture of at most ${MAX_PIXELS} pixels, got ${factor}; choose a smaller one`,
			);
		}
		return new PathDrawing(this.plan, total, true);
	}

	/** Throws E_ARGUMENT unless the groups have the lengths of this plan. */
	check(params: Parameters): void {
		const { outline, widths, palette } = this.plan;
		const count = outline.segments.length;
		checkGroups(params, {
			points: outline.length,
			...(widths && { widths: count }),
			colors: 4 * count,
			background: 3,
			...palette?.groups,
		});
	}

	render(params: Parameters): Rendering {
		this.check(params);
		const { width, height, canvas, copies, plan } = this;
		const { outline, palette } = plan;
		const drawing = ++this.drawn;
		const mixture = palette?.mix(params.colors!, 4, params, this.final);
		const figures = this.figures(params, mixture?.colors ?? params.colors!);
		const paths = copies ? copies.expand(figures) : figures;
		const data = canvas.draw(paths, !this.final);
		// The caller may change the parameters before pulling back.
		const copy = this.final ? (structuredClone(paths) as PathParameters) : undefined;
		let recorded = !this.final;
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
				const drawn = canvas.pullback(dImage);
				const { points, widths, colors, background } = copies ? copies.pullback(drawn) : drawn;
				const mixed = mixture?.pullback(colors);
				return {
					points: outline.pullback(points),
					...(plan.widths && { widths }),
					colors: mixed?.dColors ?? colors,
					background,
					...(palette && mixed && palette.gradients(mixed)),
				};
			},
		};
	}

	/** RGBA of every figure as it is looked at. */
	finalColors(params: Parameters): Float32Array {
		return this.plan.palette?.mix(params.colors!, 4, params, true).colors ?? params.colors!;
	}

	/** The figures as they are looked at. */
	get vectors(): VectorDrawing {
		const { width, height, outline, passes, transforms } = this.plan;
		return {
			layout: { width, height, segments: outline.segments, closed: passes.some((p) => p.filled), passes, transforms },
			figures: (params) => {
				this.check(params);
				return this.figures(params, this.finalColors(params));
			},
		};
	}

	/** Every figure once, as control points in these colours. */
	private figures(params: Parameters, colors: Float32Array): PathParameters {
		const { outline } = this.plan;
		return {
			points: outline.controlPoints(params.points!),
			widths: params.widths ?? new Float32Array(outline.segments.length),
			colors,
			background: params.background!,
		};
	}
}

const isPlain = ({ filled, width, opacity, tint }: Pass): boolean =>
	(filled || (width.own === 1 && width.plus === 0)) && opacity === 1 && tint.share === 0;
