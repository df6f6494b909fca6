/** @file Figures and lines as SVG path data, for marks that lie over the drawing. */

import type { VectorFigures, VectorLayout } from '../../src/renderers/vectors.js';
import { figureOffsets } from './paint.js';

const n = (v: number): string => `${Math.round(v * 100) / 100}`;

export function figurePath(layout: VectorLayout, { points }: VectorFigures, figure: number): string {
	const offsets = figureOffsets(layout.segments);
	const pairs: string[] = [];
	for (let k = offsets[figure]!; k < offsets[figure + 1]!; k += 2) pairs.push(`${n(points[k]!)} ${n(points[k + 1]!)}`);
	return `M${pairs[0]}C${pairs.slice(1).join(' ')}${layout.closed ? 'Z' : ''}`;
}

export const linePath = (line: readonly (readonly [number, number])[]): string =>
	`M${line.map(([x, y]) => `${n(x)} ${n(y)}`).join('L')}`;
