/**
 * @file SVG for pen plotters, in millimetres on a sheet of paper: every mark a single line in one of a few pens, a layer a pen,
 * ordered for little travel; no fills and no opacity, what is not seen left out, nothing outside the drawing's frame.
 */

import { AtelierError } from '../errors.js';
import type { Transform } from '../renderers/symmetry.js';
import type { FinishedRun } from './finished-run.js';
import type { Rgb } from './gifenc.js';
import { importanceOf } from './importance.js';
import { clipped, flattened, lengthOf, parsePath, transformed } from './path-data.js';
import { choosePens, isSameInk, nearestPen } from './pens.js';
import { type PenLine, type Point, routed, travelOf } from './plotter-route.js';
import { rendererSvg } from './svg.js';
import { type Mark, type MarkedDrawing, type Paint, readMarks } from './svg-marks.js';

/** Sheets of paper by name, millimetres, upright. */
export const papers = {
	a3: [297, 420],
	a4: [210, 297],
	a5: [148, 210],
	a6: [105, 148],
	letter: [215.9, 279.4],
	legal: [215.9, 355.6],
	tabloid: [279.4, 431.8],
} as const satisfies Readonly<Record<string, readonly [number, number]>>;

export interface PlotterOptions {
	/** Pens at most; default 4. Colours that look alike share one. */
	readonly pens?: number;
	/** Millimetres; turned so that the drawing is largest. Default A4. */
	readonly paper?: readonly [width: number, height: number];
	/** Millimetres on every side; default 15. */
	readonly margin?: number;
	readonly onProgress?: (done: number, total: number) => void;
}

/** What is in a plot; lengths in millimetres. */
export interface Plot {
	readonly svg: string;
	/** Of the sheet as it lies. */
	readonly width: number;
	readonly height: number;
	/** The background's colour, which the paper should have, and those of the pens, as #rrggbb. */
	readonly ground: string;
	readonly pens: readonly string[];
	readonly lines: number;
	/** Marks that were left out: not seen in the picture or on paper of the background's colour, or too short. */
	readonly dropped: number;
	readonly drawn: number;
	/** With the pen up, in the drawing's own order and as written; pens are used one after the other in both. */
	readonly travelBefore: number;
	readonly travel: number;
}

/** What a mark must change at least, in full channels of pixels of a picture of 128 px, to count as seen. */
const leastSeen = 1;
/** Millimetres below which a line is a blot. */
const leastLength = 1;
/** Only for looks: the width of a fine pen. */
const penWidth = 0.4;
const home: Point = [0, 0];

/** The plot of a drawing. @throws AtelierError E_ARGUMENT when the renderer is no vectors, or the margins leave no room */
export async function encodePlot(run: FinishedRun, options: PlotterOptions = {}): Promise<Plot> {
	const { margin = 15 } = options;
	const drawing = readMarks(rendererSvg(run));
	const [width, height] = laid(options.paper ?? papers.a4, drawing);
	const [roomX, roomY] = [width - 2 * margin, height - 2 * margin];
	if (!(roomX >= 10 && roomY >= 10))
		throw new AtelierError(
			'E_ARGUMENT',
			`expected margins that leave at least 10 mm of the paper, got ${margin} mm on ${width} x ${height} mm; make them smaller`,
		);
	const scale = Math.min(roomX / drawing.width, roomY / drawing.height);
	const toPaper: Transform = [
		scale,
		0,
		0,
		scale,
		(width - scale * drawing.width) / 2,
		(height - scale * drawing.height) / 2,
	];

	const importance = await importanceOf(drawing, options.onProgress);
	const ground = rgbOf(drawing.background ?? 'rgb(255,255,255)');
	const strokes = drawing.marks.flatMap((mark, i) => {
		if (importance[i]! < leastSeen) return [];
		const lines = linesOf(mark, drawing, toPaper);
		const length = lines.reduce((sum, line) => sum + drawnLength(line), 0);
		const color = inkOf(mark.paints, ground);
		return lines.length > 0 && !isSameInk(color, ground) ? [{ lines, length, color }] : [];
	});
	const pens = choosePens(
		strokes.map(({ color, length }) => ({ color, weight: length })),
		options.pens ?? 4,
	);
	const layers = pens.map((pen, i) => ({
		color: hex(pen),
		lines: strokes.filter(({ color }) => nearestPen(pens, color) === i).flatMap(({ lines }) => lines),
	}));
	const drawnLayers = layers.filter(({ lines }) => lines.length > 0);

	const before = drawnLayers.map(({ lines }) => lines);
	const after: PenLine[][] = [];
	let at = home;
	for (const lines of before) {
		after.push(routed(lines, at));
		at = after.at(-1)!.at(-1)!.points.slice(-2) as unknown as Point;
	}
	const travelBefore = travelOf(before.flat(), home);
	// Where one pen ends decides where the next begins: for a few lines the drawing's own order may be luckier.
	const best = travelOf(after.flat(), home) <= travelBefore ? after : before;
	return {
		svg: plotText(
			width,
			height,
			drawnLayers.map(({ color }, i) => ({ color, lines: best[i]! })),
		),
		width,
		height,
		ground: hex(ground),
		pens: drawnLayers.map(({ color }) => color),
		lines: best.flat().length,
		dropped: drawing.marks.length - strokes.length,
		drawn: strokes.reduce((sum, { length }) => sum + length, 0),
		travelBefore,
		travel: travelOf(best.flat(), home),
	};
}

/** The sheet upright or on its side, as the drawing lies. */
function laid([a, b]: readonly [number, number], { width, height }: MarkedDrawing): readonly [number, number] {
	const [short, long] = [Math.min(a, b), Math.max(a, b)];
	return width > height ? [long, short] : [short, long];
}

/** A mark's line and its copies on paper, cut off at the frame. */
function linesOf({ data, copies }: Mark, { width, height }: MarkedDrawing, toPaper: Transform): PenLine[] {
	return copies.flatMap((copy) =>
		parsePath(data).flatMap((original) => {
			const curve = transformed(original, copy);
			const inside = curve.every((v, i) => v >= 0 && v <= (i % 2 === 0 ? width : height));
			const lines = inside
				? [{ points: curve, curved: true }]
				: clipped(flattened(curve), width, height).map((points) => ({ points, curved: false }));
			return lines
				.map(({ points, curved }) => ({ points: transformed(points, toPaper), curved }))
				.filter((line) => drawnLength(line) >= leastLength);
		}),
	);
}

const drawnLength = ({ points, curved }: PenLine): number => lengthOf(curved ? flattened(points) : points);

/** What a mark looks like on the ground: its topmost paint, mixed by its opacity. */
function inkOf(paints: readonly Paint[], ground: Rgb): Rgb {
	const paint = paints.at(-1)!;
	const filled = paint.fill !== undefined && paint.fill !== 'none';
	const color = rgbOf((filled ? paint.fill : paint.stroke) ?? 'rgb(0,0,0)');
	const opacity = Number((filled ? paint['fill-opacity'] : paint['stroke-opacity']) ?? 1);
	return color.map((v, c) => Math.round(ground[c]! + opacity * (v - ground[c]!))) as Rgb;
}

/** A colour as renderers write it. */
function rgbOf(color: string): Rgb {
	const parts = color.match(/^rgb\((\d+),(\d+),(\d+)\)$/);
	if (!parts) throw new AtelierError('E_ARGUMENT', `expected a colour as rgb(r,g,b), got '${color}'`);
	return parts.slice(1).map(Number) as Rgb;
}

const hex = (color: Rgb): string => `#${color.map((v) => v.toString(16).padStart(2, '0')).join('')}`;

/** Hundredths of a millimetre. */
const number = (v: number): string => `${Number(v.toFixed(2))}`;

function plotText(
	width: number,
	height: number,
	layers: readonly { readonly color: string; readonly lines: readonly PenLine[] }[],
): string {
	const path = ({ points, curved }: PenLine): string => {
		const pairs = Array.from(
			{ length: points.length / 2 },
			(_, i) => `${number(points[2 * i]!)} ${number(points[2 * i + 1]!)}`,
		);
		return `<path d="M${pairs[0]}${curved ? 'C' : 'L'}${pairs.slice(1).join(' ')}"/>`;
	};
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape" width="${width}mm" height="${height}mm" viewBox="0 0 ${width} ${height}">`,
		// A number first, so that plotters' software pauses between layers in this order.
		...layers.flatMap(({ color, lines }, i) => [
			`<g id="pen-${i + 1}" inkscape:groupmode="layer" inkscape:label="${i + 1} ${color}" fill="none" stroke="${color}" stroke-width="${penWidth}" stroke-linecap="round" stroke-linejoin="round">`,
			...lines.map(path),
			'</g>',
		]),
		'</svg>',
		'',
	].join('\n');
}
