/** @file Lines drawn by hand, as points: walked along, measured from; and the weights of the control points of a cubic curve. */

export type Point = readonly [x: number, y: number];

/** `count` + 1 points at equal distances along a polyline, its ends included. */
export function alongLine(line: readonly Point[], count: number): [number, number][] {
	const lengths = line.slice(1).map(([x, y], i) => Math.hypot(x - line[i]![0], y - line[i]![1]));
	const total = lengths.reduce((a, b) => a + b, 0);
	let edge = 0;
	let before = 0;
	return Array.from({ length: count + 1 }, (_, j) => {
		const way = (j / count) * total;
		while (edge < lengths.length - 1 && way > before + lengths[edge]!) before += lengths[edge++]!;
		const part = lengths[edge]! > 0 ? Math.min(1, (way - before) / lengths[edge]!) : 0;
		const [from, to] = [line[edge]!, line[edge + 1]!];
		return [from[0] + part * (to[0] - from[0]), from[1] + part * (to[1] - from[1])];
	});
}

/** Distance of a point from a polyline. */
export function distanceFrom(line: readonly Point[], [x, y]: Point): number {
	let least = Number.POSITIVE_INFINITY;
	for (let i = 0; i + 1 < line.length; i++) {
		const [[ax, ay], [bx, by]] = [line[i]!, line[i + 1]!];
		least = Math.min(least, pieceDistance(x, y, ax, ay, bx, by));
	}
	return least;
}

/** Distance of a point x, y from the piece of a line from a to b. */
export function pieceDistance(x: number, y: number, ax: number, ay: number, bx: number, by: number): number {
	const [dx, dy] = [bx - ax, by - ay];
	const length = dx * dx + dy * dy;
	const t = length > 0 ? Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / length)) : 0;
	return Math.hypot(x - ax - t * dx, y - ay - t * dy);
}

/** Weights of the control points of a cubic Bezier segment at t. */
export const bernstein = (t: number) => [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t ** 3] as const;
