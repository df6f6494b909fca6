/** @file Scenes the stroke tests share: random ones, and degenerate ones that break careless rasterisers. */

import { Random } from '../../../src/random.js';
import {
	createStrokes,
	type StrokeOptions,
	type StrokeParameters,
	type StrokesRenderer,
} from '../../../src/renderers/strokes/index.js';

export interface Scene {
	readonly renderer: StrokesRenderer;
	readonly params: StrokeParameters;
}

/** Random strokes of mixed length, width and opacity on a random background, some of them partly outside. */
export function randomScene(seed: number, options: Partial<StrokeOptions> = {}): Scene {
	const random = new Random(seed);
	const renderer = createStrokes({
		width: 64,
		height: 48,
		paths: 12,
		layoutSeed: seed,
		initialWidth: [1, 9],
		style: seed % 2 === 0 ? 'clipdraw' : 'bold',
		learnBackground: true,
		...options,
	});
	const params = renderer.init(random);
	for (let i = 0; i < params.points.length; i++) params.points[i]! += 3 * random.normal();
	for (let i = 0; i < params.colors.length; i++) params.colors[i] = random.uniform();
	for (let i = 0; i < 3; i++) params.background[i] = random.uniform();
	return { renderer, params };
}

type Row = readonly [points: readonly number[], width: number, color: readonly number[]];

/** A scene of hand-written one-segment strokes. */
export function sceneOf(width: number, height: number, rows: readonly Row[]): Scene {
	const renderer = createStrokes({ width, height, paths: rows.length, segments: 1, strokeWidth: [0, 50] });
	const params = renderer.init(new Random(0));
	rows.forEach(([points, w, color], i) => {
		params.points.set(points, 8 * i);
		params.widths[i] = w;
		params.colors.set(color, 4 * i);
	});
	params.background.set([0.9, 0.8, 0.7]);
	return { renderer, params };
}

const red = [0.9, 0.1, 0.2, 0.7];
const blue = [0.1, 0.3, 0.8, 1];
const dot = (x: number, y: number): number[] => [x, y, x, y, x, y, x, y];

/** Name and scene of every special case. */
export const DEGENERATE: Readonly<Record<string, Scene>> = {
	'zero-length strokes': sceneOf(24, 20, [
		[dot(7.3, 8.1), 6, red],
		[dot(15.2, 11.7), 0.7, blue],
		[dot(12, 9), 5, red],
	]),
	'coincident control points': sceneOf(24, 20, [
		[[4.1, 4.2, 4.1, 4.2, 18.3, 15.1, 18.3, 15.1], 3, red],
		[[5.3, 15.7, 19.2, 3.3, 5.3, 15.7, 19.2, 3.3], 2, blue],
		[[12.3, 3.1, 12.3, 3.1, 12.3, 3.1, 12.4, 16.2], 4, red],
	]),
	'opacity 0 and 1': sceneOf(24, 20, [
		[[3.2, 4.1, 9.3, 17.2, 14.1, 2.3, 21.1, 15.3], 5, [0.2, 0.9, 0.4, 1]],
		[[2.2, 14.1, 9.3, 7.2, 14.1, 12.3, 22.1, 5.3], 4, [0.7, 0.2, 0.4, 0]],
		[[12.2, 1.1, 13.3, 7.2, 11.1, 12.3, 12.1, 18.3], 3, [0.1, 0.2, 0.9, 1]],
	]),
	hairlines: sceneOf(24, 20, [
		[[3.2, 4.1, 9.3, 17.2, 14.1, 2.3, 21.1, 15.3], 0.6, red],
		[[2.2, 14.1, 9.3, 7.2, 14.1, 12.3, 22.1, 5.3], 0.25, blue],
	]),
	'leaving the canvas': sceneOf(24, 20, [
		[[-9.2, 4.1, 9.3, 17.2, 14.1, -12.3, 31.1, 15.3], 5, red],
		[[12.2, -15.1, 13.3, 7.2, 11.1, 12.3, 40.1, 50.3], 8, blue],
		[[-60.2, -15.1, -63.3, -7.2, -61.1, -12.3, -40.1, -50.3], 8, blue],
		[[12.3, 60.2, 9.1, 63.3, 14.2, 61.1, 11.5, 90.3], 3, red],
	]),
	'crossing itself': sceneOf(24, 20, [[[2.2, 17.1, 45.3, 1.2, -20.1, 1.3, 21.7, 17.9], 4, red]]),
	'wider than the canvas': sceneOf(9, 31, [
		[[-3.2, 4.1, 5.3, 17.2, 2.1, 22.3, 4.1, 25.3], 50, red],
		[[1.2, 4.1, 5.3, 7.2, 2.1, 12.3, 4.1, 25.3], 11, blue],
	]),
	'one pixel': sceneOf(1, 1, [[[0.2, 0.1, 0.3, 0.6, 0.1, 0.3, 0.8, 0.9], 1.2, red]]),
};

// Round numbers put pixel centres exactly on kinks of the coverage, where one-sided derivatives differ: move off them.
for (const { params } of Object.values(DEGENERATE)) {
	for (let i = 0; i < params.points.length; i++) params.points[i]! += i % 2 === 0 ? 0.01371 : 0.00733;
	for (let i = 0; i < params.widths.length; i++) params.widths[i]! += 0.01129;
}
