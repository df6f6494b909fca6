/** @file SVG to the small premultiplied RGBA squares that training reads: drawn large, cropped to its ink, shrunk by area. */

import sharp from 'sharp';

/** Side of a stored image in pixels. */
export const rasterSize = 40;
/** Longer side of the ink inside it; the rest is margin. */
const inkSize = 36;
/** Side at which the SVG is drawn before shrinking: at least 3 samples for a pixel and direction. */
const drawSize = 120;

/**
 * Draw an SVG into a 40 x 40 premultiplied RGBA square, its ink centred, aspect kept, longer side 36 pixels.
 *
 * @returns 6400 bytes, or undefined when the drawing fails or is empty, nearly empty or one full rectangle
 */
export async function rasterize(svg: string | Buffer): Promise<Uint8Array | undefined> {
	let drawn: { data: Buffer; info: { width: number; height: number; channels: number } };
	try {
		drawn = await sharp(typeof svg === 'string' ? Buffer.from(svg) : svg, { limitInputPixels: 4e7 })
			.resize(drawSize, drawSize, { fit: 'inside' })
			.toColourspace('srgb')
			.ensureAlpha()
			.raw()
			.toBuffer({ resolveWithObject: true });
	} catch {
		return undefined;
	}
	if (drawn.info.channels !== 4) return undefined;
	return fitInk(drawn.data, drawn.info.width, drawn.info.height);
}

/** Crop straight-alpha RGBA to its ink and shrink it by area averaging of premultiplied colour. */
export function fitInk(rgba: Uint8Array, width: number, height: number): Uint8Array | undefined {
	let left = width;
	let right = -1;
	let top = height;
	let bottom = -1;
	for (let y = 0; y < height; y++)
		for (let x = 0; x < width; x++) {
			if ((rgba[(y * width + x) * 4 + 3] as number) < 24) continue;
			if (x < left) left = x;
			if (x > right) right = x;
			if (y < top) top = y;
			bottom = y;
		}
	if (right < left) return undefined;
	const inkWidth = right - left + 1;
	const inkHeight = bottom - top + 1;
	if (Math.max(inkWidth, inkHeight) < 8) return undefined;
	const scale = Math.max(inkWidth, inkHeight) / inkSize; // source pixels per target pixel
	const out = new Uint8Array(rasterSize * rasterSize * 4);
	const centreX = left + inkWidth / 2;
	const centreY = top + inkHeight / 2;
	let ink = 0;
	for (let y = 0; y < rasterSize; y++) {
		const y0 = centreY + (y - rasterSize / 2) * scale;
		for (let x = 0; x < rasterSize; x++) {
			const x0 = centreX + (x - rasterSize / 2) * scale;
			const o = (y * rasterSize + x) * 4;
			areaMean(rgba, width, height, x0, y0, scale, out, o);
			ink += out[o + 3] as number;
		}
	}
	const share = ink / (255 * rasterSize * rasterSize);
	return share < 0.012 ? undefined : out;
}

/** Mean premultiplied colour of the square [x0, x0 + side) x [y0, y0 + side), outside counting as clear. */
function areaMean(
	rgba: Uint8Array,
	width: number,
	height: number,
	x0: number,
	y0: number,
	side: number,
	out: Uint8Array,
	o: number,
): void {
	const xFrom = Math.max(0, Math.floor(x0));
	const xTo = Math.min(width, Math.ceil(x0 + side));
	const yFrom = Math.max(0, Math.floor(y0));
	const yTo = Math.min(height, Math.ceil(y0 + side));
	let r = 0;
	let g = 0;
	let b = 0;
	let a = 0;
	for (let y = yFrom; y < yTo; y++) {
		const wy = Math.min(y + 1, y0 + side) - Math.max(y, y0);
		for (let x = xFrom; x < xTo; x++) {
			const w = (Math.min(x + 1, x0 + side) - Math.max(x, x0)) * wy;
			const i = (y * width + x) * 4;
			const alpha = (rgba[i + 3] as number) * w;
			r += (rgba[i] as number) * alpha;
			g += (rgba[i + 1] as number) * alpha;
			b += (rgba[i + 2] as number) * alpha;
			a += alpha;
		}
	}
	const area = side * side;
	out[o] = Math.round(r / (255 * area));
	out[o + 1] = Math.round(g / (255 * area));
	out[o + 2] = Math.round(b / (255 * area));
	out[o + 3] = Math.round(a / area);
}
