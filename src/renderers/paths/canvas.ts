/**
 * @file Draws paths and takes a picture gradient back. A pixel at distance d from a stroke of width w is covered by
 * c = clamp(w/2 + 1/2 - d, 0, min(1, w)), the box filter of a strip of width w; a pixel at distance d outside a filled path by
 * clamp(1/2 - d, 0, 1), d < 0 inside. Colours go over one another, C' = C + c a (colour - C).
 */

import { CoverageLists, DOT } from './coverage.js';
import { Polylines } from './flatten.js';
import { Interior } from './interior.js';
import { emptyPathParameters, type PathParameters } from './params.js';

/** What the canvas must know of its paths: the cubic segments of each, and which are filled (those must end where they begin). */
export interface PathLayout {
	readonly segments: readonly number[];
	readonly filled: readonly boolean[];
}

function finite(array: Float32Array, from: number, to: number): boolean {
	// Infinity - Infinity and NaN - NaN are NaN, all else gives 0.
	let sum = 0;
	for (let i = from; i < to; i++) sum += array[i]! - array[i]!;
	return sum === 0;
}

/** Working memory for one canvas size: draw, then optionally pull back. */
export class PathCanvas {
	private readonly lines: Polylines;
	private readonly lists: CoverageLists;
	private readonly interior: Interior;
	/** First list entry of each path, and one past the last. */
	private readonly firstEntry: Int32Array;
	// Copies, because the caller may change the parameters before pulling back.
	private readonly widths: Float64Array;
	private readonly colors: Float64Array;
	private dPixels = new Float32Array(0);

	constructor(
		readonly width: number,
		readonly height: number,
		private readonly scale: number,
		private readonly layout: PathLayout,
	) {
		const { segments } = layout;
		this.lines = new Polylines(segments.reduce((sum, count) => sum + count, 0));
		this.lists = new CoverageLists(width, height);
		this.interior = new Interior(width, height);
		this.firstEntry = new Int32Array(segments.length + 1);
		this.widths = new Float64Array(segments.length);
		this.colors = new Float64Array(4 * segments.length);
	}

	/** The picture, height * width * 3. Only with `record` may `pullback` follow; without, memory stays at one path's worth. */
	draw(params: PathParameters, record: boolean): Float32Array {
		const { lines, lists, width, height, scale } = this;
		const { segments, filled } = this.layout;
		const { points, colors } = params;
		const image = new Float32Array(width * height * 3);
		const [red = 0, green = 0, blue = 0] = params.background;
		for (let i = 0; i < image.length; i += 3) {
			image[i] = red;
			image[i + 1] = green;
			image[i + 2] = blue;
		}
		lines.reset();
		lists.count = 0;
		for (let path = 0, start = 0; path < segments.length; path++) {
			const count = segments[path]!;
			const end = start + 6 * count + 2;
			const w = filled[path] ? 0 : Math.max(0, params.widths[path]! * scale);
			this.widths[path] = w;
			for (let c = 4 * path; c < 4 * path + 4; c++) this.colors[c] = colors[c]!;
			this.firstEntry[path] = lists.count;
			// A path with a number that is none is not drawn, so that it cannot spoil the whole picture.
			if (w < Infinity && finite(points, start, end) && finite(colors, 4 * path, 4 * path + 4)) {
				const reach = 0.5 * w + 0.5;
				const from = lines.add(points, start, count, scale, reach, width, height);
				if (w > 0 || filled[path]) {
					lists.scan(lines, from, lines.count, reach);
					if (filled[path]) this.interior.fill(lists, this.firstEntry[path]!, lines, from, lines.count);
					this.composite(path, image);
				}
			} else lines.skip(count);
			if (!record) lists.count = 0;
			start = end;
		}
		this.firstEntry[segments.length] = lists.count;
		return image;
	}

	/** Distances of the last scanned path to coverage, and its colour over the picture. */
	private composite(path: number, image: Float32Array): void {
		const { count, pixel, value, prior, slot } = this.lists;
		const w = this.widths[path]!;
		const reach = 0.5 * w + 0.5;
		const full = this.layout.filled[path] ? 1 : Math.min(1, w);
		const red = this.colors[4 * path]!;
		const green = this.colors[4 * path + 1]!;
		const blue = this.colors[4 * path + 2]!;
		const opacity = this.colors[4 * path + 3]!;
		for (let e = this.firstEntry[path]!; e < count; e++) {
			const p = pixel[e]!;
			slot[p] = -1;
			const d2 = value[e]!;
			let c = d2 < 0 ? reach + Math.sqrt(-d2) : reach - Math.sqrt(d2);
			if (c > full) c = full;
			else if (c < 0) c = 0;
			value[e] = c;
			const a = c * opacity;
			const i = 3 * p;
			const j = 3 * e;
			const r = image[i]!;
			const g = image[i + 1]!;
			const b = image[i + 2]!;
			prior[j] = r;
			prior[j + 1] = g;
			prior[j + 2] = b;
			image[i] = r + a * (red - r);
			image[i + 1] = g + a * (green - g);
			image[i + 2] = b + a * (blue - b);
		}
	}

	/** Gradient of the picture last drawn with `record` (height * width * 3) to fresh gradients of the parameters. */
	pullback(dImage: Float32Array): PathParameters {
		const { lines, width, height, scale } = this;
		const { segments } = this.layout;
		const grads = emptyPathParameters(segments);
		if (this.dPixels.length === 0) this.dPixels = new Float32Array(width * height * 3);
		this.dPixels.set(dImage);
		lines.clearGradients();
		for (let path = segments.length - 1; path >= 0; path--) this.pullbackPath(path, grads);
		lines.pullback(segments, scale, grads.points);
		const { dPixels } = this;
		let red = 0;
		let green = 0;
		let blue = 0;
		for (let i = 0; i < dPixels.length; i += 3) {
			red += dPixels[i]!;
			green += dPixels[i + 1]!;
			blue += dPixels[i + 2]!;
		}
		grads.background.set([red, green, blue]);
		return grads;
	}

	/** Gradients of one path's colour, width and vertices; turns dPixels into the gradient of the picture below the path. */
	private pullbackPath(path: number, grads: PathParameters): void {
		const { dPixels, width } = this;
		const { pixel, piece, value, prior } = this.lists;
		const { x, y, gradX, gradY } = this.lines;
		const filled = this.layout.filled[path];
		const w = this.widths[path]!;
		const full = filled ? 1 : Math.min(1, w);
		const red = this.colors[4 * path]!;
		const green = this.colors[4 * path + 1]!;
		const blue = this.colors[4 * path + 2]!;
		const opacity = this.colors[4 * path + 3]!;
		const end = this.firstEntry[path + 1]!;
		let dRed = 0;
		let dGreen = 0;
		let dBlue = 0;
		let dOpacity = 0;
		let dWidth = 0;
		for (let e = this.firstEntry[path]!; e < end; e++) {
			const p = pixel[e]!;
			const i = 3 * p;
			const j = 3 * e;
			const c = value[e]!;
			const a = c * opacity;
			const gr = dPixels[i]!;
			const gg = dPixels[i + 1]!;
			const gb = dPixels[i + 2]!;
			dRed += a * gr;
			dGreen += a * gg;
			dBlue += a * gb;
			const keep = 1 - a;
			dPixels[i] = keep * gr;
			dPixels[i + 1] = keep * gg;
			dPixels[i + 2] = keep * gb;
			const dAlpha = gr * (red - prior[j]!) + gg * (green - prior[j + 1]!) + gb * (blue - prior[j + 2]!);
			dOpacity += c * dAlpha;
			const dCover = opacity * dAlpha;
			if (c >= full) {
				// The flat middle: a width under a pixel is itself the coverage.
				if (w < 1) dWidth += dCover;
				continue;
			}
			dWidth += 0.5 * dCover;
			// d = |centre - nearest|, nearest = (1 - u) A + u B; u minimises d, so its own change does not count (envelope theorem).
			const v = piece[e]!;
			const next = v + 1;
			const row = (p / width) | 0;
			const ax = x[v]!;
			const ay = y[v]!;
			const dx = x[next]! - ax;
			const dy = y[next]! - ay;
			const wx = p - row * width + 0.5 - ax;
			const wy = row + 0.5 - ay;
			const length2 = dx * dx + dy * dy;
			// A dot has a kink there: its gradient goes to the first vertex, so that it can also unfold into a stroke.
			let u = length2 > DOT * DOT ? (wx * dx + wy * dy) / length2 : 0;
			if (u < 0) u = 0;
			else if (u > 1) u = 1;
			const ex = wx - u * dx;
			const ey = wy - u * dy;
			const d2 = ex * ex + ey * ey;
			if (d2 < DOT * DOT) continue;
			// dc/dd = -1, or +1 in the inner half of a filled path's edge; dd/dnearest = -(centre - nearest) / d.
			const g = (filled && c > 0.5 ? -dCover : dCover) / Math.sqrt(d2);
			const gx = g * ex;
			const gy = g * ey;
			gradX[v]! += (1 - u) * gx;
			gradY[v]! += (1 - u) * gy;
			gradX[next]! += u * gx;
			gradY[next]! += u * gy;
		}
		grads.colors[4 * path] = dRed;
		grads.colors[4 * path + 1] = dGreen;
		grads.colors[4 * path + 2] = dBlue;
		grads.colors[4 * path + 3] = dOpacity;
		grads.widths[path] = filled ? 0 : dWidth * this.scale;
	}
}
