/** @file Groups of rigid motions of the canvas under which every part of a symmetric drawing is repeated. */

import { AtelierError } from '../errors.js';

/** The map (x, y) -> (a x + c y + e, b x + d y + f), in the order of SVG's matrix(a b c d e f). */
export type Transform = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/**
 * 'mirror': left and right alike; 'rotate': `order` turns about the centre; 'kaleidoscope': as many turns, each mirrored too;
 * 'tile': `order` x `order` repeats without a seam, so that the picture tiles the plane.
 */
export interface Symmetry {
	readonly kind: 'none' | 'mirror' | 'rotate' | 'kaleidoscope' | 'tile';
	/** Whole number from 1 to 24, for 'tile' to 8. Default 6, for 'tile' 2; not looked at for the others. */
	readonly order?: number;
}

export const identity: Transform = [1, 0, 0, 1, 0, 0];

/** The width and height of one repeat of a 'tile' symmetry, in pixels; undefined for the others. */
export function tilePeriod(
	symmetry: Symmetry | undefined,
	width: number,
	height: number,
): readonly [width: number, height: number] | undefined {
	if (symmetry?.kind !== 'tile') return undefined;
	const order = orderOf(symmetry);
	return [width / order, height / order];
}

/**
 * The motions on a canvas of this size, the identity first. For 'tile' they are the translations by -1 to `order` periods,
 * enough for parts that stay within one period of the first tile.
 *
 * @throws AtelierError E_ARGUMENT for an order out of range
 */
export function transformsOf(symmetry: Symmetry | undefined, width: number, height: number): readonly Transform[] {
	const kind = symmetry?.kind ?? 'none';
	if (!symmetry || kind === 'none') return [identity];
	const order = kind === 'mirror' ? 1 : orderOf(symmetry);
	const period = tilePeriod(symmetry, width, height);
	if (period) {
		const shifts = Array.from({ length: order + 2 }, (_, i) => i - 1);
		const all = shifts.flatMap((j) => shifts.map((i): Transform => [1, 0, 0, 1, i * period[0], j * period[1]]));
		return [identity, ...all.filter(([, , , , e, f]) => e !== 0 || f !== 0)];
	}
	const turns = Array.from({ length: order }, (_, k) => turn(k / order, width, height));
	if (kind === 'rotate') return turns;
	// Left and right swapped, then turned.
	return [...turns, ...turns.map(([a, b, c, d, e, f]): Transform => [-a, -b, c, d, a * width + e, b * width + f])];
}

/** A turn by a part of the circle about the centre of the canvas; quarters are exact. */
function turn(part: number, width: number, height: number): Transform {
	const quarter = Number.isInteger(4 * part);
	const exact = (v: number) => (quarter ? Math.round(v) + 0 : v);
	const cos = exact(Math.cos(2 * Math.PI * part));
	const sin = exact(Math.sin(2 * Math.PI * part));
	const x = width / 2;
	const y = height / 2;
	return [cos, sin, 0 - sin, cos, x - cos * x + sin * y, y - sin * x - cos * y];
}

function orderOf({ kind, order }: Symmetry): number {
	const most = kind === 'tile' ? 8 : 24;
	const value = order ?? (kind === 'tile' ? 2 : 6);
	if (Number.isInteger(value) && value >= 1 && value <= most) return value;
	throw new AtelierError(
		'E_ARGUMENT',
		`expected a symmetry '${kind}' of order 1 to ${most} as a whole number, got ${order}`,
	);
}
