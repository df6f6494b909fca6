/**
 * @file From the vertices that a figure is described by to the control points of its cubic segments, and back. Every kind is a
 * linear map, each control point a weighted sum of at most three vertices of its path; the pullback is its transpose.
 */

/**
 * - 'bezier': the control points of an open path themselves, 3k + 1 for k segments.
 * - 'smooth': an open uniform cubic B-spline from its first to its last vertex, k + 1 for k segments: no corners, whatever the
 *   vertices do. (Beyond each end stands the mirror image of the vertex before it, which makes the curve end there, straight.)
 * - 'curve': the control points of a closed path, 3k for k segments (as in LIVE, Ma et al. 2022).
 * - 'blob': a closed uniform cubic B-spline, k vertices.
 * - 'polygon': straight edges between k corners.
 * - 'ellipse': centre and the ends of two conjugate half-axes, an affine image of the circle in 4 segments.
 */
export type OutlineKind = 'bezier' | 'smooth' | 'curve' | 'blob' | 'polygon' | 'ellipse';

/** Control point = sum of weight * vertex. */
type Taps = readonly (readonly [vertex: number, weight: number])[];

/** Handle length of a quarter circle of radius 1 that strays from the circle by at most 2.7e-4. */
const KAPPA = 0.5522847498;
/** A quarter of the unit circle, from (1, 0) to (0, 1) without the end point. */
const QUARTER = [
	[1, 0],
	[1, KAPPA],
	[KAPPA, 1],
] as const;

/** Vertices of a path of `segments` cubic segments; an ellipse has three and always 4 segments. */
function verticesOf(kind: OutlineKind, segments: number): number {
	if (kind === 'bezier') return 3 * segments + 1;
	if (kind === 'smooth') return segments + 1;
	if (kind === 'curve') return 3 * segments;
	return kind === 'ellipse' ? 3 : segments;
}

/** The taps of each of the 3k + 1 control points of one path. */
function tapsOf(kind: OutlineKind, k: number): Taps[] {
	const at = (i: number): Taps => {
		const s = Math.floor(i / 3);
		const next = (n: number) => (s + n) % k;
		switch (kind) {
			case 'bezier':
				return [[i, 1]];
			case 'curve':
				return [[i % (3 * k), 1]];
			case 'smooth':
				if (i === 0 || i === 3 * k) return [[s, 1]];
				// Knots, and between them the thirds of the edge from vertex s to s + 1.
				if (i % 3 === 0)
					return [
						[s - 1, 1 / 6],
						[s, 4 / 6],
						[s + 1, 1 / 6],
					];
				return [
					[s, i % 3 === 1 ? 2 / 3 : 1 / 3],
					[s + 1, i % 3 === 1 ? 1 / 3 : 2 / 3],
				];
			case 'blob':
				// Knots, then the thirds of the edge from vertex s + 1 to s + 2.
				if (i % 3 === 0)
					return [
						[next(0), 1 / 6],
						[next(1), 4 / 6],
						[next(2), 1 / 6],
					];
				return [
					[next(1), i % 3 === 1 ? 2 / 3 : 1 / 3],
					[next(2), i % 3 === 1 ? 1 / 3 : 2 / 3],
				];
			case 'polygon':
				if (i % 3 === 0) return [[next(0), 1]];
				return [
					[next(0), i % 3 === 1 ? 2 / 3 : 1 / 3],
					[next(1), i % 3 === 1 ? 1 / 3 : 2 / 3],
				];
			case 'ellipse': {
				let [x, y] = QUARTER[i % 3] as readonly [number, number];
				for (let q = 0; q < s; q++) [x, y] = [-y, x];
				return [
					[0, 1 - x - y],
					[1, x],
					[2, y],
				];
			}
		}
	};
	return Array.from({ length: 3 * k + 1 }, (_, i) => at(i));
}

/** The map for paths with these segment counts. */
export class Outline {
	/** Vertices of each path. */
	readonly vertices: readonly number[];
	/** Numbers in the `points` parameter group: x, y of every vertex. */
	readonly length: number;
	/** Of each path in `points`. */
	private readonly starts: number[] = [];
	private readonly controls: number;
	/** First tap of each control point, and one past the last. */
	private readonly firstTap: Int32Array;
	private readonly vertex: Int32Array;
	private readonly weight: Float64Array;

	constructor(
		readonly kind: OutlineKind,
		readonly segments: readonly number[],
	) {
		this.vertices = segments.map((k) => verticesOf(kind, k));
		this.length = 2 * this.vertices.reduce((sum, n) => sum + n, 0);
		const taps: Taps[] = [];
		const made = new Map<number, Taps[]>();
		for (let path = 0, start = 0; path < segments.length; path++) {
			const k = segments[path]!;
			const own = made.get(k) ?? tapsOf(kind, k);
			made.set(k, own);
			this.starts.push(2 * start);
			for (const t of own) taps.push(t.map(([v, w]) => [start + v, w] as const));
			start += this.vertices[path]!;
		}
		this.controls = taps.length;
		this.firstTap = new Int32Array(taps.length + 1);
		for (const [i, t] of taps.entries()) this.firstTap[i + 1] = this.firstTap[i]! + t.length;
		this.vertex = Int32Array.from(taps.flatMap((t) => t.map(([v]) => v)));
		this.weight = Float64Array.from(taps.flatMap((t) => t.map(([, w]) => w)));
	}

	/** Where the `points` of a path are. */
	range(path: number): [start: number, end: number] {
		return [this.starts[path]!, this.starts[path]! + 2 * this.vertices[path]!];
	}

	/** x, y of all vertices to x, y of all control points. */
	controlPoints(points: Float32Array): Float32Array {
		if (this.kind === 'bezier') return points;
		const { firstTap, vertex, weight } = this;
		const out = new Float32Array(2 * this.controls);
		for (let i = 0; i < this.controls; i++) {
			let x = 0;
			let y = 0;
			for (let t = firstTap[i]!; t < firstTap[i + 1]!; t++) {
				x += weight[t]! * points[2 * vertex[t]!]!;
				y += weight[t]! * points[2 * vertex[t]! + 1]!;
			}
			out[2 * i] = x;
			out[2 * i + 1] = y;
		}
		return out;
	}

	/** d loss / d control points to d loss / d vertices. */
	pullback(dControls: Float32Array): Float32Array {
		if (this.kind === 'bezier') return dControls;
		const { firstTap, vertex, weight } = this;
		const sums = new Float64Array(this.length);
		for (let i = 0; i < this.controls; i++) {
			for (let t = firstTap[i]!; t < firstTap[i + 1]!; t++) {
				sums[2 * vertex[t]!]! += weight[t]! * dControls[2 * i]!;
				sums[2 * vertex[t]! + 1]! += weight[t]! * dControls[2 * i + 1]!;
			}
		}
		return Float32Array.from(sums);
	}
}
