/** @file Perceptual hash of pictures (dHash): where neighbours in a 17 x 17 gray thumbnail darken, in both directions; copies that were resized or recompressed differ in few bits. */

import sharp from 'sharp';

/** Differences in each row and in each column. */
const cells = 16;
const side = cells + 1;
/** Gray levels by which a neighbour must be darker: flat areas, which drawings are full of, would otherwise be noise. */
const step = 4;

/** Bits of a hash. */
export const hashBits = 2 * cells * cells;

/** {@link hashBits} bits, 32 a word. */
export type Hash = Uint32Array;

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

/** The hash of 17 x 17 gray bytes. */
export function hashOf(gray: Uint8Array): Hash {
	const hash = new Uint32Array(hashBits / 32);
	const darkens = (from: number, to: number): boolean => (gray[from] as number) - (gray[to] as number) > step;
	for (let y = 0; y < cells; y++)
		for (let x = 0; x < cells; x++) {
			const at = y * side + x;
			const bit = y * cells + x;
			if (darkens(at, at + 1)) hash[bit >>> 5]! |= 1 << (bit & 31);
			if (darkens(at, at + side)) hash[(bit + cells * cells) >>> 5]! |= 1 << (bit & 31);
		}
	return hash;
}

/** Bits in which two hashes differ; or, once these are as many as `enough`, some number not below it. */
export function hammingDistance(a: Hash, b: Hash, enough = Number.POSITIVE_INFINITY): number {
	let sum = 0;
	for (let i = 0; i < a.length && sum < enough; i++) sum += ones((a[i] as number) ^ (b[i] as number));
	return sum;
}

function ones(x: number): number {
	let n = x - ((x >>> 1) & 0x55555555);
	n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
	return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
