/** @file The error function to double precision. */

/**
 * erf x = 2/sqrt(pi) e^(-x^2) sum_n 2^n x^(2n+1) / (1 3 5 ... (2n+1)).
 * All terms have one sign, so nothing cancels; from |x| = 6 on, 1 - |erf x| < 3e-17.
 * Source: Abramowitz & Stegun, Handbook of Mathematical Functions, 7.1.6.
 */
export function erf(x: number): number {
	if (Number.isNaN(x)) return x;
	if (Math.abs(x) >= 6) return Math.sign(x);
	let term = x;
	let total = x;
	for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(total); n++) {
		term *= (2 * x * x) / (2 * n + 1);
		total += term;
	}
	return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total;
}
