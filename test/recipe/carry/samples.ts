/** @file Small pictures of every kind, and what they carry. */

import sharp from 'sharp';
import { type CarrierKind, carry } from '../../../src/recipe/carry/index.js';
import { parseRecipe } from '../../../src/recipe/schema.js';

export const recipe = parseRecipe({
	prompts: 'a red heart — 心',
	negative: 'blue',
	seed: 7,
	steps: 20,
	encoder: { name: 'builtin', hash: 'ab'.repeat(32) },
});
export const carried = carry(recipe, {
	engine: 'reference',
	step: 20,
	scores: [0.5, -0.1],
	picture: 'cd'.repeat(32),
});
/** The same run, interrupted. */
export const stopped = carry(recipe, { engine: 'reference', step: 12, scores: [0.4, 0], picture: 'ef'.repeat(32) });

/** RGB noise, always the same, of 9 x 6 pixels; with `channels` 4 also transparent. */
const noise = (channels: 3 | 4, height = 6) =>
	sharp(
		Uint8Array.from({ length: 9 * height * channels }, (_, i) => (i * 7919 + 13) % 251),
		{ raw: { width: 9, height, channels } },
	);

/** An animation of three frames. */
const frames = () =>
	sharp(
		Uint8Array.from({ length: 9 * 18 * 4 }, (_, i) => (i * 7919 + 13) % 251),
		{ raw: { width: 9, height: 18, channels: 4, pageHeight: 6 } },
	);

export const svg =
	'<?xml version="1.0"?>\n<!-- a > b -->\n<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 6" width="9" height="6">\n' +
	'<g fill="none"><title>inner</title><path d="M1 1C2 2 3 3 4 4" stroke="rgb(1,2,3)" data-x="a>b"/></g>\n<rect width="9" height="2"/>\n</svg>\n';

/** ISO base media without a codec: enough for what works on boxes. */
export function boxesOf(...boxes: readonly (readonly [string, string])[]): Buffer {
	return Buffer.concat(
		boxes.map(([type, data]) => {
			const box = Buffer.from(`\0\0\0\0${type}${data}`, 'latin1');
			box.writeUInt32BE(box.length);
			return box;
		}),
	);
}

/** Pictures by name, and their kinds. */
export async function samples(): Promise<[name: string, kind: CarrierKind, bytes: Buffer][]> {
	return [
		['png', 'png', await noise(3).png().toBuffer()],
		['png with a palette', 'png', await noise(3).png({ palette: true }).toBuffer()],
		['svg', 'svg', Buffer.from(svg)],
		['gif', 'gif', await noise(3).gif().toBuffer()],
		['animated gif', 'gif', await frames().gif().toBuffer()],
		['lossy webp', 'webp', await noise(3).webp().toBuffer()],
		['lossless webp', 'webp', await noise(3).webp({ lossless: true }).toBuffer()],
		['transparent webp', 'webp', await noise(4).webp({ lossless: true }).toBuffer()],
		['lossy transparent webp', 'webp', await noise(4).webp().toBuffer()],
		['animated webp', 'webp', await frames().webp({ lossless: true }).toBuffer()],
		['mp4', 'mp4', boxesOf(['ftyp', 'isom\0\0\x02\0isomavc1'], ['free', ''], ['mdat', 'pixels'], ['moov', 'index'])],
	];
}
