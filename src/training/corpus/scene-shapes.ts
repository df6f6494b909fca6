/** @file The plain shapes of scenes, as SVG in black to be coloured, and the room that some have inside. */

import type { Random } from '../../random.js';

/** How one kind of shape is drawn and turned. */
interface ShapeForm {
	/** SVG elements that reach to 1 or -1 in x or y and no further. */
	readonly body: string;
	/** Degrees that it may be turned either way; absent: none. */
	readonly turn?: number;
	/** Side of the largest upright square inside, as a share of the longer side of the shape, and how far below its middle. */
	readonly room?: readonly [side: number, below: number];
}

const polygon = (points: readonly (readonly [number, number])[]): string =>
	`<polygon points="${points.map(([x, y]) => `${x.toFixed(3)},${y.toFixed(3)}`).join(' ')}"/>`;
/** Corners at equal angles, the first on top, at the radii in turn. */
const around = (corners: number, radii: readonly number[]): string =>
	polygon(
		Array.from({ length: corners }, (_, i) => {
			const angle = (2 * Math.PI * i) / corners;
			const radius = radii[i % radii.length]!;
			return [radius * Math.sin(angle), -radius * Math.cos(angle)] as const;
		}),
	);

const forms = {
	circle: { body: '<circle r="1"/>', room: [0.68, 0] },
	square: { body: '<rect x="-1" y="-1" width="2" height="2"/>', turn: 6, room: [0.84, 0] },
	triangle: { body: around(3, [1]), turn: 12 },
	star: { body: around(10, [1, 0.42]), turn: 18 },
	heart: {
		body: '<path d="M0 .95C-.35 .6-1 .2-1-.35-1-.75-.7-.95-.45-.95-.2-.95-.05-.8 0-.6.05-.8.2-.95.45-.95.7-.95 1-.75 1-.35 1 .2.35 .6 0 .95Z"/>',
		turn: 10,
		room: [0.42, 0],
	},
	diamond: {
		body: polygon([
			[0, -1],
			[0.7, 0],
			[0, 1],
			[-0.7, 0],
		]),
		room: [0.4, 0],
	},
	cross: { body: '<path d="M-.33-1H.33V-.33H1V.33H.33V1H-.33V.33H-1V-.33H-.33Z"/>', turn: 8 },
	ring: { body: '<circle r=".85" fill="none" stroke="#000" stroke-width=".3"/>', room: [0.46, 0] },
	crescent: { body: '<path d="M.35-.937A1 1 0 1 0 .35 .937 .94 .94 0 0 1 .35-.937Z"/>', turn: 180 },
	arrow: { body: '<path d="M1 0 .1-.7V-.25H-1V.25H.1V.7Z"/>', turn: 6 },
	pentagon: { body: around(5, [1]), turn: 10, room: [0.5, 0.04] },
	hexagon: { body: around(6, [1]), turn: 15, room: [0.56, 0] },
} as const satisfies Readonly<Record<string, ShapeForm>>;

/** The word for a shape. */
export type ShapeName = keyof typeof forms;

/** The words for the shapes, in a fixed order. */
export const shapeNames = Object.keys(forms) as readonly ShapeName[];

/** Where arrows may point: degrees clockwise from the right. */
const directions = { right: 0, down: 90, left: 180, up: 270 } as const;

/** A shape as it is drawn once. */
export interface DrawnShape {
	/** An SVG document, black on nothing. */
	readonly svg: string;
	/** What else is true of it: `pointing left`. */
	readonly detail?: string;
}

/** Draw a shape, turned a little at random; an arrow points in one of four directions. */
export function drawShape(name: ShapeName, random: Random): DrawnShape {
	const { body, turn = 0 }: ShapeForm = forms[name];
	const pointing = (Object.keys(directions) as (keyof typeof directions)[])[random.int(4)]!;
	const angle = random.uniform(-turn, turn) + (name === 'arrow' ? directions[pointing] : 0);
	return {
		svg:
			'<svg xmlns="http://www.w3.org/2000/svg" width="120" height="120" viewBox="-1.5 -1.5 3 3">' +
			`<g transform="rotate(${angle.toFixed(1)})">${body}</g></svg>`,
		...(name === 'arrow' && { detail: `pointing ${pointing}` }),
	};
}

/** The upright square inside a shape, as a share of its longer side, and how far below its middle; undefined for shapes without room. */
export const roomInside = (name: ShapeName): readonly [side: number, below: number] | undefined =>
	(forms[name] as ShapeForm).room;
