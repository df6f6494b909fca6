/**
 * @file A loss on the figures' colours c_i and opacities a_i alone, for n figures:
 *   w_o / n sum_i a_i + w_s / n sum_i a_i |c_i - m|, with m = sum_i a_i c_i / sum_i a_i and |v| = sqrt(v.v + eps).
 * The first term lets figures vanish that nothing asks for; the second lets their colours join the others'.
 */

const eps = 1e-4;

/** The loss; its gradient is written over `gradient`. Both arrays hold RGBA a figure. */
export function colorPenalty(
	colors: Float32Array,
	opacityWeight: number,
	spreadWeight: number,
	gradient: Float32Array,
): number {
	const n = colors.length / 4;
	const mean = [0, 0, 0];
	let total = 1e-9; // All may be invisible.
	for (let i = 0; i < colors.length; i += 4) {
		const alpha = colors[i + 3] as number;
		total += alpha;
		for (let c = 0; c < 3; c++) mean[c] = (mean[c] as number) + alpha * (colors[i + c] as number);
	}
	for (let c = 0; c < 3; c++) mean[c] = (mean[c] as number) / total;

	let value = 0;
	const dMean = [0, 0, 0];
	for (let i = 0; i < colors.length; i += 4) {
		const alpha = colors[i + 3] as number;
		let square = eps;
		for (let c = 0; c < 3; c++) square += ((colors[i + c] as number) - (mean[c] as number)) ** 2;
		const distance = Math.sqrt(square);
		value += (alpha * (opacityWeight + spreadWeight * distance)) / n;
		gradient[i + 3] = (opacityWeight + spreadWeight * distance) / n;
		for (let c = 0; c < 3; c++) {
			const d = (spreadWeight * alpha * ((colors[i + c] as number) - (mean[c] as number))) / (distance * n);
			gradient[i + c] = d;
			dMean[c] = (dMean[c] as number) - d;
		}
	}
	for (let i = 0; i < colors.length; i += 4)
		for (let c = 0; c < 3; c++) {
			const d = (dMean[c] as number) / total;
			gradient[i + c] = (gradient[i + c] as number) + d * (colors[i + 3] as number);
			gradient[i + 3] = (gradient[i + 3] as number) + d * ((colors[i + c] as number) - (mean[c] as number));
		}
	return value;
}
