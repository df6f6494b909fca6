/**
 * @file The marks of a drawing, read from the SVG that its renderer writes, so that what is exported as vectors is what viewers
 * show. A mark is one figure: paths one over the other along the same line (a fill and its outline, a stroke and its glow),
 * together with their `<use>` copies under a symmetry.
 */

import { type CustomPlugin, optimize, type XastElement } from 'svgo';
import { AtelierError } from '../errors.js';
import { xmlText } from '../recipe/carry/xml.js';
import { identity, type Transform } from '../renderers/symmetry.js';

/** One painting of a mark's line; presentation attributes with what they inherit. */
export type Paint = Readonly<Record<string, string>>;

export interface Mark {
	/** Path data: absolute M, L, C and Z. */
	readonly data: string;
	/** From the lowest to the topmost. */
	readonly paints: readonly Paint[];
	/** Where it is shown; the identity first. */
	readonly copies: readonly Transform[];
}

/** A drawing as marks in drawing order. */
export interface MarkedDrawing {
	/** The view box' size. */
	readonly width: number;
	readonly height: number;
	/** Fill of the background; absent when there is none. */
	readonly background?: string;
	readonly marks: readonly Mark[];
	/** Of every `<path>` in the document, in its order: the mark that it belongs to. */
	readonly markOf: readonly number[];
}

/** Attributes that are a mark's own and no paint. */
const geometry = ['d', 'id', 'transform', 'href', 'xlink:href'];

/** Read the SVG of a renderer. @throws AtelierError E_ARGUMENT for SVG of other origins that cannot be read */
export function readMarks(svg: string): MarkedDrawing {
	let size: readonly [number, number] = [0, 0];
	let background: string | undefined;
	const marks: { data: string; paints: Paint[]; copies: Transform[] }[] = [];
	const markOf: number[] = [];
	const byId = new Map<string, number>();
	const inherited: Record<string, string>[] = [];
	visitElements(
		svg,
		({ name, attributes, children }) => {
			const own = { ...inherited.at(-1), ...attributes };
			if (children.length > 0) inherited.push(name === 'svg' ? {} : own);
			if (name === 'svg') {
				const [, , width, height] = (attributes.viewBox ?? '').split(/[\s,]+/).map(Number);
				size = [width ?? 0, height ?? 0];
			} else if (name === 'rect' && markOf.length === 0) background = attributes.fill;
			else if (name === 'path') {
				const last = marks.at(-1);
				const paint = Object.fromEntries(Object.entries(own).filter(([key]) => !geometry.includes(key)));
				if (last && last.data === attributes.d) last.paints.push(paint);
				else marks.push({ data: attributes.d ?? '', paints: [paint], copies: [identity] });
				markOf.push(marks.length - 1);
				if (attributes.id) byId.set(attributes.id, marks.length - 1);
			} else if (name === 'use') {
				const mark = marks[byId.get((attributes['xlink:href'] ?? attributes.href ?? '').slice(1)) ?? -1];
				const copy = matrixOf(attributes.transform ?? '');
				// Each painting has the same copies.
				if (mark && copy && mark.paints.length === 1) mark.copies.push(copy);
			}
		},
		({ children }) => {
			if (children.length > 0) inherited.pop();
		},
	);
	if (!(size[0] > 0 && size[1] > 0))
		throw new AtelierError('E_ARGUMENT', 'expected an SVG with a view box, got one without');
	return { width: size[0], height: size[1], ...(background && { background }), marks, markOf };
}

/** SVG text of one mark, for a document with the drawing's view box. */
export function markText({ data, paints, copies }: Mark): string {
	const attributes = (paint: Paint) =>
		Object.entries(paint)
			.map(([key, value]) => ` ${key}="${attributeText(value)}"`)
			.join('');
	return paints
		.flatMap((paint) =>
			copies.map(
				(copy) => `<path d="${attributeText(data)}" transform="matrix(${copy.join(' ')})"${attributes(paint)}/>`,
			),
		)
		.join('');
}

/** Text that may stand in an attribute. */
const attributeText = (text: string): string => xmlText(text).replace(/"/g, '&quot;');

/** Look at all elements of a document, and change them at will; what becomes of it as text. */
export function visitElements(
	svg: string,
	enter: (element: XastElement) => void,
	exit: (element: XastElement) => void = () => {},
): string {
	const plugin: CustomPlugin = { name: 'visit', fn: () => ({ element: { enter, exit } }) };
	return optimize(svg, { plugins: [plugin] }).data;
}

/** The SVG without its background. */
export function withoutBackground(svg: string): string {
	return svg.replace(/<rect\b[^>]*\/>\n?/, '');
}

function matrixOf(text: string): Transform | undefined {
	const numbers = text
		.match(/^matrix\(([^)]*)\)$/)?.[1]
		?.split(/[\s,]+/)
		.map(Number);
	return numbers?.length === 6 ? (numbers as unknown as Transform) : undefined;
}
