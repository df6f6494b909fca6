/**
 * @file Which pixels a stroke covers: a sparse list of (pixel, squared distance to the nearest piece, that piece). The stroke is
 * the union of capsules (piece + round ends) around its polyline, so caps and joins are round and an overlap with itself counts once.
 */

import type { Polylines } from './flatten.js';

/** Length in pixels below which a piece is a dot. */
export const DOT = 1e-6;
/** Horizontal or vertical extent in pixels below which a piece counts as upright or level. */
const LEVEL = 1e-6;
/** Pixels by which neighbouring pieces overlap, so that rounding leaves no gap. */
const SLACK = 1e-3;
/** Truncation after adding this rounds up. */
const ALMOST_ONE = 1 - 1e-9;

/** Coverage lists of all strokes of a picture, one after the other; buffers grow and are reused. */
export class CoverageLists {
	/** Pixel index y * width + x. */
	pixel = new Int32Array(0);
	/** First vertex of the nearest piece. */
	piece = new Int32Array(0);
	/** Squared distance in pixels to that piece while scanning, negative inside a filled path; coverage in [0, 1] after compositing. */
	value = new Float32Array(0);
	/** Colour of the pixel before the stroke was drawn, 3 an entry. */
	prior = new Float32Array(0);
	/** Entries in use. */
	count = 0;
	/** Entry of each pixel in the stroke being scanned, -1 if none. */
	readonly slot: Int32Array;

	constructor(
		private readonly width: number,
		private readonly height: number,
	) {
		this.slot = new Int32Array(width * height).fill(-1);
	}

	/**
	 * Append all pixels whose centre is less than `reach` pixels from the polyline of vertices [from, to), with their nearest piece.
	 * The caller sets `slot` of these pixels back to -1.
	 *
	 * A piece AB need not look at pixels behind A (the piece before, whose end A is, does) nor at pixels that are both past B and
	 * not behind B as the next piece sees it (the next does). So nearly every pixel is looked at once, however wide the stroke.
	 */
	scan(lines: Polylines, from: number, to: number, reach: number): void {
		const { width, height, slot } = this;
		const { x, y } = lines;
		this.reserve(this.mostPixels(x, y, from, to, reach));
		const { pixel, piece, value } = this;
		const reach2 = reach * reach;
		let count = this.count;
		// Pixel centres are at +0.5: work in coordinates in which they are whole.
		let bx = x[from]! - 0.5;
		let by = y[from]! - 0.5;
		const last = to - 2;
		let nextX = x[from + 1]! - 0.5 - bx;
		let nextY = y[from + 1]! - 0.5 - by;
		let nextLength = Math.sqrt(nextX * nextX + nextY * nextY);
		for (let v = from; v <= last; v++) {
			const ax = bx;
			const ay = by;
			const dx = nextX;
			const dy = nextY;
			const length = nextLength;
			bx = x[v + 1]! - 0.5;
			by = y[v + 1]! - 0.5;
			if (v < last) {
				nextX = x[v + 2]! - 0.5 - bx;
				nextY = y[v + 2]! - 0.5 - by;
				nextLength = Math.sqrt(nextX * nextX + nextY * nextY);
			}
			const line = length > DOT;
			// How far the pixels to look at lie from A and from B across and down: at most what the perpendiculars of length `reach` reach,
			// at B also the arc between this one and the next piece's.
			const acrossA = line && v > from ? (reach * Math.abs(dy)) / length + SLACK : reach;
			const downA = line && v > from ? (reach * Math.abs(dx)) / length + SLACK : reach;
			const turns = line && v < last;
			const acrossB =
				turns && dx * nextX > 0 ? reach * Math.max(Math.abs(dy) / length, Math.abs(nextY) / nextLength) + SLACK : reach;
			const downB =
				turns && dy * nextY > 0 ? reach * Math.max(Math.abs(dx) / length, Math.abs(nextX) / nextLength) + SLACK : reach;
			const left = Math.max(0, Math.min(ax - acrossA, bx - acrossB));
			const right = Math.min(width - 1, Math.max(ax + acrossA, bx + acrossB));
			const top = Math.max(0, Math.min(ay - downA, by - downB));
			const bottom = Math.min(height - 1, Math.max(ay + downA, by + downB));
			if (!(top <= bottom && left <= right)) continue;
			const inverse = line ? 1 / (length * length) : 0;
			const ux = dx * inverse;
			const uy = dy * inverse;
			// In a row, the strip of half-width `reach` around the line of the piece is an interval around where the line crosses it.
			const steep = dy > LEVEL || dy < -LEVEL;
			const slope = steep ? dx / dy : 0;
			const spread = steep ? (reach * length) / Math.abs(dy) + SLACK : 0;
			// Where a row is cut by the perpendiculars through A, through B, and through B on the next piece.
			const direction = dx > LEVEL ? 1 : dx < -LEVEL ? -1 : 0;
			const cutStart = direction !== 0 && v > from;
			const cutEnd = turns && direction * nextX > LEVEL;
			const lean = direction !== 0 ? dy / dx : 0;
			const nextLean = cutEnd ? nextY / nextX : 0;
			const lastRow = bottom | 0;
			for (let row = (top + ALMOST_ONE) | 0; row <= lastRow; row++) {
				const wy = row - ay;
				let low = left;
				let high = right;
				if (steep) {
					const crossing = ax + wy * slope;
					if (crossing - spread > low) low = crossing - spread;
					if (crossing + spread < high) high = crossing + spread;
				}
				if (cutStart) {
					const start = ax - wy * lean;
					if (direction > 0) {
						if (start - SLACK > low) low = start - SLACK;
					} else if (start + SLACK < high) high = start + SLACK;
				}
				if (cutEnd) {
					const one = (by - row) * lean;
					const other = (by - row) * nextLean;
					if (direction > 0) {
						const end = bx + Math.max(one, other) + SLACK;
						if (end < high) high = end;
					} else {
						const end = bx + Math.min(one, other) - SLACK;
						if (end > low) low = end;
					}
				}
				if (low > high) continue;
				const first = (low + ALMOST_ONE) | 0;
				const base = row * width;
				const end = base + (high | 0);
				let wx = first - ax;
				for (let p = base + first; p <= end; p++, wx++) {
					let u = wx * ux + wy * uy;
					if (u < 0) u = 0;
					else if (u > 1) u = 1;
					const ex = wx - u * dx;
					const ey = wy - u * dy;
					const d2 = ex * ex + ey * ey;
					if (d2 < reach2) {
						const s = slot[p]!;
						if (s < 0) {
							slot[p] = count;
							pixel[count] = p;
							piece[count] = v;
							value[count++] = d2;
						} else if (d2 < value[s]!) {
							value[s] = d2;
							piece[s] = v;
						}
					}
				}
			}
		}
		this.count = count;
	}

	/**
	 * A bound on the pixels of a polyline. Their unit squares fit into the stroke made wider by half a diagonal, whose area is at most
	 * length * 2 r + pi r^2 as each piece adds a capsule that overlaps the one before in a disc; and they lie in its box.
	 */
	private mostPixels(x: Float64Array, y: Float64Array, from: number, to: number, reach: number): number {
		let left = Infinity;
		let right = -Infinity;
		let top = Infinity;
		let bottom = -Infinity;
		let length = 0;
		let lastX = x[from]!;
		let lastY = y[from]!;
		for (let v = from; v < to; v++) {
			const vx = x[v]!;
			const vy = y[v]!;
			if (vx < left) left = vx;
			if (vx > right) right = vx;
			if (vy < top) top = vy;
			if (vy > bottom) bottom = vy;
			length += Math.sqrt((vx - lastX) * (vx - lastX) + (vy - lastY) * (vy - lastY));
			lastX = vx;
			lastY = vy;
		}
		const columns = Math.min(this.width, right + reach + 1) - Math.max(0, left - reach - 1);
		const rows = Math.min(this.height, bottom + reach + 1) - Math.max(0, top - reach - 1);
		if (!(columns > 0 && rows > 0)) return 0;
		const r = reach + Math.SQRT1_2;
		return Math.min(Math.ceil(columns + 1) * Math.ceil(rows + 1), Math.ceil(length * 2 * r + Math.PI * r * r) + 1);
	}

	/** Make room for more entries; the arrays may be other ones afterwards. */
	reserve(more: number): void {
		const need = this.count + more;
		if (need <= this.pixel.length) return;
		const size = Math.max(need, Math.ceil(1.5 * this.pixel.length), 4096);
		const grow = <T extends Int32Array | Float32Array>(to: T, from: T): T => {
			to.set(from);
			return to;
		};
		this.pixel = grow(new Int32Array(size), this.pixel);
		this.piece = grow(new Int32Array(size), this.piece);
		this.value = grow(new Float32Array(size), this.value);
		this.prior = grow(new Float32Array(3 * size), this.prior);
	}
}
