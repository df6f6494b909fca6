/**
 * @file Pixels as a sum of grids of different sizes, each enlarged bilinearly to the canvas ("multi-resolution sum",
 * Fort and Whitaker 2025). One grid of the canvas size is plain RGB. Coarse grids move whole regions in one optimiser
 * step, which draws masses before details.
 */

import type { Random } from '../../random.js';
import type { Parameters } from '../renderer.js';
import type { Decoded, Parameterisation, PixelGrid } from './parameterisation.js';

/** One grid, [height, width, channels]. */
interface Layer {
	readonly name: string;
	readonly width: number;
	readonly height: number;
}

/** Linear interpolation from a coarse to a fine axis: value[i] = (1 - share[i]) coarse[left[i]] + share[i] coarse[left[i] + 1]. */
interface Axis {
	readonly left: Int32Array;
	readonly share: Float64Array;
}

/** Direct values in [0, 1], one group `rgb`, starting at mid-gray. */
export function plainPixels(grid: PixelGrid): Parameterisation {
	const layer = { name: 'rgb', width: grid.width, height: grid.height };
	return layered(grid, [layer], { slope: undefined, rate: 0.02, start: 0.5 });
}

/** Grids of 4, 8, 16, ... pixels on the longer side up to the canvas itself, one group `level4`, `level8`, ... each; raw 0 is mid-gray. */
export function pyramidPixels(grid: PixelGrid): Parameterisation {
	const side = Math.max(grid.width, grid.height);
	const layers: Layer[] = [];
	for (let n = 4; n < side; n *= 2) {
		layers.push({
			name: `level${n}`,
			width: Math.max(1, Math.round((n * grid.width) / side)),
			height: Math.max(1, Math.round((n * grid.height) / side)),
		});
	}
	layers.push({ name: `level${side}`, width: grid.width, height: grid.height });
	// Slope 4 gives the sigmoid the derivative 1 at mid-gray, so the rate is in picture values.
	return layered(grid, layers, { slope: 4, rate: 0.012, start: 0 });
}

function layered(
	grid: PixelGrid,
	layers: readonly Layer[],
	settings: { slope: number | undefined; rate: number; start: number },
): Parameterisation {
	const { channels, drawnWidth, drawnHeight } = grid;
	const axes = layers.map((layer) => ({
		x: axis(layer.width, drawnWidth),
		y: axis(layer.height, drawnHeight),
	}));
	return {
		slope: settings.slope,
		learningRates: Object.fromEntries(layers.map(({ name }) => [name, settings.rate])),
		init(random: Random, start?: Float32Array): Parameters {
			if (start) return encode(start, grid, layers);
			const entries = layers.map(({ name, width, height }) => {
				const values = new Float32Array(width * height * channels);
				for (let i = 0; i < values.length; i++) values[i] = settings.start + 0.01 * random.normal();
				return [name, values] as const;
			});
			return Object.fromEntries(entries);
		},
		decode(params: Parameters): Decoded {
			const raw = new Float32Array(drawnWidth * drawnHeight * channels);
			layers.forEach((layer, i) => {
				enlarge(params[layer.name]!, layer, axes[i]!, channels, raw, drawnWidth);
			});
			return {
				raw,
				pullback(dRaw) {
					const entries = layers.map((layer, i) => {
						return [layer.name, enlargeTransposed(dRaw, layer, axes[i]!, channels, drawnWidth)] as const;
					});
					return Object.fromEntries(entries);
				},
			};
		},
	};
}

/** Layers that add up to raw values of the canvas: from coarse to fine, each takes the mean of what is still missing under each of its pixels. The last, of the canvas' size, takes the rest. */
function encode(start: Float32Array, { width, height, channels }: PixelGrid, layers: readonly Layer[]): Parameters {
	const missing = start.slice();
	const ones = new Float32Array(missing.length).fill(1);
	const entries = layers.map((layer) => {
		const axes = { x: axis(layer.width, width), y: axis(layer.height, height) };
		const sums = enlargeTransposed(missing, layer, axes, channels, width);
		const shares = enlargeTransposed(ones, layer, axes, channels, width);
		const values = sums.map((sum, i) => sum / shares[i]!);
		enlarge(
			values.map((v) => -v),
			layer,
			axes,
			channels,
			missing,
			width,
		);
		return [layer.name, values] as const;
	});
	return Object.fromEntries(entries);
}

/** Pixel centres aligned (half-pixel convention), ends held. */
function axis(coarse: number, fine: number): Axis {
	const left = new Int32Array(fine);
	const share = new Float64Array(fine);
	for (let i = 0; i < fine; i++) {
		const at = Math.min(Math.max(((i + 0.5) * coarse) / fine - 0.5, 0), coarse - 1);
		// The last pair serves the end too, with share 1; a single pixel is its own neighbour, with share 0.
		left[i] = Math.max(0, Math.min(Math.floor(at), coarse - 2));
		share[i] = coarse === 1 ? 0 : at - left[i]!;
	}
	return { left, share };
}

/** raw += the layer enlarged: each layer row along x into a buffer, then rows blended along y. */
function enlarge(
	values: Float32Array,
	layer: Layer,
	{ x, y }: { x: Axis; y: Axis },
	channels: number,
	raw: Float32Array,
	drawnWidth: number,
): void {
	const row = drawnWidth * channels;
	const wide = new Float32Array((layer.height + 1) * row); // one spare row: the neighbour of a layer of height 1
	for (let ly = 0, o = 0; ly < layer.height; ly++) {
		for (let i = 0; i < drawnWidth; i++) {
			const p = (ly * layer.width + x.left[i]!) * channels;
			const share = x.share[i]!;
			const q = share > 0 ? p + channels : p;
			for (let c = 0; c < channels; c++, o++) wide[o] = (1 - share) * values[p + c]! + share * values[q + c]!;
		}
	}
	for (let i = 0, o = 0; i < y.left.length; i++) {
		const share = y.share[i]!;
		const p = y.left[i]! * row;
		for (let k = p; k < p + row; k++, o++) raw[o] = raw[o]! + (1 - share) * wide[k]! + share * wide[k + row]!;
	}
}

/** The transpose of {@link enlarge}. */
function enlargeTransposed(
	dRaw: Float32Array,
	layer: Layer,
	{ x, y }: { x: Axis; y: Axis },
	channels: number,
	drawnWidth: number,
): Float32Array {
	const row = drawnWidth * channels;
	const wide = new Float64Array((layer.height + 1) * row);
	for (let i = 0, o = 0; i < y.left.length; i++) {
		const share = y.share[i]!;
		const p = y.left[i]! * row;
		for (let k = p; k < p + row; k++, o++) {
			const d = dRaw[o]!;
			wide[k] = wide[k]! + (1 - share) * d;
			wide[k + row] = wide[k + row]! + share * d;
		}
	}
	const sums = new Float64Array(layer.width * layer.height * channels);
	for (let ly = 0, o = 0; ly < layer.height; ly++) {
		for (let i = 0; i < drawnWidth; i++) {
			const p = (ly * layer.width + x.left[i]!) * channels;
			const share = x.share[i]!;
			const q = share > 0 ? p + channels : p;
			for (let c = 0; c < channels; c++, o++) {
				const d = wide[o]!;
				sums[p + c] = sums[p + c]! + (1 - share) * d;
				sums[q + c] = sums[q + c]! + share * d;
			}
		}
	}
	return Float32Array.from(sums);
}
