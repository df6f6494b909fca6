/** @file Fresh shapes: near-round, near-grey, scattered over the canvas. */

import type { Random } from '../../random.js';
import type { Parameters } from '../renderer.js';
import type { ResolvedShapeOptions } from './options.js';

/** Spread of a vertex's distance from the centre, as a part of the radius. */
const ROUGHNESS = 0.12;
/** Handles of the curve round a circle of k segments lie at this angle's tangent: 4/3 tan(pi / 2k) radii from the knots. */
const handle = (k: number): number => (4 / 3) * Math.tan(Math.PI / (2 * k));

/** x, y of a figure of radius 1 around the origin, before it is roughened. */
function roundFigure({ kind, corners }: ResolvedShapeOptions, turn: number): [number, number][] {
	const at = (part: number): [number, number] => [
		Math.cos(turn + 2 * Math.PI * part),
		Math.sin(turn + 2 * Math.PI * part),
	];
	if (kind === 'ellipse') return [[0, 0], at(0), at(1 / 4)];
	const knots = Array.from({ length: corners }, (_, i) => at(i / corners));
	if (kind !== 'curve') return knots;
	const h = handle(corners);
	return knots.flatMap(([x, y], i) => {
		const [u, v] = knots[(i + 1) % corners]!;
		return [
			[x, y],
			[x - h * y, y + h * x],
			[u + h * v, v - h * u],
		] as [number, number][];
	});
}

/** Parameters to start from; the same random stream gives the same shapes. */
export function initShapes(options: ResolvedShapeOptions, random: Random): Parameters {
	const { width, height, count, initialRadius } = options;
	const side = Math.min(width, height);
	const places = random.split('points');
	const points: number[] = [];
	for (let i = 0; i < count; i++) {
		const x = places.uniform(0.15, 0.85) * width;
		const y = places.uniform(0.15, 0.85) * height;
		const radius = places.uniform(...initialRadius) * side;
		for (const [u, v] of roundFigure(options, places.uniform(0, 2 * Math.PI))) {
			const r = radius * (1 + ROUGHNESS * places.normal());
			points.push(x + r * u, y + r * v);
		}
	}
	const colors = random.split('colors');
	return {
		points: Float32Array.from(points),
		colors: Float32Array.from({ length: 4 * count }, (_, i) =>
			// Neither hue nor lightness is decided before the words speak.
			i % 4 < 3 ? colors.uniform(0.4, 0.6) : options.palette ? 1 : colors.uniform(0.8, 0.9),
		),
		background: Float32Array.from(options.background),
	};
}
