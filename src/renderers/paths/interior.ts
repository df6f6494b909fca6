/**
 * @file Which pixels lie inside a closed polyline, by the nonzero winding rule: in each row of pixel centres the pieces' crossings are
 * sorted, and the winding number is the sum of the directions to the left. Edges between windings that are both not 0 are no
 * edges of the filled area.
 */

import type { CoverageLists } from './coverage.js';
import type { Polylines } from './flatten.js';

/** Minus the square of a distance that is well inside, for entries of full coverage. */
const DEEP = -4;

/** Row by row crossings of one polyline; buffers grow and are reused. */
export class Interior {
	/** First crossing of each row, and one past the last. */
	private readonly firstCrossing: Int32Array;
	private x = new Float64Array(256);
	/** 1 where the piece goes down, -1 where it goes up. */
	private direction = new Int8Array(256);

	constructor(
		private readonly width: number,
		private readonly height: number,
	) {
		this.firstCrossing = new Int32Array(height + 1);
	}

	/**
	 * Complete the entries of a closed polyline of vertices [from, to), whose edge has been scanned into the lists from entry
	 * `start` on: the squared distances of pixels inside become negative, and the pixels further inside are appended.
	 */
	fill(lists: CoverageLists, start: number, lines: Polylines, from: number, to: number): void {
		this.collect(lines, from, to);
		const { width, height, firstCrossing, x, direction } = this;
		const { slot } = lists;
		for (let row = 0; row < height; row++) {
			const end = firstCrossing[row + 1]!;
			let winding = 0;
			for (let i = firstCrossing[row]!; i < end - 1; i++) {
				winding += direction[i]!;
				if (winding === 0) continue;
				// Pixel centres at or right of this crossing and left of the next.
				const first = Math.max(0, Math.ceil(x[i]! - 0.5));
				const past = Math.min(width, Math.ceil(x[i + 1]! - 0.5));
				if (first >= past) continue;
				lists.reserve(past - first);
				const { pixel, piece, value } = lists;
				for (let column = first; column < past; column++) {
					const p = row * width + column;
					const s = slot[p]!;
					if (s >= start) {
						value[s] = isEdge(lines, piece[s]!, column + 0.5, row + 0.5, winding) ? -value[s]! : DEEP;
					} else {
						pixel[lists.count] = p;
						piece[lists.count] = from;
						value[lists.count++] = DEEP;
					}
				}
			}
		}
	}

	/** Sort the crossings of all rows. */
	private collect(lines: Polylines, from: number, to: number): void {
		const { firstCrossing, height } = this;
		firstCrossing.fill(0);
		const eachRow = (visit: (row: number, v: number) => void) => {
			for (let v = from; v < to - 1; v++) {
				const y0 = lines.y[v]!;
				const y1 = lines.y[v + 1]!;
				// Centres row + 0.5 in [lower, upper), so that a vertex on a row counts once.
				const first = Math.max(0, Math.ceil(Math.min(y0, y1) - 0.5));
				const past = Math.min(height, Math.ceil(Math.max(y0, y1) - 0.5));
				for (let row = first; row < past; row++) visit(row, v);
			}
		};
		let total = 0;
		eachRow((row) => {
			firstCrossing[row]!++;
			total++;
		});
		if (total > this.x.length) {
			this.x = new Float64Array(2 * total);
			this.direction = new Int8Array(2 * total);
		}
		// Counts become the ends of the rows, and filling from the back their beginnings.
		for (let row = 1; row <= height; row++) firstCrossing[row]! += firstCrossing[row - 1]!;
		const { x, direction } = this;
		eachRow((row, v) => {
			const dy = lines.y[v + 1]! - lines.y[v]!;
			const crossing = lines.x[v]! + ((row + 0.5 - lines.y[v]!) / dy) * (lines.x[v + 1]! - lines.x[v]!);
			const at = --firstCrossing[row]!;
			x[at] = crossing;
			direction[at] = dy > 0 ? 1 : -1;
		});
		for (let row = 0; row < height; row++) this.sort(firstCrossing[row]!, firstCrossing[row + 1]!);
	}

	/** Insertion sort: a row has few crossings. */
	private sort(from: number, to: number): void {
		const { x, direction } = this;
		for (let i = from + 1; i < to; i++) {
			const xi = x[i]!;
			const di = direction[i]!;
			let j = i - 1;
			for (; j >= from && x[j]! > xi; j--) {
				x[j + 1] = x[j]!;
				direction[j + 1] = direction[j]!;
			}
			x[j + 1] = xi;
			direction[j + 1] = di;
		}
	}
}

/** Whether the piece parts the inside, where a point of this winding lies, from the outside: beyond it the winding is one less where the piece runs down left of the point. */
function isEdge({ x, y }: Polylines, v: number, px: number, py: number, winding: number): boolean {
	const dx = x[v + 1]! - x[v]!;
	const dy = y[v + 1]! - y[v]!;
	const cross = dx * (py - y[v]!) - dy * (px - x[v]!);
	return winding + (cross < 0 ? -1 : 1) === 0;
}
