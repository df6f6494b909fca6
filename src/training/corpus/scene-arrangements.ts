/** @file How the items of a scene may lie to one another, and the ways to say so; every phrase is true of the boxes beside it. */

import type { Random } from '../../random.js';

/** Where an item lies: the middle and the longer side of its ink, as shares of the picture's side; y grows downwards. */
export interface Box {
	readonly x: number;
	readonly y: number;
	readonly side: number;
}

/** A word for the size of an item. */
export type SizeWord = 'big' | 'small';

/** Boxes, and what is true of what lies in them. */
export interface Arrangement {
	readonly boxes: readonly Box[];
	/** Size words that hold of the items, where one does. */
	readonly sizes?: readonly (SizeWord | undefined)[];
	/** All boxes show the same item, named in the plural. */
	readonly equal?: boolean;
	/** Ways to say it. @param names of the items with their articles; of equal ones, one name in the plural with its number */
	readonly say: (names: readonly string[]) => readonly string[];
}

/** Room at the edges and between boxes. */
const margin = 0.04;
/** From this ratio of sides on, one item is called big and the other small. */
const sizeRatio = 1.8;

const numbers = ['zero', 'one', 'two', 'three', 'four', 'five'] as const;

/** The word for a number up to five. */
export const numberWord = (n: number): string => numbers[n] as string;

/** A place for the middle of a box, its edges inside the picture. */
const place = (side: number, random: Random): number => random.uniform(margin + side / 2, 1 - margin - side / 2);

/** One item. @param floor y on which it stands; absent: anywhere */
export function alone(random: Random, floor?: number): Arrangement {
	const side = floor === undefined ? random.uniform(0.22, 0.88) : random.uniform(0.3, 0.55);
	const size = side > 0.7 ? 'big' : side < 0.3 ? 'small' : undefined;
	return {
		boxes: [{ x: place(side, random), y: floor === undefined ? place(side, random) : floor - side / 2, side }],
		sizes: [size],
		say: ([a]) => [`${a}`, `${a}`, `one ${a!.replace(/^an? /, '')}`],
	};
}

/** One small item in a corner. */
export function inCorner(random: Random): Arrangement {
	const side = random.uniform(0.2, 0.34);
	const near = () => margin + side / 2 + random.uniform(0, 0.06);
	const [right, bottom] = [random.chance(0.5), random.chance(0.5)];
	const corner = `${bottom ? 'bottom' : 'top'} ${right ? 'right' : 'left'} corner`;
	return {
		boxes: [{ x: right ? 1 - near() : near(), y: bottom ? 1 - near() : near(), side }],
		sizes: ['small'],
		say: ([a]) => [`${a} in the ${corner}`, `${a} in the ${corner} of the picture`],
	};
}

/** Two lengths in a row that fill most of it, and their size words. */
function twoSides(random: Random, most = 0.5): { sides: [number, number]; sizes: (SizeWord | undefined)[] } {
	const sides: [number, number] = [random.uniform(0.24, 0.43), random.uniform(0.24, 0.43)];
	if (random.chance(0.35)) {
		sides[0] = random.uniform(0.42, most);
		sides[1] = random.uniform(0.17, sides[0] / (sizeRatio + 0.1));
		if (random.chance(0.5)) sides.reverse();
	}
	const word = (a: number, b: number) => (a >= sizeRatio * b ? 'big' : b >= sizeRatio * a ? 'small' : undefined);
	return { sides, sizes: [word(...sides), word(sides[1], sides[0])] };
}

/** Middles of boxes one after another along a line, the slack spread at random. */
function inLine(sides: readonly number[], random: Random): number[] {
	const slack = 1 - margin * (sides.length + 1) - sides.reduce((sum, side) => sum + side, 0);
	const parts = Array.from({ length: sides.length + 1 }, () => random.uniform(0.2, 1));
	const all = parts.reduce((sum, part) => sum + part, 0);
	let at = 0;
	return sides.map((side, i) => {
		at += margin + (slack * parts[i]!) / all + side;
		return at - side / 2;
	});
}

/** The first item left of the second. @param floor y on which both stand; absent: at one height, more or less */
export function beside(random: Random, floor?: number): Arrangement {
	const { sides, sizes } = twoSides(random);
	const xs = inLine(sides, random);
	const height = random.uniform(0.36, 0.64);
	return {
		boxes: sides.map((side, i) => ({
			x: xs[i]!,
			y: floor === undefined ? height + random.uniform(-0.06, 0.06) : floor - side / 2,
			side,
		})),
		sizes,
		say: ([a, b]) => [
			`${a} to the left of ${b}`,
			`${a} left of ${b}`,
			`${b} to the right of ${a}`,
			`${b} right of ${a}`,
			`${a} next to ${b}`,
			`${b} beside ${a}`,
			`${a} on the left and ${b} on the right`,
			`${a} and ${b}`,
		],
	};
}

/** The first item above the second. */
export function stacked(random: Random): Arrangement {
	const { sides, sizes } = twoSides(random);
	const ys = inLine(sides, random);
	const middle = random.uniform(0.34, 0.66);
	return {
		boxes: sides.map((side, i) => ({ x: middle + random.uniform(-0.06, 0.06), y: ys[i]!, side })),
		sizes,
		say: ([a, b]) => [
			`${a} above ${b}`,
			`${b} below ${a}`,
			`${b} under ${a}`,
			`${a} at the top and ${b} at the bottom`,
			`${a} and ${b}`,
		],
	};
}

/** The first item inside the second. @param room of the second, as roomInside gives it */
export function inside(random: Random, [room, below]: readonly [number, number], hollow: boolean): Arrangement {
	const side = random.uniform(0.66, 0.9);
	const inner = side * room * random.uniform(0.72, 0.95);
	const [x, y] = [place(side, random), place(side, random)];
	return {
		boxes: [
			{ x, y: y + below * side, side: inner },
			{ x, y, side },
		],
		sizes: side >= sizeRatio * inner ? ['small', 'big'] : [],
		say: ([a, b]) => [
			`${a} inside ${b}`,
			`${a} in ${b}`,
			`${b} with ${a} inside`,
			hollow ? `${b} around ${a}` : `${a} on ${b}`,
		],
	};
}

/** The first item between the second, which is left of it or above, and the third. */
export function between(random: Random): Arrangement {
	const upright = random.chance(0.35);
	const sides = Array.from({ length: 3 }, () => random.uniform(0.2, 0.27));
	const along = inLine(sides, random);
	const across = random.uniform(0.32, 0.68);
	const boxes = sides.map((side, i) => {
		const off = across + random.uniform(-0.04, 0.04);
		return upright ? { x: off, y: along[i]!, side } : { x: along[i]!, y: off, side };
	});
	return {
		boxes: [boxes[1]!, boxes[0]!, boxes[2]!],
		say: ([a, b, c]) => [
			`${a} between ${b} and ${c}`,
			`${b}, ${a} and ${c}`,
			upright ? `${b}, ${a} and ${c} from top to bottom` : `${b}, ${a} and ${c} from left to right`,
		],
	};
}

/** Two to five equal items, in a row or strewn. @param floor y on which they stand, in a row; absent: either */
export function several(random: Random, floor?: number): Arrangement {
	const count = 2 + random.int(floor === undefined ? 4 : 3);
	const row = floor !== undefined || (count < 5 && random.chance(0.35));
	const most = row ? 0.95 / count - margin : 0.5 - 2 * margin;
	const side = count === 5 && !row ? random.uniform(0.18, 0.25) : random.uniform(0.75, 0.98) * Math.min(most, 0.4);
	return {
		boxes: row ? rowOf(count, side, random, floor) : strewn(count, side, random),
		equal: true,
		say: ([some]) => [`${some}`, `${some}`, ...(row && count > 2 ? [`${some} in a row`] : [])],
	};
}

function rowOf(count: number, side: number, random: Random, floor?: number): Box[] {
	const y = floor === undefined ? random.uniform(0.3, 0.7) : floor - side / 2;
	return inLine(new Array<number>(count).fill(side), random).map((x) => ({ x, y, side }));
}

/** Boxes in different cells of a grid, anywhere within them. */
function strewn(count: number, side: number, random: Random): Box[] {
	const cells = side < 0.26 ? 3 : 2;
	const span = (1 - margin) / cells;
	const within = () => margin + side / 2 + random.uniform(0, span - margin - side);
	return random
		.shuffle(Array.from({ length: cells * cells }, (_, i) => i))
		.slice(0, count)
		.map((cell) => ({ x: (cell % cells) * span + within(), y: Math.floor(cell / cells) * span + within(), side }));
}
