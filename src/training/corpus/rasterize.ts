/** @file SVG to the small premultiplied RGBA squares that training reads: drawn large, cropped to its ink, shrunk by area; and those as PNG. */

import sharp from 'sharp';

/** Side of an image of the corpus in pixels. */
export const rasterSize = 40;
/** Share of the side that the ink's longer side takes; the rest is margin. */
export const inkShare = 0.9;
/** The SVG is drawn this many times as large before shrinking: at least 3 samples for a pixel and direction. */
const oversampling = 3;

/**
 * Draw an SVG into a square of premultiplied RGBA, its ink centred, aspect kept, its longer side 0.9 of the square's.
 *
 * @param size side of the square in pixels
 * @returns size * size * 4 bytes, or undefined when the drawing fails or is empty or nearly empty
 */
export async function rasterize(svg: string | Buffer, size = rasterSize): Promise<Uint8Array | undefined> {
	const drawSize = size * oversampling;
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
	return fitInk(drawn.data, drawn.info.width, drawn.info.height, size);
}

/** Crop straight-alpha RGBA to its ink and shrink it by area averaging of premultiplied colour. */
function fitInk(rgba: Uint8Array, width: number, height: number, size: number): Uint8Array | undefined {
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
	const scale = Math.max(inkWidth, inkHeight) / Math.round(size * inkShare); // source pixels per target pixel
	const out = new Uint8Array(size * size * 4);
	const centreX = left + inkWidth / 2;
	const centreY = top + inkHeight / 2;
	let ink = 0;
	for (let y = 0; y < size; y++) {
		const y0 = centreY + (y - size / 2) * scale;
		for (let x = 0; x < size; x++) {
			const x0 = centreX + (x - size / 2) * scale;
			const o = (y * size + x) * 4;
			areaMean(rgba, width, height, x0, y0, scale, out, o);
			ink += out[o + 3] as number;
		}
	}
	const share = ink / (255 * size * size);
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

/** A square of premultiplied RGBA, laid on white, as the bytes of an RGB PNG. Readers that drop alpha would see black on black. */
export function pngOnWhite(image: Uint8Array, size: number): Promise<Buffer> {
	const rgb = new Uint8Array(size * size * 3);
	for (let i = 0; i < size * size; i++) {
		const white = 255 - (image[i * 4 + 3] as number);
		for (let c = 0; c < 3; c++) rgb[i * 3 + c] = (image[i * 4 + c] as number) + white;
	}
	return sharp(rgb, { raw: { width: size, height: size, channels: 3 } })
		.png({ compressionLevel: 9 })
		.toBuffer();
}
