/** @file Pictures from and to files, through sharp: any format it reads, sRGB, upright, on white; PNG out with the same bytes for the same picture. */

import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import sharp, { type Metadata } from 'sharp';
import { AtelierError } from './errors.js';
import { replaceFile } from './files.js';
import { fromBytes, type Picture, toBytes } from './image.js';

/** Longest side of a file that is read, in pixels. */
const largestSide = 16384;

/** How to read. */
export interface ReadOptions {
	/** Shrink to fit into a square of this side, aspect kept; smaller pictures stay as they are. Default: no limit. */
	readonly maxSide?: number;
	/** Fit into exactly this size instead, enlarging too: aspect kept, centred, white around it. */
	readonly onto?: { readonly width: number; readonly height: number };
}

/**
 * Read a picture, from a path or the bytes of a file: turned upright by its EXIF orientation, converted to sRGB, transparency laid on white, the first
 * frame of an animation.
 *
 * @throws AtelierError E_IMAGE when the file is missing, not a picture, damaged, or larger than 16384 px a side.
 */
export async function readPicture(source: string | Uint8Array, options: ReadOptions = {}): Promise<Picture> {
	const { maxSide } = options;
	if (maxSide !== undefined && !(Number.isInteger(maxSide) && maxSide > 0)) {
		throw new AtelierError('E_ARGUMENT', `expected maxSide as a whole number of pixels, got ${maxSide}`);
	}
	await checkedMetadata(source);
	return attempt(source, async () => {
		let pipeline = sharp(source, { limitInputPixels: largestSide * largestSide }).autoOrient();
		if (options.onto) pipeline = pipeline.resize({ ...options.onto, fit: 'contain', background: '#ffffff' });
		else if (maxSide) pipeline = pipeline.resize(maxSide, maxSide, { fit: 'inside', withoutEnlargement: true });
		const { data, info } = await pipeline
			.flatten({ background: '#ffffff' })
			.toColourspace('srgb')
			.raw({ depth: 'uchar' })
			.toBuffer({ resolveWithObject: true });
		// toColourspace keeps a gray picture in one channel.
		return fromBytes(info.width, info.height, info.channels === 1 ? tripled(data) : data);
	});
}

/** What a file says of its picture. @throws AtelierError E_IMAGE when it cannot be read, or is too large */
async function checkedMetadata(source: string | Uint8Array): Promise<Metadata> {
	const metadata = await attempt(source, () => sharp(source, { limitInputPixels: false }).metadata());
	const { width, height } = metadata;
	if (width > largestSide || height > largestSide)
		throw new AtelierError(
			'E_IMAGE',
			`expected a picture of at most ${largestSide} px a side, got ${width} x ${height} in ${nameOf(source)}; make it smaller first`,
		);
	return metadata;
}

/** Pixels as a file has them: 8 bits a channel, channels interleaved, rows from the top. */
export interface Raster {
	readonly width: number;
	readonly height: number;
	/** 4: with alpha, colours not multiplied by it; or inks. Gray is three channels. */
	readonly channels: 3 | 4;
	readonly data: Uint8Array;
	/** Whether the channels are cyan, magenta, yellow and black, 255 for most ink, as in JPEGs for print. */
	readonly inks: boolean;
	/** Whether the file has a palette, or pixels of one bit: Python's Pillow never mixes such pixels. */
	readonly indexed: boolean;
}

/**
 * Read a picture's pixels with nothing done to them, as Python's Pillow does, but turned upright: colour profiles are ignored.
 * Drawings in vectors, which Pillow does not read, are laid on white.
 *
 * @throws AtelierError E_IMAGE as {@link readPicture} does
 */
export async function readRaster(source: string | Uint8Array): Promise<Raster> {
	const { isPalette, bitsPerSample, format, space, channels, depth } = await checkedMetadata(source);
	// Asked for as they are, they are not converted by a profile.
	const inks = space === 'cmyk' && channels === 4 && depth === 'uchar';
	return attempt(source, async () => {
		let pipeline = sharp(source, { limitInputPixels: largestSide * largestSide, ignoreIcc: true }).autoOrient();
		if (format === 'svg') pipeline = pipeline.flatten({ background: '#ffffff' });
		if (inks) pipeline = pipeline.pipelineColourspace('cmyk');
		const { data, info } = await pipeline
			.toColourspace(inks ? 'cmyk' : 'srgb')
			.raw({ depth: 'uchar' })
			.toBuffer({ resolveWithObject: true });
		const { width, height } = info;
		const indexed = isPalette || bitsPerSample === 1;
		if (info.channels === 4) return { width, height, channels: 4, data, inks, indexed };
		return { width, height, channels: 3, data: info.channels === 1 ? tripled(data) : data, inks: false, indexed };
	});
}

/** Width and height of a picture file in pixels, upright. @throws AtelierError E_IMAGE when it cannot be read */
export async function pictureSize(path: string): Promise<{ width: number; height: number }> {
	const { autoOrient } = await attempt(path, () => sharp(path, { limitInputPixels: false }).metadata());
	return autoOrient;
}

/** Run sharp, and turn what it throws into one sentence. */
async function attempt<T>(source: string | Uint8Array, read: () => Promise<T>): Promise<T> {
	try {
		return await read();
	} catch (cause) {
		throw new AtelierError('E_IMAGE', `expected a readable picture file, got ${described(source, cause)}`, { cause });
	}
}

const nameOf = (source: string | Uint8Array): string =>
	typeof source === 'string' ? `'${source}'` : `${source.length} bytes in memory`;

/** What a path is that sharp reads no picture from. */
function described(source: string | Uint8Array, cause: unknown): string {
	if (typeof source !== 'string') return `${source.length} bytes in memory, which are none, or damaged`;
	const path = source;
	const stat = statSync(path, { throwIfNoEntry: false });
	if (!stat) return `'${path}', which does not exist`;
	if (stat.isDirectory()) return `the folder '${path}'`;
	if (stat.isFile() && stat.size === 0) return `'${path}', which is empty`;
	if (/unsupported image format/.test(String(cause)))
		return `'${path}', which is no PNG, JPEG, WebP, GIF, SVG, TIFF or AVIF`;
	return `'${path}', which is damaged or cut off; fetch it again`;
}

function tripled(gray: Uint8Array): Uint8Array {
	const bytes = new Uint8Array(gray.length * 3);
	for (let i = 0; i < bytes.length; i++) bytes[i] = gray[Math.floor(i / 3)]!;
	return bytes;
}

/** 8-bit RGB PNG without text, time or colour profile: equal pictures give equal bytes (on one version of sharp). */
export function encodePng(image: Picture): Promise<Buffer> {
	const { width, height } = image;
	return sharp(toBytes(image), { raw: { width, height, channels: 3 } })
		.png({ compressionLevel: 9, adaptiveFiltering: false, palette: false })
		.toBuffer();
}

/** sha256 of a picture's size and 8-bit pixels, whatever file they are in. */
export function hashPicture(image: Picture): string {
	return createHash('sha256').update(`${image.width}x${image.height}\n`).update(toBytes(image)).digest('hex');
}

/**
 * Write {@link encodePng} to a file.
 *
 * @throws AtelierError E_IO when the file cannot be written.
 */
export async function writePng(path: string, image: Picture): Promise<void> {
	replaceFile(path, await encodePng(image));
}
