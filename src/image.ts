/** @file The picture type that renderers, views and files share, and its conversions to and from bytes. */

/** RGB picture: rows top to bottom, pixels left to right, channels interleaved (HWC); 0 is black, 1 is full; values may leave [0, 1] while optimising. */
export interface Picture {
	readonly width: number;
	readonly height: number;
	/** Length height * width * 3. */
	readonly data: Float32Array;
}

/** A picture filled with one colour. */
export function picture(width: number, height: number, fill = 0): Picture {
	return { width, height, data: new Float32Array(width * height * 3).fill(fill) };
}

/** Round to 8 bits a channel, clamped. */
export function toBytes(image: Picture): Uint8Array {
	const bytes = new Uint8Array(image.data.length);
	for (let i = 0; i < bytes.length; i++) {
		const v = image.data[i] as number;
		bytes[i] = v <= 0 ? 0 : v >= 1 ? 255 : Math.round(v * 255);
	}
	return bytes;
}

/** 8-bit RGB bytes to a picture. */
export function fromBytes(width: number, height: number, bytes: Uint8Array): Picture {
	const data = new Float32Array(width * height * 3);
	for (let i = 0; i < data.length; i++) data[i] = (bytes[i] as number) / 255;
	return { width, height, data };
}
