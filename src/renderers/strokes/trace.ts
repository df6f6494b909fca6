/**
 * @file A line drawn by hand as a chain of cubic Bezier segments that strays from it by no more than is allowed: parted at its corners,
 * and each part fitted by the algorithm of Schneider, "An Algorithm for Automatically Fitting Digitized Curves" (Graphics Gems,
 * 1990): least squares between the ends, better places along the curve by Newton's method, and where that does not
 * do, two curves with a common tangent.
 */

import { alongLine, bernstein, type Point } from './polyline.js';
import { solve } from './solve.js';

/** Samples of a line at most. */
const mostSamples = 3000;
/** How far around a point, in tolerances, the directions are compared that make it a corner, and from where a tangent is taken. */
const cornerReach = 5;
const tangentReach = 3;
/** A turn by more than this many radians is a corner. */
const cornerTurn = Math.PI / 3;
/** Handles longer than this many times the distance of the ends are not believed. */
const longestHandle = 20;
const free: readonly Point[] = [
	[1, 0],
	[0, 1],
];
/** Rounds of Newton's method. */
const rounds = 5;

/**
 * Control points x, y of segments, one after the other, each beginning where the last ended.
 *
 * @param line two or more points, of some length
 * @param tolerance in the units of the line
 */
export function traceLine(line: readonly Point[], tolerance: number): Float32Array {
	const length = line.slice(1).reduce((sum, p, i) => sum + distance(p, line[i]!), 0);
	const count = Math.min(mostSamples, Math.max(8, Math.ceil(length / tolerance)));
	const samples = alongLine(line, count);
	const step = length / count;
	const reach = (tolerances: number) => Math.max(1, Math.round((tolerances * tolerance) / step));
	const ends = [0, ...cornersOf(samples, reach(cornerReach)), count];
	const control: number[] = [...samples[0]!];
	for (const [i, from] of ends.slice(0, -1).entries()) {
		const part = samples.slice(from, ends[i + 1]! + 1);
		fitPart(part, undefined, undefined);
	}
	return Float32Array.from(control);

	/** @param first, last tangents at both ends, into the curve; undefined where it may begin or end in any direction */
	function fitPart(points: readonly Point[], first: Point | undefined, last: Point | undefined): void {
		const end = points.length - 1;
		const places = points.map((_, i) => i / end);
		let curve = fitted(points, places, first, last);
		let worst = worstOf(points, places, curve);
		for (let round = 0; round < rounds && worst.error > tolerance; round++) {
			for (const [i, p] of points.entries()) places[i] = nearer(curve, p, places[i]!);
			curve = fitted(points, places, first, last);
			worst = worstOf(points, places, curve);
		}
		if (worst.error <= tolerance || end < 2) {
			control.push(...curve.slice(1).flat());
			return;
		}
		const { at } = worst;
		const around = Math.min(reach(tangentReach), at, end - at);
		const through = unit(minus(points[at - around]!, points[at + around]!));
		fitPart(points.slice(0, at + 1), first, through);
		fitPart(points.slice(at), [-through[0], -through[1]], last);
	}
}

/** Places of the points where a line at equal distances turns most sharply, among those within `reach`. */
function cornersOf(points: readonly Point[], reach: number): number[] {
	const turns = points.map((p, i) => {
		const [before, after] = [points[i - reach], points[i + reach]];
		if (!before || !after) return 0;
		const [a, b] = [minus(p, before), minus(after, p)];
		return Math.abs(Math.atan2(a[0] * b[1] - a[1] * b[0], dot(a, b)));
	});
	return turns.flatMap((turn, i) => {
		const around = turns.slice(Math.max(0, i - reach), i + reach + 1);
		const isFirst = !turns.slice(Math.max(0, i - reach), i).includes(turn);
		return turn > cornerTurn && isFirst && turn >= Math.max(...around) ? [i] : [];
	});
}

/** The curve with the least sum of squares to points at its places, between the ends and, where they are given, along their tangents. */
function fitted(
	points: readonly Point[],
	places: readonly number[],
	first: Point | undefined,
	last: Point | undefined,
): Point[] {
	const [start, end] = [points[0]!, points.at(-1)!];
	// A handle is a multiple of its tangent, or any vector.
	const unknowns = [first, last].flatMap((tangent, handle) =>
		(tangent ? [tangent] : free).map((way) => ({ handle, way })),
	);
	const matrix = unknowns.map(() => unknowns.map(() => 0));
	const right = unknowns.map(() => 0);
	for (const [i, t] of places.entries()) {
		const [b0, b1, b2, b3] = bernstein(t);
		const rest = minus(points[i]!, plus(times(start, b0 + b1), times(end, b2 + b3)));
		const does = unknowns.map(({ handle, way }) => times(way, handle === 0 ? b1 : b2));
		for (const [j, a] of does.entries()) {
			for (const [k, b] of does.entries()) matrix[j]![k]! += dot(a, b);
			right[j]! += dot(a, rest);
		}
	}
	solve(matrix, [right]);
	const handleOf = (which: number): Point =>
		unknowns.reduce<Point>(
			(sum, { handle, way }, j) => (handle === which ? plus(sum, times(way, right[j]!)) : sum),
			[0, 0],
		);
	const span = distance(start, end);
	const handles = [first, last].map((tangent, which): Point => {
		const handle = handleOf(which);
		const length = Math.hypot(...handle);
		const sane = length < longestHandle * span && (!tangent || dot(handle, tangent) > 1e-6 * span);
		if (points.length > 3 && sane) return handle;
		// Too short, backwards, or far too long: the rule of Wu and Barsky instead.
		return times(tangent ?? unit(which === 0 ? minus(end, start) : minus(start, end)), span / 3);
	});
	return [start, plus(start, handles[0]!), plus(end, handles[1]!), end];
}

/** The point, of those between the ends, that is farthest from where the curve is at its place. */
function worstOf(points: readonly Point[], places: readonly number[], curve: readonly Point[]) {
	let [error, at] = [0, Math.floor(points.length / 2)];
	for (let i = 1; i < points.length - 1; i++) {
		const far = distance(pointOf(curve, places[i]!), points[i]!);
		if (far > error) [error, at] = [far, i];
	}
	return { error, at };
}

/** A place on the curve nearer to a point than `t`: a step of Newton's method for a right angle between the curve and the way there. */
function nearer(curve: readonly Point[], p: Point, t: number): number {
	const edges = curve.slice(1).map((q, i) => times(minus(q, curve[i]!), 3));
	const bends = edges.slice(1).map((q, i) => times(minus(q, edges[i]!), 2));
	const u = 1 - t;
	const away = minus(pointOf(curve, t), p);
	const first = plus(plus(times(edges[0]!, u * u), times(edges[1]!, 2 * u * t)), times(edges[2]!, t * t));
	const second = plus(times(bends[0]!, u), times(bends[1]!, t));
	const slope = dot(first, first) + dot(away, second);
	return slope > 0 ? Math.min(1, Math.max(0, t - dot(away, first) / slope)) : t;
}

const pointOf = (curve: readonly Point[], t: number): Point =>
	bernstein(t).reduce<Point>((sum, b, i) => plus(sum, times(curve[i]!, b)), [0, 0]);
const minus = (a: Point, b: Point): Point => [a[0] - b[0], a[1] - b[1]];
const plus = (a: Point, b: Point): Point => [a[0] + b[0], a[1] + b[1]];
const times = (a: Point, k: number): Point => [k * a[0], k * a[1]];
const dot = (a: Point, b: Point): number => a[0] * b[0] + a[1] * b[1];
const distance = (a: Point, b: Point): number => Math.hypot(a[0] - b[0], a[1] - b[1]);
const unit = (a: Point): Point => {
	const length = Math.hypot(...a);
	return length > 0 ? [a[0] / length, a[1] / length] : [1, 0];
};
