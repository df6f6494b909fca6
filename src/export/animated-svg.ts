/**
 * @file SVG that draws itself, mark by mark, the most important first: no scripts, so that it plays as an `<img>` too.
 * Time is given to marks by their length, importance is {@link importanceOf}. Marks keep their place in the drawing order.
 * The animation hides what is to come, so that viewers without it, and people who want less motion, have the finished drawing.
 */

import { type Easing, easings } from './easing.js';
import { exportSize, type FinishedRun } from './finished-run.js';
import { importanceOf } from './importance.js';
import { flattened, lengthOf, parsePath } from './path-data.js';
import { resizeSvg } from './picture-size.js';
import { optimiseSvg, rendererSvg, type SvgOptions } from './svg.js';
import { readMarks, visitElements } from './svg-marks.js';

export interface AnimatedSvgOptions extends SvgOptions {
	/** Of the whole; default 6. */
	readonly seconds?: number;
	/** Pace of the whole; default 'linear'. */
	readonly easing?: Easing;
	readonly onProgress?: (done: number, total: number) => void;
}

const mostSide = 1e6;
/** A dot takes as much time as a line of this part of the canvas' longer side. */
const leastLength = 0.05;

const style = `@media (prefers-reduced-motion:no-preference){
.m{animation:draw var(--t) linear var(--d) backwards}
.f{animation:fill var(--t) linear var(--d) backwards}
}
@keyframes draw{from{stroke-dasharray:1 2;stroke-dashoffset:1;visibility:hidden}to{stroke-dasharray:1 2;stroke-dashoffset:0}}
@keyframes fill{from{fill-opacity:0;visibility:hidden}}`;

/** Animated SVG text. @throws AtelierError E_ARGUMENT when the renderer is no vectors */
export async function encodeAnimatedSvg(run: FinishedRun, options: AnimatedSvgOptions = {}): Promise<string> {
	const { seconds = 6, easing = 'linear' } = options;
	const size = exportSize(run, options, mostSide);
	const svg = resizeSvg(rendererSvg(run, options.transparent), size);
	const drawing = readMarks(svg);
	const importance = await importanceOf(drawing, options.onProgress);
	const order = [...importance.keys()].sort((a, b) => importance[b]! - importance[a]! || a - b);

	const least = leastLength * Math.max(drawing.width, drawing.height);
	const lengths = drawing.marks.map(({ data }) =>
		Math.max(
			least,
			parsePath(data).reduce((sum, curve) => sum + lengthOf(flattened(curve)), 0),
		),
	);
	const total = lengths.reduce((a, b) => a + b, 0);
	const { time } = easings[easing];
	const times: { readonly start: number; readonly end: number }[] = [];
	let drawn = 0;
	for (const mark of order) {
		const start = drawn / total;
		drawn += lengths[mark]!;
		// Sums of parts may exceed the whole by a rounding error.
		times[mark] = { start: seconds * time(start), end: seconds * time(Math.min(1, drawn / total)) };
	}

	let path = 0;
	const animated = visitElements(svg, ({ name, attributes, children }) => {
		if (name === 'svg')
			children.unshift({ type: 'element', name: 'style', attributes: {}, children: [{ type: 'text', value: style }] });
		if (name !== 'path') return;
		const { start, end } = times[drawing.markOf[path++]!]!;
		const isFilled = attributes.fill !== undefined && attributes.fill !== 'none';
		attributes.class = isFilled ? 'f' : 'm';
		if (!isFilled) attributes.pathLength = '1';
		attributes.style = `--d:${seconds3(start)};--t:${seconds3(end - start)}`;
	});
	return optimiseSvg(animated, size.scale);
}

const seconds3 = (s: number): string => `${Number(s.toFixed(3))}s`;
