/** @file Draws scenes: each item through the corpus's rasteriser, laid over a plain background. */

import { inkShare, pngOnWhite, rasterize } from './rasterize.js';
import type { SceneColor } from './scene-subjects.js';
import type { Scene, SceneItem } from './scenes.js';

/**
 * Draw a scene.
 *
 * @param size side of the picture in pixels
 * @returns the bytes of a PNG, or undefined when an item cannot be drawn
 */
export async function drawScene(scene: Scene, size: number): Promise<Buffer | undefined> {
	const picture = new Uint8Array(size * size * 4);
	const { background, ground } = scene;
	const groundTop = ground ? Math.round(ground.top * size) : size;
	for (let i = 0; i < size * size; i++) {
		const color = ground && i >= groundTop * size ? ground.color : background;
		picture.set([...color.map((v) => Math.round(255 * v)), 255], i * 4);
	}
	for (const item of scene.items) {
		const side = Math.max(1, Math.round((item.side * size) / inkShare));
		const drawn = await rasterize(item.svg, side);
		if (!drawn) return undefined;
		lay(picture, size, item.color ? colored(drawn, item.color) : drawn, side, item);
	}
	return pngOnWhite(picture, size);
}

/** The silhouette of premultiplied RGBA in one colour. */
function colored(rgba: Uint8Array, color: SceneColor): Uint8Array {
	const out = new Uint8Array(rgba.length);
	for (let i = 0; i < rgba.length; i += 4) {
		const alpha = rgba[i + 3]!;
		for (let c = 0; c < 3; c++) out[i + c] = Math.round(color[c]! * alpha);
		out[i + 3] = alpha;
	}
	return out;
}

/** Lay a square of premultiplied RGBA over the picture, its middle at the item's, or its lowest ink at the lower edge of the item's box. */
function lay(picture: Uint8Array, size: number, rgba: Uint8Array, side: number, item: SceneItem): void {
	const left = Math.round(item.x * size - side / 2);
	const bottom = Math.round((item.y + item.side / 2) * size);
	const top = item.stands ? bottom - inkBottom(rgba, side) : Math.round(item.y * size - side / 2);
	for (let y = Math.max(0, -top); y < Math.min(side, size - top); y++)
		for (let x = Math.max(0, -left); x < Math.min(side, size - left); x++) {
			const from = (y * side + x) * 4;
			const to = ((y + top) * size + x + left) * 4;
			const rest = 1 - rgba[from + 3]! / 255;
			for (let c = 0; c < 4; c++) picture[to + c] = Math.round(rgba[from + c]! + picture[to + c]! * rest);
		}
}

/** Rows down to the lowest that is half covered somewhere. */
function inkBottom(rgba: Uint8Array, side: number): number {
	for (let i = side * side - 1; i >= 0; i--) if (rgba[i * 4 + 3]! >= 128) return Math.floor(i / side) + 1;
	return side;
}
