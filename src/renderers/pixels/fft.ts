/**
 * @file Complex Fourier transform of any length along the first axis of an array, in double precision, not normalised:
 * X[k] = sum over j of x[j] exp(sign 2 pi i j k / n). Stockham's self-sorting mixed-radix scheme, in which the inner
 * loops run along the contiguous second axis; lengths with a prime factor above 31 by Bluestein's chirp convolution.
 * Van Loan, "Computational Frameworks for the Fast Fourier Transform", 1992, sections 1.7 and 4.2.
 */

/** Largest prime factor done directly; its cost grows with its square, Bluestein's is about that of 50. */
const largestDirectPrime = 31;

/** A transform of one length. */
export interface Fft {
	readonly length: number;
	/** In place on [length, batch] arrays; the transform of the opposite sign is the adjoint, and length times the inverse. */
	transform(re: Float64Array, im: Float64Array, batch: number, sign: 1 | -1): void;
}

/** Plan the transform of a length >= 1. */
export function createFft(length: number): Fft {
	const factors = factorise(length);
	return factors.every((p) => p <= largestDirectPrime) ? new MixedRadix(length, factors) : new Bluestein(length);
}

/** Fours first, then the primes, ascending. */
function factorise(length: number): number[] {
	const factors: number[] = [];
	let rest = length;
	for (const p of [4, 2]) for (; rest % p === 0; rest /= p) factors.push(p);
	for (let p = 3; rest > 1; p += 2) for (; rest % p === 0; rest /= p) factors.push(p);
	return factors;
}

/** cos and sin of 2 pi j / n. */
function circle(n: number): [Float64Array, Float64Array] {
	const cos = Float64Array.from({ length: n }, (_, j) => Math.cos((2 * Math.PI * j) / n));
	const sin = Float64Array.from({ length: n }, (_, j) => Math.sin((2 * Math.PI * j) / n));
	return [cos, sin];
}

class MixedRadix implements Fft {
	private readonly cos: Float64Array;
	private readonly sin: Float64Array;
	private scratchRe = new Float64Array(0);
	private scratchIm = new Float64Array(0);

	constructor(
		readonly length: number,
		private readonly factors: readonly number[],
	) {
		[this.cos, this.sin] = circle(length);
	}

	transform(re: Float64Array, im: Float64Array, batch: number, sign: 1 | -1): void {
		const size = this.length * batch;
		if (this.scratchRe.length !== size) {
			this.scratchRe = new Float64Array(size);
			this.scratchIm = new Float64Array(size);
		}
		let from: [Float64Array, Float64Array] = [re, im];
		let to: [Float64Array, Float64Array] = [this.scratchRe, this.scratchIm];
		let rest = this.length;
		let stride = batch;
		for (const p of this.factors) {
			// Twiddle table steps of this stage: the angle 2 pi / rest is `step` entries of the table.
			const step = this.length / rest;
			if (p === 4) this.radix4(from, to, rest / 4, stride, step, sign);
			else this.radix(p, from, to, rest / p, stride, step, sign);
			[from, to] = [to, from];
			rest /= p;
			stride *= p;
		}
		if (from[0] !== re) {
			re.set(from[0]);
			im.set(from[1]);
		}
	}

	/** y[pq + j] = w^(qj) * sum over l of x[q + ml] exp(sign 2 pi i jl / p), each entry a run of `stride` numbers. */
	private radix(
		p: number,
		[xr, xi]: [Float64Array, Float64Array],
		[yr, yi]: [Float64Array, Float64Array],
		m: number,
		stride: number,
		step: number,
		sign: number,
	): void {
		const n = this.length;
		const turn = n / p;
		for (let q = 0; q < m; q++) {
			for (let j = 0; j < p; j++) {
				const out = stride * (p * q + j);
				for (let l = 0; l < p; l++) {
					const angle = (q * j * step + ((j * l) % p) * turn) % n;
					const c = this.cos[angle]!;
					const s = sign * this.sin[angle]!;
					const into = stride * (q + m * l);
					if (l === 0) rotate(xr, xi, into, yr, yi, out, stride, c, s);
					else addRotated(xr, xi, into, yr, yi, out, stride, c, s);
				}
			}
		}
	}

	private radix4(
		[xr, xi]: [Float64Array, Float64Array],
		[yr, yi]: [Float64Array, Float64Array],
		m: number,
		stride: number,
		step: number,
		sign: number,
	): void {
		for (let q = 0; q < m; q++) {
			const c1 = this.cos[q * step]!;
			const s1 = sign * this.sin[q * step]!;
			const c2 = c1 * c1 - s1 * s1;
			const s2 = 2 * c1 * s1;
			const c3 = c1 * c2 - s1 * s2;
			const s3 = c1 * s2 + s1 * c2;
			for (let k = 0; k < stride; k++) {
				const a = k + stride * q;
				const b = a + stride * m;
				const c = b + stride * m;
				const d = c + stride * m;
				const acR = xr[a]! + xr[c]!;
				const acI = xi[a]! + xi[c]!;
				const bdR = xr[b]! + xr[d]!;
				const bdI = xi[b]! + xi[d]!;
				const amcR = xr[a]! - xr[c]!;
				const amcI = xi[a]! - xi[c]!;
				// (b - d) times sign * i
				const rotR = sign * (xi[d]! - xi[b]!);
				const rotI = sign * (xr[b]! - xr[d]!);
				const o = k + stride * 4 * q;
				yr[o] = acR + bdR;
				yi[o] = acI + bdI;
				const r1 = amcR + rotR;
				const i1 = amcI + rotI;
				yr[o + stride] = c1 * r1 - s1 * i1;
				yi[o + stride] = c1 * i1 + s1 * r1;
				const r2 = acR - bdR;
				const i2 = acI - bdI;
				yr[o + 2 * stride] = c2 * r2 - s2 * i2;
				yi[o + 2 * stride] = c2 * i2 + s2 * r2;
				const r3 = amcR - rotR;
				const i3 = amcI - rotI;
				yr[o + 3 * stride] = c3 * r3 - s3 * i3;
				yi[o + 3 * stride] = c3 * i3 + s3 * r3;
			}
		}
	}
}

/** y = (c + i s) x over a run. */
function rotate(
	xr: Float64Array,
	xi: Float64Array,
	from: number,
	yr: Float64Array,
	yi: Float64Array,
	to: number,
	count: number,
	c: number,
	s: number,
): void {
	for (let k = 0; k < count; k++) {
		const r = xr[from + k]!;
		const i = xi[from + k]!;
		yr[to + k] = c * r - s * i;
		yi[to + k] = c * i + s * r;
	}
}

/** y += (c + i s) x over a run. */
function addRotated(
	xr: Float64Array,
	xi: Float64Array,
	from: number,
	yr: Float64Array,
	yi: Float64Array,
	to: number,
	count: number,
	c: number,
	s: number,
): void {
	for (let k = 0; k < count; k++) {
		const r = xr[from + k]!;
		const i = xi[from + k]!;
		yr[to + k] = yr[to + k]! + c * r - s * i;
		yi[to + k] = yi[to + k]! + c * i + s * r;
	}
}

/** jk = (j^2 + k^2 - (k - j)^2) / 2 turns the transform into a convolution with a chirp, done at a power of two. */
class Bluestein implements Fft {
	private readonly chirpRe: Float64Array;
	private readonly chirpIm: Float64Array;
	private readonly kernelRe: Float64Array;
	private readonly kernelIm: Float64Array;
	private readonly inner: Fft;

	constructor(readonly length: number) {
		const padded = 2 ** Math.ceil(Math.log2(2 * length - 1));
		this.inner = createFft(padded);
		const [cos, sin] = circle(2 * length);
		this.chirpRe = new Float64Array(length);
		this.chirpIm = new Float64Array(length);
		this.kernelRe = new Float64Array(padded);
		this.kernelIm = new Float64Array(padded);
		for (let j = 0; j < length; j++) {
			const angle = (j * j) % (2 * length);
			this.chirpRe[j] = cos[angle]!;
			this.chirpIm[j] = sin[angle]!;
			// The kernel is the conjugate chirp, symmetric; the inner transform's 1 / padded goes here.
			for (const at of j === 0 ? [0] : [j, padded - j]) {
				this.kernelRe[at] = cos[angle]! / padded;
				this.kernelIm[at] = -sin[angle]! / padded;
			}
		}
		this.inner.transform(this.kernelRe, this.kernelIm, 1, 1);
	}

	transform(re: Float64Array, im: Float64Array, batch: number, sign: 1 | -1): void {
		const { length, chirpRe, chirpIm, kernelRe, kernelIm, inner } = this;
		const workRe = new Float64Array(inner.length * batch);
		const workIm = new Float64Array(inner.length * batch);
		// The negative sign is the conjugate of the transform of the conjugate.
		for (let i = 0; i < length * batch; i++) im[i] = sign * im[i]!;
		for (let j = 0; j < length; j++) {
			rotate(re, im, j * batch, workRe, workIm, j * batch, batch, chirpRe[j]!, chirpIm[j]!);
		}
		inner.transform(workRe, workIm, batch, 1);
		for (let j = 0; j < inner.length; j++) {
			rotate(workRe, workIm, j * batch, workRe, workIm, j * batch, batch, kernelRe[j]!, kernelIm[j]!);
		}
		inner.transform(workRe, workIm, batch, -1);
		for (let j = 0; j < length; j++) {
			rotate(workRe, workIm, j * batch, re, im, j * batch, batch, chirpRe[j]!, chirpIm[j]!);
		}
		for (let i = 0; i < length * batch; i++) im[i] = sign * im[i]!;
	}
}
