/** @file Grids of tiles that cover a canvas: squares, hexagons, triangles, diamonds. */

export type TileKind = 'square' | 'hexagon' | 'triangle' | 'diamond';

/** Corners of one tile by kind. */
export const cornersOf: Readonly<Record<TileKind, number>> = { square: 4, hexagon: 6, triangle: 3, diamond: 4 };

type Corner = readonly [x: number, y: number];

/** Part of a pixel by which tiles without a gap overlap, so that no seam shows between them. */
const OVERLAP = 0.1;

/**
 * x, y of the corners of every tile that meets the canvas, row by row; lengths in pixels.
 *
 * @param columns tiles side by side across the width
 * @param gap part of a tile's size that is left free around it, 0 to below 1
 */
export function tileCorners(
	kind: TileKind,
	{ width, height }: { readonly width: number; readonly height: number },
	columns: number,
	gap: number,
): number[] {
	const size = width / columns;
	const corners: number[] = [];
	for (const tile of tiles(kind, size, width, height)) {
		const x = tile.reduce((sum, c) => sum + c[0], 0) / tile.length;
		const y = tile.reduce((sum, c) => sum + c[1], 0) / tile.length;
		const factor = gap > 0 ? 1 - gap : 1 + (2 * OVERLAP) / size;
		const seen = tile.map(([u, v]) => [x + factor * (u - x), y + factor * (v - y)] as const);
		if (seen.every(([u]) => u <= 0) || seen.every(([u]) => u >= width)) continue;
		if (seen.every(([, v]) => v <= 0) || seen.every(([, v]) => v >= height)) continue;
		corners.push(...seen.flat());
	}
	return corners;
}

/** All tiles in and around the canvas, the grid centred on it. */
function* tiles(kind: TileKind, size: number, width: number, height: number): Generator<readonly Corner[]> {
	// Width and height of a lattice cell; hexagons and triangles are regular.
	const row =
		kind === 'hexagon' || kind === 'triangle' ? size * (Math.sqrt(3) / 2) : kind === 'diamond' ? size / 2 : size;
	const rows = Math.ceil(height / row);
	const top = (height - rows * row) / 2;
	const past = kind === 'square' ? 0 : 2;
	for (let j = -past; j < rows + past; j++) {
		const y = top + j * row;
		const shift = kind !== 'square' && j % 2 !== 0 ? size / 2 : 0;
		for (let i = -past; i * size < width + past * size; i++) {
			const x = i * size + shift;
			const right = x + size;
			const middle = x + size / 2;
			if (kind === 'square') {
				yield [
					[x, y],
					[right, y],
					[right, y + row],
					[x, y + row],
				];
			} else if (kind === 'diamond') {
				yield [
					[middle, y - row],
					[right, y],
					[middle, y + row],
					[x, y],
				];
			} else if (kind === 'triangle') {
				yield [
					[middle, y],
					[right, y + row],
					[x, y + row],
				];
				yield [
					[middle, y],
					[right + size / 2, y],
					[right, y + row],
				];
			} else {
				// Corner up: the sides of length size / sqrt(3) stand upright.
				const side = size / Math.sqrt(3);
				const centre = y + row / 2;
				yield [
					[middle, centre - side],
					[right, centre - side / 2],
					[right, centre + side / 2],
					[middle, centre + side],
					[x, centre + side / 2],
					[x, centre - side / 2],
				];
			}
		}
	}
}
