/**
 * @file In which order and direction a pen draws its lines, so that it travels little between them: the nearest line next,
 * then 2-opt, which turns a run of lines round (order and directions) wherever that shortens the way.
 */

/** A line of a pen: x and y in turn, from one end to the other; control points where it is curved. */
export interface PenLine {
	readonly points: readonly number[];
	readonly curved: boolean;
}

export type Point = readonly [x: number, y: number];

/** Runs of lines longer than this are not tried: with very many lines the time would grow with their square. */
const longestRun = 1000;
const mostPasses = 30;

const startOf = ({ points }: PenLine): Point => [points[0]!, points[1]!];
const endOf = ({ points }: PenLine): Point => [points.at(-2)!, points.at(-1)!];
const distance = (a: Point, b: Point): number => Math.sqrt((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2);

/** The line from its other end. */
function reversed({ points, curved }: PenLine): PenLine {
	const turned: number[] = [];
	for (let i = points.length - 2; i >= 0; i -= 2) turned.push(points[i]!, points[i + 1]!);
	return { points: turned, curved };
}

/** How far the pen goes without drawing, from a place through all lines in turn. */
export function travelOf(lines: readonly PenLine[], from: Point): number {
	let travel = 0;
	let at = from;
	for (const line of lines) {
		travel += distance(at, startOf(line));
		at = endOf(line);
	}
	return travel;
}

/** The same lines in an order and in directions of little travel. */
export function routed(lines: readonly PenLine[], from: Point): PenLine[] {
	const route = nearestFirst(lines, from);
	for (let pass = 0; pass < mostPasses && turnRuns(route, from); pass++);
	return route.map(({ line, turned }) => (turned ? reversed(line) : line));
}

/** A line on the way, from its first end to its last. */
interface Stretch {
	readonly line: PenLine;
	readonly turned: boolean;
	readonly first: Point;
	readonly last: Point;
}

const turnedRound = ({ line, turned, first, last }: Stretch): Stretch => ({
	line,
	turned: !turned,
	first: last,
	last: first,
});

function nearestFirst(lines: readonly PenLine[], from: Point): Stretch[] {
	const left = lines.map((line): Stretch => ({ line, turned: false, first: startOf(line), last: endOf(line) }));
	const route: Stretch[] = [];
	let at = from;
	while (left.length > 0) {
		let best = 0;
		let least = Number.POSITIVE_INFINITY;
		let turn = false;
		for (let i = 0; i < left.length; i++) {
			const toFirst = distance(at, left[i]!.first);
			const toLast = distance(at, left[i]!.last);
			if (Math.min(toFirst, toLast) >= least) continue;
			best = i;
			least = Math.min(toFirst, toLast);
			turn = toLast < toFirst;
		}
		const [stretch] = left.splice(best, 1) as [Stretch];
		route.push(turn ? turnedRound(stretch) : stretch);
		at = route.at(-1)!.last;
	}
	return route;
}

/** One pass of 2-opt, in place; whether anything became shorter. */
function turnRuns(route: Stretch[], from: Point): boolean {
	let better = false;
	for (let i = 0; i < route.length; i++)
		for (let j = i; j < Math.min(route.length, i + longestRun); j++) {
			const before = route[i - 1]?.last ?? from;
			const after = route[j + 1]?.first;
			const { first } = route[i]!;
			const { last } = route[j]!;
			const now = distance(before, first) + (after ? distance(last, after) : 0);
			const turned = distance(before, last) + (after ? distance(first, after) : 0);
			// By more than rounding, or two equal ways could take turns for ever.
			if (turned > now - 1e-9) continue;
			const run = route
				.slice(i, j + 1)
				.reverse()
				.map(turnedRound);
			route.splice(i, run.length, ...run);
			better = true;
		}
	return better;
}
