/** @file Anisotropic total variation, smoothed near zero: mean of sqrt(d^2 + e^2) - e over horizontal plus that over vertical neighbour differences d, e = 0.01. */

import type { Picture } from '../../image.js';

/** Differences well below e are hardly penalised; 0.01 is two and a half of 255 levels, not visible. */
const smoothing = 0.01;

/** The mean absolute difference of neighbours over all channels, horizontal plus vertical: 0 for a flat picture, at most about 2; the gradient is laid out as image.data. */
export function totalVariation({ width, height, data }: Picture): { value: number; gradient: Float32Array } {
	const gradient = new Float32Array(data.length);
	const row = width * 3;
	let across = 0;
	let down = 0;
	const acrossShare = width > 1 ? 1 / ((width - 1) * height * 3) : 0;
	const downShare = height > 1 ? 1 / (width * (height - 1) * 3) : 0;
	for (let y = 0; y < height; y++) {
		for (let i = y * row; i < y * row + row - 3; i++) {
			const d = data[i + 3]! - data[i]!;
			const length = Math.sqrt(d * d + smoothing * smoothing);
			across += length - smoothing;
			const slope = (acrossShare * d) / length;
			gradient[i + 3] = gradient[i + 3]! + slope;
			gradient[i] = gradient[i]! - slope;
		}
	}
	for (let i = 0; i < data.length - row; i++) {
		const d = data[i + row]! - data[i]!;
		const length = Math.sqrt(d * d + smoothing * smoothing);
		down += length - smoothing;
		const slope = (downShare * d) / length;
		gradient[i + row] = gradient[i + row]! + slope;
		gradient[i] = gradient[i]! - slope;
	}
	return { value: across * acrossShare + down * downShare, gradient };
}
