/**
 * @file Cubic Bezier curves to polylines and back. A cubic cut at t = j/n strays from its chords by at most |B''| / (8 n^2),
 * |B''| <= 6 max(|p0 - 2 p1 + p2|, |p1 - 2 p2 + p3|), which gives n. Vertices are B(t) = sum b_i(t) p_i at fixed t, so the
 * gradient of a control point is the same weighted sum of the vertex gradients; n and t are not differentiated.
 */

/** Largest distance of curve and polyline in pixels; n jumps then move an edge by a few hundredths of a pixel at most. */
const TOLERANCE = 0.08;
/** Pieces a segment at least: with one or two, the inner control points of a nearly straight stroke would feel nothing. */
const MIN_PIECES = 4;
/** Pieces a segment at most: reached by curves tens of thousands of pixels wide. */
const MAX_PIECES = 512;

/** Polylines of all paths, vertices path after path; buffers grow and are reused. */
export class Polylines {
	x = new Float64Array(4096);
	y = new Float64Array(4096);
	/** Gradients of the vertices, filled by the pullback. */
	gradX = new Float64Array(4096);
	gradY = new Float64Array(4096);
	/** Vertices in use. */
	count = 0;
	/** Pieces of every segment, path after path. */
	private pieces: Int32Array;
	private segment = 0;

	constructor(totalSegments: number) {
		this.pieces = new Int32Array(totalSegments);
	}

	/** Forget the polylines of the last picture. */
	reset(): void {
		this.count = 0;
		this.segment = 0;
	}

	/**
	 * Append the polyline of one path: control points from `points[start]` on, multiplied by `scale`. Segments that stay further
	 * than `margin` outside the width x height canvas become one chord, which cannot be seen either. Returns the first vertex.
	 */
	add(
		points: Float32Array,
		start: number,
		segments: number,
		scale: number,
		margin: number,
		width: number,
		height: number,
	): number {
		const first = this.count;
		let o = start;
		let x0 = points[o]! * scale;
		let y0 = points[o + 1]! * scale;
		this.reserve(1);
		this.x[this.count] = x0;
		this.y[this.count++] = y0;
		for (let s = 0; s < segments; s++, o += 6) {
			const x1 = points[o + 2]! * scale;
			const y1 = points[o + 3]! * scale;
			const x2 = points[o + 4]! * scale;
			const y2 = points[o + 5]! * scale;
			const x3 = points[o + 6]! * scale;
			const y3 = points[o + 7]! * scale;
			const outside =
				Math.max(x0, x1, x2, x3) < -margin ||
				Math.max(y0, y1, y2, y3) < -margin ||
				Math.min(x0, x1, x2, x3) > width + margin ||
				Math.min(y0, y1, y2, y3) > height + margin;
			const bend = Math.max(
				Math.hypot(x0 - 2 * x1 + x2, y0 - 2 * y1 + y2),
				Math.hypot(x1 - 2 * x2 + x3, y1 - 2 * y2 + y3),
			);
			const n = outside
				? 1
				: Math.min(MAX_PIECES, Math.max(MIN_PIECES, Math.ceil(Math.sqrt((0.75 * bend) / TOLERANCE))));
			this.pieces[this.segment++] = n;
			this.reserve(n);
			const { x, y } = this;
			let v = this.count;
			for (let j = 1; j < n; j++) {
				const t = j / n;
				const m = 1 - t;
				const b0 = m * m * m;
				const b1 = 3 * m * m * t;
				const b2 = 3 * m * t * t;
				const b3 = t * t * t;
				x[v] = b0 * x0 + b1 * x1 + b2 * x2 + b3 * x3;
				y[v++] = b0 * y0 + b1 * y1 + b2 * y2 + b3 * y3;
			}
			x[v] = x3;
			y[v++] = y3;
			this.count = v;
			x0 = x3;
			y0 = y3;
		}
		return first;
	}

	/** A path that is not drawn: one vertex, no gradient. */
	skip(segments: number): void {
		this.reserve(1);
		for (let s = 0; s < segments; s++) this.pieces[this.segment++] = 0;
		this.count++;
	}

	/** Zero the vertex gradients. */
	clearGradients(): void {
		this.gradX.fill(0, 0, this.count);
		this.gradY.fill(0, 0, this.count);
	}

	/** Vertex gradients to control point gradients (times `scale`), for all paths in the order they were added. */
	pullback(segments: readonly number[], scale: number, dPoints: Float32Array): void {
		const { gradX, gradY, pieces } = this;
		let v = 0;
		let segment = 0;
		let o = 0;
		for (const count of segments) {
			// The start point of a segment is the end point of the one before: its vertex is counted once.
			let ax = gradX[v]!;
			let ay = gradY[v]!;
			v++;
			for (let s = 0; s < count; s++, o += 6) {
				const n = pieces[segment++]!;
				let bx = 0;
				let by = 0;
				let cx = 0;
				let cy = 0;
				let dx = 0;
				let dy = 0;
				for (let j = 1; j <= n; j++, v++) {
					const gx = gradX[v]!;
					const gy = gradY[v]!;
					const t = j / n;
					const m = 1 - t;
					const b0 = m * m * m;
					const b1 = 3 * m * m * t;
					const b2 = 3 * m * t * t;
					const b3 = t * t * t;
					ax += b0 * gx;
					ay += b0 * gy;
					bx += b1 * gx;
					by += b1 * gy;
					cx += b2 * gx;
					cy += b2 * gy;
					dx += b3 * gx;
					dy += b3 * gy;
				}
				dPoints[o] = ax * scale;
				dPoints[o + 1] = ay * scale;
				dPoints[o + 2] = bx * scale;
				dPoints[o + 3] = by * scale;
				dPoints[o + 4] = cx * scale;
				dPoints[o + 5] = cy * scale;
				ax = dx;
				ay = dy;
			}
			dPoints[o] = ax * scale;
			dPoints[o + 1] = ay * scale;
			o += 2;
		}
	}

	private reserve(more: number): void {
		const need = this.count + more;
		if (need <= this.x.length) return;
		const size = Math.max(need, 2 * this.x.length);
		const x = new Float64Array(size);
		const y = new Float64Array(size);
		x.set(this.x);
		y.set(this.y);
		this.x = x;
		this.y = y;
		this.gradX = new Float64Array(size);
		this.gradY = new Float64Array(size);
	}
}
