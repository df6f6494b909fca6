/**
 * @file Decorrelated Fourier pixels (Olah, Mordvintsev, Schubert, "Feature Visualization", Distill 2017): the parameters
 * are Fourier coefficients in a colour space in which natural images are uncorrelated, so that an optimiser step
 * moves large shapes and fine detail by comparable amounts.
 *
 *   raw(p) = M  Re sum over k of  scale_k c_k exp(2 pi i k.p),   scale_k = m_k / (4 sqrt(wh) max(|k|, 1 / max(w, h))^decay)
 *
 * k in cycles per pixel, m = 1 for the columns kx = 0 and kx = 1/2, else 2 (for the mirrored half that is not stored).
 */

import type { Random } from '../../random.js';
import type { Parameters } from '../renderer.js';
import { createFft } from './fft.js';
import type { Decoded, Parameterisation, PixelGrid } from './parameterisation.js';

/** Square root of the colour covariance of natural images, as published with Lucid; rows R, G, B. */
const colourCovarianceRoot = [0.26, 0.09, 0.02, 0.27, 0, -0.05, 0.27, -0.09, 0.03];
/** The norm of its longest column, by which the matrix is divided. */
const longestColumn = Math.hypot(0.26, 0.27, 0.27);
/** Spread of the starting coefficients. */
const startDeviation = 0.01;

/**
 * One group `spectrum`, [channels, height, floor(width / 2) + 1, 2]: real and imaginary part of each coefficient, rows
 * in the usual transform order (0, 1, ..., -2, -1). A larger drawn size pads the spectrum with zeros.
 */
export function fourierPixels(grid: PixelGrid, decay: number): Parameterisation {
	const { channels, drawnWidth, drawnHeight } = grid;
	const columns = Math.floor(grid.width / 2) + 1;
	const weights = spectrumWeights(grid, columns, decay);
	const along = { x: createFft(drawnWidth), y: createFft(drawnHeight) };
	const pixels = drawnWidth * drawnHeight;
	const rows = channels * drawnHeight;
	const pairs = Math.ceil(rows / 2);
	const batch = channels * columns;
	const mix = channels === 3 ? colourCovarianceRoot.map((v) => v / longestColumn) : [1 / Math.sqrt(3)];

	/** Visit every stored coefficient: its place in the parameters (of the real part), the weights and the padded columns. */
	const eachCoefficient = (visit: (param: number, weight: number, padded: number) => void) => {
		let param = 0;
		for (let c = 0; c < channels; c++) {
			for (let y = 0; y < grid.height; y++) {
				const row = y <= grid.height / 2 ? y : drawnHeight - grid.height + y;
				for (let x = 0; x < columns; x++, param += 2) {
					visit(param, y * columns + x, row * batch + c * columns + x);
				}
			}
		}
	};

	return {
		slope: 1,
		learningRates: { spectrum: 0.05 },
		init(random: Random, start?: Float32Array): Parameters {
			if (start) return encode(start);
			const spectrum = new Float32Array(channels * grid.height * columns * 2);
			for (let i = 0; i < spectrum.length; i++) spectrum[i] = startDeviation * random.normal();
			return { spectrum };
		},
		decode(params: Parameters): Decoded {
			const spectrum = params.spectrum!;
			const re = new Float64Array(drawnHeight * batch);
			const im = new Float64Array(drawnHeight * batch);
			eachCoefficient((param, weight, padded) => {
				const wr = weights.re[weight]!;
				const wi = weights.im[weight]!;
				re[padded] = wr * spectrum[param]! - wi * spectrum[param + 1]!;
				im[padded] = wr * spectrum[param + 1]! + wi * spectrum[param]!;
			});
			along.y.transform(re, im, batch, 1);
			const planes = realRows(re, im);
			const raw = new Float32Array(pixels * channels);
			for (let p = 0, o = 0; p < pixels; p++) {
				for (let c = 0; c < channels; c++, o++) {
					let sum = 0;
					for (let k = 0; k < channels; k++) sum += mix[c * channels + k]! * planes[k * pixels + p]!;
					raw[o] = sum;
				}
			}
			return { raw, pullback };
		},
	};

	function pullback(dRaw: Float32Array): Parameters {
		const dPlanes = new Float64Array(pixels * channels);
		for (let p = 0; p < pixels; p++) {
			for (let k = 0; k < channels; k++) {
				let sum = 0;
				for (let c = 0; c < channels; c++) sum += mix[c * channels + k]! * dRaw[p * channels + c]!;
				dPlanes[k * pixels + p] = sum;
			}
		}
		const [re, im] = realRowsTransposed(dPlanes);
		along.y.transform(re, im, batch, -1);
		const spectrum = new Float32Array(channels * grid.height * columns * 2);
		eachCoefficient((param, weight, padded) => {
			const wr = weights.re[weight]!;
			const wi = weights.im[weight]!;
			spectrum[param] = wr * re[padded]! + wi * im[padded]!;
			spectrum[param + 1] = wr * im[padded]! - wi * re[padded]!;
		});
		return { spectrum };
	}

	/**
	 * The coefficients of raw values of the canvas. Waves are orthogonal, so the pullback of (M M^T)^-1 raw is, up to each
	 * coefficient's own factor, the transform of M^-1 raw.
	 */
	function encode(start: Float32Array): Parameters {
		const whitened = new Float32Array(start.length);
		for (let p = 0; p < start.length; p += channels)
			whitened.set(solve(mix, Array.from(start.subarray(p, p + channels))), p);
		const spectrum = pullback(whitened).spectrum!;
		eachCoefficient((param, weight) => {
			const x = weight % columns;
			const multiplicity = x === 0 || 2 * x === grid.width ? 1 : 2;
			const square = weights.re[weight]! ** 2 + weights.im[weight]! ** 2;
			const factor = multiplicity / (grid.width * grid.height * square);
			spectrum[param]! *= factor;
			spectrum[param + 1]! *= factor;
		});
		return { spectrum };
	}

	/**
	 * [drawnHeight, channels, columns] half spectra of rows to real rows [channels, drawnHeight, drawnWidth], each
	 * Re sum over k of g_k exp(2 pi i k x / drawnWidth). Two rows a, b share one complex transform: with both made
	 * Hermitian, a + i b transforms to row a in the real and row b in the imaginary part.
	 */
	function realRows(re: Float64Array, im: Float64Array): Float64Array {
		const packedRe = new Float64Array(drawnWidth * pairs);
		const packedIm = new Float64Array(drawnWidth * pairs);
		for (let r = 0; r < rows; r++) {
			const from = (r % drawnHeight) * batch + Math.floor(r / drawnHeight) * columns;
			const pair = r >> 1;
			const second = r & 1;
			for (let k = 0; k < columns; k++) {
				const gr = re[from + k]! / 2;
				const gi = im[from + k]! / 2;
				const at = k * pairs + pair;
				const mirror = (k === 0 ? 0 : drawnWidth - k) * pairs + pair;
				if (second) {
					packedRe[at] = packedRe[at]! - gi;
					packedIm[at] = packedIm[at]! + gr;
					packedRe[mirror] = packedRe[mirror]! + gi;
					packedIm[mirror] = packedIm[mirror]! + gr;
				} else {
					packedRe[at] = packedRe[at]! + gr;
					packedIm[at] = packedIm[at]! + gi;
					packedRe[mirror] = packedRe[mirror]! + gr;
					packedIm[mirror] = packedIm[mirror]! - gi;
				}
			}
		}
		along.x.transform(packedRe, packedIm, pairs, 1);
		const planes = new Float64Array(rows * drawnWidth);
		for (let r = 0; r < rows; r++) {
			const packed = r & 1 ? packedIm : packedRe;
			for (let x = 0; x < drawnWidth; x++) planes[r * drawnWidth + x] = packed[x * pairs + (r >> 1)]!;
		}
		return planes;
	}

	/** The transpose of {@link realRows}: g_k = sum over x of d_x exp(-2 pi i k x / drawnWidth), unpacked from shared transforms. */
	function realRowsTransposed(dPlanes: Float64Array): [Float64Array, Float64Array] {
		const packedRe = new Float64Array(drawnWidth * pairs);
		const packedIm = new Float64Array(drawnWidth * pairs);
		for (let r = 0; r < rows; r++) {
			const packed = r & 1 ? packedIm : packedRe;
			for (let x = 0; x < drawnWidth; x++) packed[x * pairs + (r >> 1)] = dPlanes[r * drawnWidth + x]!;
		}
		along.x.transform(packedRe, packedIm, pairs, -1);
		const re = new Float64Array(drawnHeight * batch);
		const im = new Float64Array(drawnHeight * batch);
		for (let r = 0; r < rows; r++) {
			const to = (r % drawnHeight) * batch + Math.floor(r / drawnHeight) * columns;
			const second = r & 1;
			for (let k = 0; k < columns; k++) {
				const at = k * pairs + (r >> 1);
				const mirror = (k === 0 ? 0 : drawnWidth - k) * pairs + (r >> 1);
				if (second) {
					re[to + k] = (packedIm[at]! + packedIm[mirror]!) / 2;
					im[to + k] = (packedRe[mirror]! - packedRe[at]!) / 2;
				} else {
					re[to + k] = (packedRe[at]! + packedRe[mirror]!) / 2;
					im[to + k] = (packedIm[at]! - packedIm[mirror]!) / 2;
				}
			}
		}
		return [re, im];
	}
}

/** x of M M^T x = b for a square matrix M in rows, by elimination; M is well-conditioned and small. */
function solve(m: readonly number[], b: number[]): number[] {
	const n = b.length;
	const rows = b.map((value, i) => [
		...b.map((_, j) => b.reduce((sum, _, k) => sum + m[i * n + k]! * m[j * n + k]!, 0)),
		value,
	]);
	for (let i = 0; i < n; i++)
		for (let r = 0; r < n; r++) {
			if (r === i) continue;
			const factor = rows[r]![i]! / rows[i]![i]!;
			for (let c = i; c <= n; c++) rows[r]![c]! -= factor * rows[i]![c]!;
		}
	return rows.map((row, i) => row[n]! / row[i]!);
}

/** scale_k of the file header, [height, columns], turned by the phase that keeps pixel centres in place when drawn larger. */
function spectrumWeights(grid: PixelGrid, columns: number, decay: number): { re: Float64Array; im: Float64Array } {
	const { width, height } = grid;
	const re = new Float64Array(height * columns);
	const im = new Float64Array(height * columns);
	// Position of the first drawn pixel's centre from the first canvas pixel's, in canvas pixels.
	const shiftX = (width / grid.drawnWidth - 1) / 2;
	const shiftY = (height / grid.drawnHeight - 1) / 2;
	for (let y = 0, i = 0; y < height; y++) {
		const fy = (y <= height / 2 ? y : y - height) / height;
		for (let x = 0; x < columns; x++, i++) {
			const fx = x / width;
			const multiplicity = x === 0 || 2 * x === width ? 1 : 2;
			const frequency = Math.max(Math.hypot(fx, fy), 1 / Math.max(width, height));
			const scale = multiplicity / (4 * Math.sqrt(width * height) * frequency ** decay);
			const phase = 2 * Math.PI * (fx * shiftX + fy * shiftY);
			re[i] = scale * Math.cos(phase);
			im[i] = scale * Math.sin(phase);
		}
	}
	return { re, im };
}
