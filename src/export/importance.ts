/**
 * @file How much each mark of a drawing matters: the sum over pixels and channels of how far the picture would change without
 * it, exact for opacities laid over one another, and without an encoder. With marks 1..n of coverage a_i and colour c_i over
 * the background P_0, P_i = P_{i-1} + a_i (c_i - P_{i-1}): leaving out i changes P_n by prod_{j>i} (1 - a_j) a_i (c_i - P_{i-1}).
 */

import sharp from 'sharp';
import { type MarkedDrawing, markText } from './svg-marks.js';

/** Longer side in pixels of the pictures that are compared. */
const side = 128;

/** A mark's pixels, in [0, 1]. */
interface Coverage {
	readonly pixels: Uint32Array;
	readonly alpha: Float32Array;
	/** R, G, B of each. */
	readonly color: Float32Array;
}

/** One number a mark, 0 for those that nobody sees. */
export async function importanceOf(
	drawing: MarkedDrawing,
	onProgress?: (done: number, total: number) => void,
): Promise<Float64Array> {
	const { marks } = drawing;
	const scale = side / Math.max(drawing.width, drawing.height);
	const width = Math.max(1, Math.round(drawing.width * scale));
	const height = Math.max(1, Math.round(drawing.height * scale));
	const ground = await rasterise(
		drawing,
		`<rect width="100%" height="100%" fill="${drawing.background ?? '#fff'}"/>`,
		width,
		height,
	);
	const below = new Float32Array(3 * width * height);
	for (let p = 0; p < width * height; p++) for (let c = 0; c < 3; c++) below[3 * p + c] = ground[4 * p + c]! / 255;

	// Upwards: what each changes of what is below it.
	const changes: { readonly coverage: Coverage; readonly change: Float32Array }[] = [];
	for (const [i, mark] of marks.entries()) {
		const coverage = coverageOf(await rasterise(drawing, markText(mark), width, height));
		const change = new Float32Array(coverage.pixels.length);
		for (let k = 0; k < change.length; k++)
			for (let c = 0; c < 3; c++) {
				const at = 3 * coverage.pixels[k]! + c;
				const difference = coverage.alpha[k]! * (coverage.color[3 * k + c]! - below[at]!);
				change[k]! += Math.abs(difference);
				below[at]! += difference;
			}
		changes.push({ coverage, change });
		onProgress?.(i + 1, marks.length);
	}
	// Downwards: how much of that is still seen.
	const seen = new Float32Array(width * height).fill(1);
	const importance = new Float64Array(marks.length);
	for (let i = marks.length - 1; i >= 0; i--) {
		const { coverage, change } = changes[i]!;
		for (let k = 0; k < change.length; k++) {
			const p = coverage.pixels[k]!;
			importance[i]! += seen[p]! * change[k]!;
			seen[p]! *= 1 - coverage.alpha[k]!;
		}
	}
	return importance;
}

/** RGBA bytes. */
async function rasterise(drawing: MarkedDrawing, content: string, width: number, height: number): Promise<Buffer> {
	const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${drawing.width} ${drawing.height}" width="${width}" height="${height}" preserveAspectRatio="none">${content}</svg>`;
	return sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer();
}

function coverageOf(rgba: Buffer): Coverage {
	const covered: number[] = [];
	for (let p = 0; p < rgba.length / 4; p++) if (rgba[4 * p + 3]! > 0) covered.push(p);
	const pixels = Uint32Array.from(covered);
	return {
		pixels,
		alpha: Float32Array.from(pixels, (p) => rgba[4 * p + 3]! / 255),
		color: Float32Array.from(
			{ length: 3 * pixels.length },
			(_, k) => rgba[4 * pixels[Math.floor(k / 3)]! + (k % 3)]! / 255,
		),
	};
}
