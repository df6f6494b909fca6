/** @file The Fourier transform against the plain sum that defines it. */

import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/random.js';
import { createFft } from '../../../src/renderers/pixels/fft.js';

/** The definition, [n, batch]. */
function direct(re: Float64Array, im: Float64Array, n: number, batch: number, sign: number) {
	const outRe = new Float64Array(n * batch);
	const outIm = new Float64Array(n * batch);
	for (let k = 0; k < n; k++) {
		for (let j = 0; j < n; j++) {
			const angle = (sign * 2 * Math.PI * ((j * k) % n)) / n;
			const c = Math.cos(angle);
			const s = Math.sin(angle);
			for (let b = 0; b < batch; b++) {
				const at = k * batch + b;
				const r = re[j * batch + b] as number;
				const i = im[j * batch + b] as number;
				outRe[at] = (outRe[at] as number) + c * r - s * i;
				outIm[at] = (outIm[at] as number) + c * i + s * r;
			}
		}
	}
	return [outRe, outIm] as const;
}

describe('createFft', () => {
	// Powers of two, four and both; small primes; a direct prime; Bluestein alone and with small factors.
	it.each([1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 21, 32, 35, 48, 60, 62, 64, 90, 37, 74, 101])(
		'is the definition at length %i',
		(n) => {
			const random = new Random(n);
			for (const batch of [1, 3]) {
				for (const sign of [1, -1] as const) {
					const re = Float64Array.from({ length: n * batch }, () => random.normal());
					const im = Float64Array.from({ length: n * batch }, () => random.normal());
					const [wantRe, wantIm] = direct(re, im, n, batch, sign);
					createFft(n).transform(re, im, batch, sign);
					for (let i = 0; i < re.length; i++) {
						expect(Math.abs((re[i] as number) - (wantRe[i] as number))).toBeLessThan(1e-11 * n);
						expect(Math.abs((im[i] as number) - (wantIm[i] as number))).toBeLessThan(1e-11 * n);
					}
				}
			}
		},
	);

	it('can be used again with another batch', () => {
		const fft = createFft(12);
		for (const batch of [5, 2, 5]) {
			const re = Float64Array.from({ length: 12 * batch }, (_, i) => i % 7);
			const im = new Float64Array(12 * batch);
			const [wantRe] = direct(re, im, 12, batch, 1);
			fft.transform(re, im, batch, 1);
			re.forEach((v, i) => {
				expect(v).toBeCloseTo(wantRe[i] as number, 9);
			});
		}
	});
});
