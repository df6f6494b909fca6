/** @file Perceptual hash of pictures (pHash): the signs of the 63 lowest frequencies; copies that were resized or recompressed differ in few bits. */

import sharp from 'sharp';

/** Side of the thumbnail that is transformed. */
const side = 32;
/** Frequencies kept in each direction. */
const low = 8;
/** Coefficients nearer to the median than this share of the largest count as below: symmetric drawings have many that are noise around 0. */
const tolerance = 0.01;
/** So do those of flat pictures, which have nothing else. */
const noise = 1;

/** DCT-II: basis[k][i] = cos(pi k (i + 1/2) / side). */
const basis = Array.from({ length: low }, (_, k) =>
	Float64Array.from({ length: side }, (_, i) => Math.cos((Math.PI * k * (i + 0.5)) / side)),
);

/** 64 bits as two unsigned integers of 32. */
export type Hash = readonly [high: number, low: number];

/** The hash of an image file's bytes; transparency counts as white. Throws what sharp throws when it cannot be read. */
export async function perceptualHash(image: Uint8Array): Promise<Hash> {
	const gray = await sharp(image)
		.autoOrient()
		.flatten({ background: '#ffffff' })
		.resize(side, side, { fit: 'fill' })
		.toColourspace('b-w')
		.raw({ depth: 'uchar' })
		.toBuffer();
	return hashOf(gray);
}

/** The hash of 32 x 32 gray bytes. */
export function hashOf(gray: Uint8Array): Hash {
	const coefficients = new Float64Array(low * low);
	const rows = new Float64Array(low * side); // transformed along x: [v][y]
	for (let y = 0; y < side; y++)
		for (let k = 0; k < low; k++) {
			let sum = 0;
			for (let x = 0; x < side; x++) sum += (gray[y * side + x] as number) * (basis[k]![x] as number);
			rows[k * side + y] = sum;
		}
	for (let v = 0; v < low; v++)
		for (let u = 0; u < low; u++) {
			let sum = 0;
			for (let y = 0; y < side; y++) sum += (rows[u * side + y] as number) * (basis[v]![y] as number);
			coefficients[v * low + u] = sum;
		}
	// The mean brightness says nothing of the shape.
	const shape = coefficients.subarray(1);
	const sorted = Float64Array.from(shape).sort();
	const median = sorted[(sorted.length - 1) / 2] as number;
	const largest = Math.max(Math.abs(sorted[0] as number), Math.abs(sorted.at(-1) as number));
	const threshold = median + Math.max(noise, tolerance * largest);
	let [high, lower] = [0, 0];
	shape.forEach((value, i) => {
		if (value <= threshold) return;
		if (i < 32) lower |= 1 << i;
		else high |= 1 << (i - 32);
	});
	return [high >>> 0, lower >>> 0];
}

/** Bits in which two hashes differ. */
export const hammingDistance = (a: Hash, b: Hash): number => ones(a[0] ^ b[0]) + ones(a[1] ^ b[1]);

function ones(x: number): number {
	let n = x - ((x >>> 1) & 0x55555555);
	n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
	return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
