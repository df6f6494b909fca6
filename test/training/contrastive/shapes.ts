/** @file Shards of coloured shapes with captions, small enough to learn in a test. */

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { Random } from '../../../src/random.js';
import { writeShards } from '../../../src/training/shards/index.js';

const side = 20;
const shapes: Readonly<Record<string, (x: number, y: number, r: number) => boolean>> = {
	disc: (x, y, r) => Math.hypot(x, y) < r,
	square: (x, y, r) => Math.max(Math.abs(x), Math.abs(y)) < 0.85 * r,
	bar: (x, y, r) => Math.abs(y) < 0.35 * r && Math.abs(x) < 1.3 * r,
	cross: (x, y, r) => Math.min(Math.abs(x), Math.abs(y)) < 0.3 * r && Math.max(Math.abs(x), Math.abs(y)) < 1.2 * r,
};
const colors: Readonly<Record<string, readonly [number, number, number]>> = {
	red: [220, 30, 40],
	green: [30, 160, 60],
	blue: [40, 70, 220],
	black: [20, 20, 20],
};

/** Every caption that there is. */
export const captions: readonly string[] = Object.keys(shapes).flatMap((shape) =>
	Object.keys(colors).map((color) => `a ${color} ${shape}`),
);

/** A folder of two or more shards with this many pictures, each caption equally often; remove it when done. */
export async function shapeShards(count: number, damaged: readonly number[] = []): Promise<string> {
	const folder = mkdtempSync(join(tmpdir(), 'shapes-'));
	const random = new Random(11);
	async function* samples() {
		for (let i = 0; i < count; i++) {
			const text = captions[i % captions.length]!;
			const [, color, shape] = text.split(' ') as [string, string, string];
			const [cx, cy, r] = [random.uniform(8, 12), random.uniform(8, 12), random.uniform(4.5, 7)];
			const pixels = new Uint8Array(side * side * 3).fill(random.int(40) + 215);
			for (let y = 0; y < side; y++)
				for (let x = 0; x < side; x++)
					if (shapes[shape]!(x + 0.5 - cx, y + 0.5 - cy, r)) pixels.set(colors[color]!, (y * side + x) * 3);
			const image = await sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
				.png()
				.toBuffer();
			yield {
				text,
				imageType: 'png',
				image: damaged.includes(i) ? Buffer.from('no png') : image,
				json: { concept: shape },
			};
		}
	}
	await writeShards(folder, samples(), { shardSize: Math.ceil(count / 2) });
	return folder;
}

/** A configuration of a tiny vision transformer on them. */
export const tinyRun = (shards: string, changes: object = {}): Record<string, unknown> => ({
	recipe: 'open_clip',
	model: {
		kind: 'vit',
		embed: 32,
		image: { size: 16, patch: 4, width: 48, layers: 2, heads: 3 },
		text: { width: 32, layers: 1, heads: 2, context: 8, vocabulary: 560 },
	},
	sources: [{ shards, heldOut: 0.1, shuffle: 64 }],
	learningRate: 3e-3,
	positives: 'texts',
	steps: 8,
	batch: 16,
	chunk: 8,
	workers: 2,
	...changes,
});
