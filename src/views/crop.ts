/** @file A box of a canvas as a picture of its own, with the exact way back. */

import { type Picture, picture } from '../image.js';

/** A part of a canvas, and the way back from it. */
export interface Crop {
	readonly image: Picture;
	/** d loss / d image of the part to d loss / d canvas: 0 outside of the part. */
	pullback(dImage: Float32Array): Float32Array;
}

/** The pixels of a canvas whose centres lie in a box; `x`, `y`, `width` and `height` in pixels, inside the canvas. */
export function cropOf(
	canvas: Picture,
	box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
): Crop {
	const [left, top] = [Math.round(box.x), Math.round(box.y)];
	const width = Math.round(box.x + box.width) - left;
	const height = Math.round(box.y + box.height) - top;
	const image = picture(width, height);
	const rowAt = (y: number) => 3 * ((top + y) * canvas.width + left);
	for (let y = 0; y < height; y++) image.data.set(canvas.data.subarray(rowAt(y), rowAt(y) + 3 * width), 3 * y * width);
	return {
		image,
		pullback(dImage) {
			const dCanvas = new Float32Array(canvas.data.length);
			for (let y = 0; y < height; y++) dCanvas.set(dImage.subarray(3 * y * width, 3 * (y + 1) * width), rowAt(y));
			return dCanvas;
		},
	};
}
