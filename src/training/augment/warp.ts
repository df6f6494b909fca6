/** @file One bilinear warp of the premultiplied source through a random homography, composited on a backdrop. */

import type { Random } from '../../random.js';
import type { Backdrop } from './backdrop.js';
import { sourceSide } from './ink.js';

/**
 * From a point of the frame (x, y in [-1, 1]) to a point of the source (same units):
 * X = (a x + b y + c) / (1 + g x + h y), Y = (d x + e y + f) / (1 + g x + h y).
 */
export const homographySize = 8; // a b c d e f g h

/** Share of the frame that the ink of a source reaches from the centre at scale 1: 36 of 40 pixels. */
const inkReach = 0.9;

/**
 * A random placement, its amounts times `hard`; returns the scale, where 1 means that the source fills the frame.
 * Scale .9-1.35, in 25 % 1.2-1.9, in 10 % .75-.95; rotation +-.35 rad; aspect e^+-.18; shear .12; perspective .15.
 */
export function randomHomography(random: Random, hard: number, mirrored: boolean, out: Float64Array): number {
	const which = random.uniform();
	const raw =
		which < 0.25 ? random.uniform(1.2, 1.9) : which < 0.35 ? random.uniform(0.75, 0.95) : random.uniform(0.9, 1.35);
	const scale = raw ** hard;
	const turn = hard * random.uniform(-0.35, 0.35);
	const aspect = Math.exp((hard * random.uniform(-0.18, 0.18)) / 2);
	const shear = hard * random.uniform(-0.12, 0.12);
	const g = hard * random.uniform(-0.15, 0.15);
	const h = hard * random.uniform(-0.15, 0.15);
	// Room to move while staying inside; a drawing larger than the frame may lose a part of its margin.
	const reach = inkReach * scale;
	const room = reach < 1 ? 1 - reach + 0.08 : 0.08 + 0.2 * (reach - 1);
	const tx = hard * random.uniform(-room, room);
	const ty = hard * random.uniform(-room, room);
	// Forward: p' = scale R [[aspect, shear], [0, 1/aspect]] p + t; out holds its inverse.
	const cos = Math.cos(turn);
	const sin = Math.sin(turn);
	const m00 = scale * cos * aspect;
	const m01 = scale * (cos * shear - sin / aspect);
	const m10 = scale * sin * aspect;
	const m11 = scale * (sin * shear + cos / aspect);
	const determinant = m00 * m11 - m01 * m10;
	const flip = mirrored ? -1 : 1;
	const a = (flip * m11) / determinant;
	const b = (-flip * m01) / determinant;
	const d = -m10 / determinant;
	const e = m00 / determinant;
	out[0] = a;
	out[1] = b;
	out[2] = -(a * tx + b * ty);
	out[3] = d;
	out[4] = e;
	out[5] = -(d * tx + e * ty);
	out[6] = g / Math.max(1, scale);
	out[7] = h / Math.max(1, scale);
	return scale;
}

const softened = new Float32Array(sourceSide * sourceSide * 4);

/** Binomial 3 x 3 smoothing in place, for drawings about to shrink. */
export function soften(ink: Float32Array): void {
	const n = sourceSide;
	for (let y = 0; y < n; y++)
		for (let x = 0; x < n; x++) {
			const i = (y * n + x) * 4;
			const l = x > 0 ? -4 : 0;
			const r = x < n - 1 ? 4 : 0;
			for (let c = i; c < i + 4; c++)
				softened[c] = 0.5 * (ink[c] as number) + 0.25 * ((ink[c + l] as number) + (ink[c + r] as number));
		}
	for (let y = 0; y < n; y++) {
		const u = y > 0 ? -n * 4 : 0;
		const d = y < n - 1 ? n * 4 : 0;
		for (let i = y * n * 4; i < (y + 1) * n * 4; i++)
			ink[i] = 0.5 * (softened[i] as number) + 0.25 * ((softened[i + u] as number) + (softened[i + d] as number));
	}
}

/** Draw the source through the homography on the backdrop into `out` [size, size, 3] at `offset`, tone = contrast and brightness. */
export function warpOnto(
	ink: Float32Array,
	map: Float64Array,
	backdrop: Backdrop,
	contrast: number,
	brightness: number,
	size: number,
	out: Float32Array,
	offset: number,
): void {
	const [a, b, c, d, e, f, g, h] = map as unknown as [number, number, number, number, number, number, number, number];
	const { centre, slopeX, slopeY } = backdrop;
	const half = sourceSide / 2;
	const shift = 0.5 - 0.5 * contrast + brightness;
	const step = 2 / size;
	let o = offset;
	for (let v = 0; v < size; v++) {
		const y = (v + 0.5) * step - 1;
		for (let u = 0; u < size; u++, o += 3) {
			const x = (u + 0.5) * step - 1;
			const scale = half / (1 + g * x + h * y);
			const sx = half - 0.5 + (a * x + b * y + c) * scale;
			const sy = half - 0.5 + (d * x + e * y + f) * scale;
			let red = 0;
			let green = 0;
			let blue = 0;
			let clear = 1;
			const x0 = Math.floor(sx);
			const y0 = Math.floor(sy);
			// Sources have a clear margin: a pixel that touches the outside is clear.
			if (x0 >= 0 && y0 >= 0 && x0 < sourceSide - 1 && y0 < sourceSide - 1) {
				const i = (y0 * sourceSide + x0) * 4;
				const j = i + sourceSide * 4;
				const fx = sx - x0;
				const fy = sy - y0;
				const w11 = fx * fy;
				const w10 = fy - w11;
				const w01 = fx - w11;
				const w00 = 1 - fx - w10;
				const alpha =
					w00 * (ink[i + 3] as number) +
					w01 * (ink[i + 7] as number) +
					w10 * (ink[j + 3] as number) +
					w11 * (ink[j + 7] as number);
				if (alpha > 0) {
					clear = 1 - alpha;
					red =
						w00 * (ink[i] as number) +
						w01 * (ink[i + 4] as number) +
						w10 * (ink[j] as number) +
						w11 * (ink[j + 4] as number);
					green =
						w00 * (ink[i + 1] as number) +
						w01 * (ink[i + 5] as number) +
						w10 * (ink[j + 1] as number) +
						w11 * (ink[j + 5] as number);
					blue =
						w00 * (ink[i + 2] as number) +
						w01 * (ink[i + 6] as number) +
						w10 * (ink[j + 2] as number) +
						w11 * (ink[j + 6] as number);
				}
			}
			red += clear * ((centre[0] as number) + x * (slopeX[0] as number) + y * (slopeY[0] as number));
			green += clear * ((centre[1] as number) + x * (slopeX[1] as number) + y * (slopeY[1] as number));
			blue += clear * ((centre[2] as number) + x * (slopeX[2] as number) + y * (slopeY[2] as number));
			out[o] = red * contrast + shift;
			out[o + 1] = green * contrast + shift;
			out[o + 2] = blue * contrast + shift;
		}
	}
}
