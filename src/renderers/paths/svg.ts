/** @file Drawn paths as an SVG that any viewer draws the same. Copies under a symmetry are `<use>` elements of one path. */

import type { Parameters } from '../renderer.js';
import type { Transform } from '../symmetry.js';
import type { Pass } from './copies.js';
import type { DrawingPlan } from './drawing.js';

/** Four decimals are exact to 1/500 of a pixel even at forty times the size. */
const svgNumber = (v: number): string => `${Number(v.toFixed(4))}`;

const unit = (v: number): number => (v > 0 ? Math.min(v, 1) : 0);

function svgColor(r: number, g: number, b: number): string {
	return `rgb(${[r, g, b].map((v) => Math.round(unit(v) * 255)).join(',')})`;
}

const points = (numbers: ArrayLike<number>): string[] =>
	Array.from(
		{ length: numbers.length / 2 },
		(_, i) => `${svgNumber(numbers[2 * i]!)} ${svgNumber(numbers[2 * i + 1]!)}`,
	);

/** `M ... C ...` through control points of cubic segments. */
function cubicData(controls: ArrayLike<number>): string {
	const [first, ...rest] = points(controls);
	return `M${first}C${rest.join(' ')}`;
}

/** `M ... L ... Z` through corners. */
function polygonData(corners: ArrayLike<number>): string {
	return `M${points(corners).join('L')}Z`;
}

/** A document with a viewBox of `width` x `height`, a background rectangle, and a group of elements. */
function svgDocument(
	width: number,
	height: number,
	background: ArrayLike<number>,
	group: string,
	elements: readonly string[],
): string {
	const links = elements.some((e) => e.includes('xlink:')) ? ' xmlns:xlink="http://www.w3.org/1999/xlink"' : '';
	return [
		`<svg xmlns="http://www.w3.org/2000/svg"${links} viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
		`<rect width="${width}" height="${height}" fill="${svgColor(background[0] ?? 0, background[1] ?? 0, background[2] ?? 0)}"/>`,
		`<g ${group}>`,
		...elements,
		'</g>',
		'</svg>',
		'',
	].join('\n');
}

/** Strokes have round ends and corners. */
const strokeGroup = 'fill="none" stroke-linecap="round" stroke-linejoin="round"';

/** Paint of one pass; undefined when nothing is to be seen of it. */
function paint(
	{ filled, width, opacity, tint }: Pass,
	own: number,
	[r, g, b, a]: readonly [number, number, number, number],
): string | undefined {
	const alpha = unit(opacity * a);
	const w = width.own * own + width.plus;
	if (!(alpha > 0) || !(filled || (w > 0 && w < Infinity))) return undefined;
	const mixed = [r, g, b].map((v, c) => (1 - tint.share) * v + tint.share * tint.toward[c]!) as [
		number,
		number,
		number,
	];
	const color = svgColor(...mixed);
	const opaque = alpha === 1 ? '' : svgNumber(alpha);
	if (filled) return `fill="${color}"${opaque && ` fill-opacity="${opaque}"`}`;
	return `stroke="${color}" stroke-width="${svgNumber(w)}"${opaque && ` stroke-opacity="${opaque}"`}`;
}

function transformAttribute([a, b, c, d, e, f]: Transform): string {
	const numbers = [a, b, c, d].map((v) => `${Number(v.toFixed(8))}`);
	return `transform="matrix(${[...numbers, svgNumber(e), svgNumber(f)].join(' ')})"`;
}

/** The plan's drawing, in the order in which it is drawn. Colours RGBA are clamped to [0, 1]; figures that are invisible or not finite are left out. */
export function drawingToSvg(plan: DrawingPlan, params: Parameters, colors: Float32Array): string {
	const { outline, passes, transforms, width, height } = plan;
	const controls = outline.controlPoints(params.points!);
	const vertices = params.points!;
	const elements: string[] = [];
	let vertex = 0;
	let control = 0;
	for (const [i, segments] of outline.segments.entries()) {
		const corners = vertices.subarray(2 * vertex, 2 * (vertex + outline.vertices[i]!));
		const cubics = controls.subarray(2 * control, 2 * (control + 3 * segments + 1));
		vertex += outline.vertices[i]!;
		control += 3 * segments + 1;
		if (!cubics.every(Number.isFinite)) continue;
		const closed = passes.some((p) => p.filled);
		const data = outline.kind === 'polygon' ? polygonData(corners) : `${cubicData(cubics)}${closed ? 'Z' : ''}`;
		const rgba = [0, 1, 2, 3].map((c) => colors[4 * i + c]!) as [number, number, number, number];
		for (const [k, pass] of passes.entries()) {
			const own = params.widths?.[i] ?? 0;
			const attributes = paint(pass, own, rgba);
			if (!attributes) continue;
			const id = passes.length === 1 ? `p${i}` : `p${i}-${k}`;
			elements.push(`<path ${transforms.length > 1 ? `id="${id}" ` : ''}d="${data}" ${attributes}/>`);
			const reach = pass.filled ? 0 : (pass.width.own * own + pass.width.plus) / 2;
			for (const transform of transforms.slice(1))
				if (isSeen(cubics, transform, reach, plan))
					elements.push(`<use xlink:href="#${id}" ${transformAttribute(transform)}/>`);
		}
	}
	return svgDocument(width, height, params.background!, strokeGroup, elements);
}

/** Whether the hull of control points, moved and made wider by `reach`, meets the canvas. */
function isSeen(
	cubics: ArrayLike<number>,
	[a, b, c, d, e, f]: Transform,
	reach: number,
	{ width, height }: { readonly width: number; readonly height: number },
): boolean {
	const xs = Array.from({ length: cubics.length / 2 }, (_, i) => a * cubics[2 * i]! + c * cubics[2 * i + 1]! + e);
	const ys = Array.from({ length: cubics.length / 2 }, (_, i) => b * cubics[2 * i]! + d * cubics[2 * i + 1]! + f);
	return (
		Math.max(...xs) > -reach &&
		Math.min(...xs) < width + reach &&
		Math.max(...ys) > -reach &&
		Math.min(...ys) < height + reach
	);
}
