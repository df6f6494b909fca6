/**
 * @file Drawings in exactly N colours. A free colour c is drawn as the mixture sum_k w_k p_k of the palette's colours with
 * w = softmax_k(-s |c - p_k|^2) ("soft-to-hard vector quantisation", Agustsson et al. 2017). The sharpness s grows while drawing;
 * from three quarters of the steps on every colour is drawn as the nearest of the palette's.
 */

import { AtelierError } from '../errors.js';
import type { Random } from '../random.js';
import type { LearningRates, Parameters } from './renderer.js';

export type Rgb = readonly [r: number, g: number, b: number];

/** Which colours there are. */
export interface PaletteOptions {
	/** Fixed colours, RGB in [0, 1]. */
	readonly colors?: readonly Rgb[];
	/** Number of further colours that are learned. Default 0. */
	readonly learned?: number;
}

/** Colours drawn with the palette, and the way back. */
export interface Mixture {
	/** Laid out as the colours asked for. */
	readonly colors: Float32Array;
	/** d loss / d drawn colours to d loss / d free colours and d loss / d learned colours. */
	pullback(dColors: Float32Array): { readonly dColors: Float32Array; readonly dLearned: Float32Array };
}

/** Sharpness at the beginning, soft enough that the colours of a palette are still told apart by all of them. */
const softest = 3;
/** Sharpness at {@link settled}: colours a tenth apart mix by a third. */
const sharpest = 100;
/** Part of the steps after which nothing is mixed. */
const settled = 0.75;
/** Sharpness that stands for infinity. */
const hard = 1e6;

const mostColors = 64;

/** One drawing's palette. Parameter groups: `sharpness` (1 number) and, where colours are learned, `palette` (R, G, B of each). */
export class Palette {
	readonly size: number;
	private readonly fixed: readonly Rgb[];
	private readonly learned: number;

	/** @throws AtelierError E_ARGUMENT for colours out of range, none, or more than 64 */
	constructor(options: PaletteOptions) {
		this.fixed = options.colors ?? [];
		this.learned = options.learned ?? 0;
		this.size = this.fixed.length + this.learned;
		if (!this.fixed.every((c) => c.length === 3 && c.every((v) => v >= 0 && v <= 1)))
			throw new AtelierError(
				'E_ARGUMENT',
				`expected palette colours as RGB in [0, 1], got ${JSON.stringify(this.fixed)}`,
			);
		if (!(Number.isInteger(this.learned) && this.learned >= 0 && this.size >= 1 && this.size <= mostColors))
			throw new AtelierError(
				'E_ARGUMENT',
				`expected a palette of 1 to ${mostColors} colours, got ${this.fixed.length} fixed and ${this.learned} learned ones`,
			);
	}

	/** Numbers in each of the palette's parameter groups. */
	get groups(): Readonly<Record<string, number>> {
		return { sharpness: 1, ...(this.learned > 0 && { palette: 3 * this.learned }) };
	}

	/** The sharpness follows the steps, not the gradient. */
	get learningRates(): LearningRates {
		return { sharpness: 0, ...(this.learned > 0 && { palette: 0.02 }) };
	}

	/** Fresh groups; learned colours start at random, neither dark nor bright. */
	init(random: Random): Parameters {
		return {
			sharpness: Float32Array.of(softest),
			...(this.learned > 0 && {
				palette: Float32Array.from({ length: 3 * this.learned }, () => random.uniform(0.2, 0.8)),
			}),
		};
	}

	/** Into the legal range, and as sharp as it should be after this part of the steps. */
	project(params: Parameters, progress: number): void {
		const { palette, sharpness } = params;
		if (palette) for (let i = 0; i < palette.length; i++) palette[i] = Math.min(Math.max(palette[i]!, 0), 1);
		sharpness![0] = progress >= settled ? hard : softest * (sharpest / softest) ** (progress / settled);
	}

	/** R, G, B of each colour, fixed ones first. */
	colors({ palette }: Parameters): Float64Array {
		return Float64Array.of(...this.fixed.flat(), ...(palette ?? []));
	}

	/**
	 * Colours as drawn at the sharpness in the parameters, or `final`: each the nearest of the palette's. They lie `stride` numbers
	 * apart, R, G, B first; other numbers are kept.
	 */
	mix(colors: Float32Array, stride: 3 | 4, params: Parameters, final = false): Mixture {
		const { size } = this;
		const palette = this.colors(params);
		const s = final ? hard : params.sharpness![0]!;
		const out = colors.slice();
		const weights = new Float64Array((colors.length / stride) * size);
		for (let i = 0, at = 0; i < colors.length; i += stride, at += size) {
			weigh(colors, i, palette, s, weights, at, size);
			for (let c = 0; c < 3; c++) {
				let sum = 0;
				for (let k = 0; k < size; k++) sum += weights[at + k]! * palette[3 * k + c]!;
				out[i + c] = sum;
			}
		}
		const free = colors.slice();
		return { colors: out, pullback: (dColors) => this.pullback(dColors, free, stride, palette, s, weights) };
	}

	/** Gradients of the palette's own groups. */
	gradients({ dLearned }: ReturnType<Mixture['pullback']>): Parameters {
		return { sharpness: new Float32Array(1), ...(this.learned > 0 && { palette: dLearned }) };
	}

	private pullback(
		dOut: Float32Array,
		colors: Float32Array,
		stride: number,
		palette: Float64Array,
		s: number,
		weights: Float64Array,
	): { dColors: Float32Array; dLearned: Float32Array } {
		const { size } = this;
		const dColors = dOut.slice();
		const dPalette = new Float64Array(palette.length);
		const gain = new Float64Array(size);
		for (let i = 0, at = 0; i < colors.length; i += stride, at += size) {
			let mean = 0;
			for (let k = 0; k < size; k++) {
				gain[k] = 0;
				for (let c = 0; c < 3; c++) gain[k]! += dOut[i + c]! * palette[3 * k + c]!;
				mean += weights[at + k]! * gain[k]!;
			}
			dColors.fill(0, i, i + 3);
			for (let k = 0; k < size; k++) {
				const w = weights[at + k]!;
				// d logit_k, and the logit is -s |c - p_k|^2; nothing flows through the choice once it is hard.
				const d = s >= hard ? 0 : w * (gain[k]! - mean);
				for (let c = 0; c < 3; c++) {
					const slope = 2 * s * d * (palette[3 * k + c]! - colors[i + c]!);
					dColors[i + c]! += slope;
					dPalette[3 * k + c]! += w * dOut[i + c]! - slope;
				}
			}
		}
		return { dColors, dLearned: Float32Array.from(dPalette.subarray(3 * this.fixed.length)) };
	}
}

/** softmax of -s |c - p_k|^2 for the colour at `i`, to `weights[at...]`; one-hot when hard. */
function weigh(
	colors: Float32Array,
	i: number,
	palette: Float64Array,
	s: number,
	weights: Float64Array,
	at: number,
	size: number,
): void {
	let best = 0;
	let least = Number.POSITIVE_INFINITY;
	for (let k = 0; k < size; k++) {
		let square = 0;
		for (let c = 0; c < 3; c++) square += (colors[i + c]! - palette[3 * k + c]!) ** 2;
		weights[at + k] = square;
		if (square < least) {
			least = square;
			best = k;
		}
	}
	let sum = 0;
	for (let k = 0; k < size; k++) {
		const w = s >= hard ? (k === best ? 1 : 0) : Math.exp(-s * (weights[at + k]! - least));
		weights[at + k] = w;
		sum += w;
	}
	for (let k = 0; k < size; k++) weights[at + k]! /= sum;
}
