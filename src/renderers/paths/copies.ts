/**
 * @file How often and in which ways every figure of a drawing is drawn: once per pass (a fill, an outline, a glow) and, within a
 * pass, once per motion of a symmetry group. Copies of one pass lie next to each other, so that a symmetric drawing stays
 * symmetric where they overlap. The map from figures to drawn paths is linear; the pullback is its transpose.
 */

import type { Rgb } from '../palette.js';
import type { Transform } from '../symmetry.js';
import type { PathLayout } from './canvas.js';
import type { PathParameters } from './params.js';
import { emptyPathParameters } from './params.js';

/** One way in which a figure is drawn, from its own width, colour and opacity. */
export interface Pass {
	readonly filled: boolean;
	/** Stroke width = own * the figure's + plus, in pixels. */
	readonly width: { readonly own: number; readonly plus: number };
	/** Factor on the figure's opacity. */
	readonly opacity: number;
	/** Colour = (1 - share) the figure's + share * toward. */
	readonly tint: { readonly toward: Rgb; readonly share: number };
}

const untinted = { toward: [0, 0, 0], share: 0 } as const;

/** A figure drawn as it is. */
export const strokePass: Pass = { filled: false, width: { own: 1, plus: 0 }, opacity: 1, tint: untinted };
export const fillPass: Pass = { filled: true, width: { own: 0, plus: 0 }, opacity: 1, tint: untinted };

/** The drawn paths of figures with these segment counts: figure by figure, pass by pass, motion by motion. */
export class Copies {
	readonly layout: PathLayout;

	constructor(
		private readonly segments: readonly number[],
		readonly passes: readonly Pass[],
		readonly transforms: readonly Transform[],
	) {
		const all = segments.flatMap((count) =>
			passes.flatMap(({ filled }) => transforms.map(() => [count, filled] as const)),
		);
		this.layout = { segments: all.map(([count]) => count), filled: all.map(([, filled]) => filled) };
	}

	/** Figures to drawn paths. */
	expand(figures: PathParameters): PathParameters {
		const out = { ...emptyPathParameters(this.layout.segments), background: figures.background };
		let copy = 0;
		let to = 0;
		let from = 0;
		for (const [i, count] of this.segments.entries()) {
			const controls = 3 * count + 1;
			for (const { width, opacity, tint } of this.passes) {
				for (const [a, b, c, d, e, f] of this.transforms) {
					for (let k = from; k < from + 2 * controls; k += 2, to += 2) {
						const x = figures.points[k]!;
						const y = figures.points[k + 1]!;
						out.points[to] = a * x + c * y + e;
						out.points[to + 1] = b * x + d * y + f;
					}
					out.widths[copy] = width.own * figures.widths[i]! + width.plus;
					for (let ch = 0; ch < 3; ch++)
						out.colors[4 * copy + ch] = (1 - tint.share) * figures.colors[4 * i + ch]! + tint.share * tint.toward[ch]!;
					out.colors[4 * copy + 3] = opacity * figures.colors[4 * i + 3]!;
					copy++;
				}
			}
			from += 2 * controls;
		}
		return out;
	}

	/** d loss / d drawn paths to d loss / d figures. */
	pullback(grads: PathParameters): PathParameters {
		const out = { ...emptyPathParameters(this.segments), background: grads.background };
		let copy = 0;
		let from = 0;
		let to = 0;
		for (const [i, count] of this.segments.entries()) {
			const controls = 3 * count + 1;
			for (const { width, opacity, tint } of this.passes) {
				for (const [a, b, c, d] of this.transforms) {
					for (let k = to; k < to + 2 * controls; k += 2, from += 2) {
						const x = grads.points[from]!;
						const y = grads.points[from + 1]!;
						out.points[k]! += a * x + b * y;
						out.points[k + 1]! += c * x + d * y;
					}
					out.widths[i]! += width.own * grads.widths[copy]!;
					for (let ch = 0; ch < 3; ch++) out.colors[4 * i + ch]! += (1 - tint.share) * grads.colors[4 * copy + ch]!;
					out.colors[4 * i + 3]! += opacity * grads.colors[4 * copy + 3]!;
					copy++;
				}
			}
			to += 2 * controls;
		}
		return out;
	}
}
