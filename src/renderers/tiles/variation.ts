/** @file Total variation of a mosaic, smoothed near zero like that of pixels: weight * mean over pairs and channels of sqrt(d^2 + e^2) - e, e = 0.01. */

const smoothing = 0.01;

/** The loss of colours RGBA over pairs of tiles; its gradient is written over `gradient`. */
export function variation(
	colors: Float32Array,
	pairs: readonly (readonly [number, number])[],
	weight: number,
	gradient: Float32Array,
): number {
	gradient.fill(0);
	const share = weight / Math.max(1, 3 * pairs.length);
	let value = 0;
	for (const [i, j] of pairs)
		for (let c = 0; c < 3; c++) {
			const d = colors[4 * i + c]! - colors[4 * j + c]!;
			const length = Math.sqrt(d * d + smoothing * smoothing);
			value += share * (length - smoothing);
			gradient[4 * i + c]! += (share * d) / length;
			gradient[4 * j + c]! -= (share * d) / length;
		}
	return value;
}
