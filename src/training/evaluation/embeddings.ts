/** @file Embeddings of many pictures and of names, by any encoder. */

import type { DualEncoder } from '../../encoders/encoder.js';
import { rowsOf, unit } from '../../encoders/vectors.js';
import type { Engine } from '../../engines/index.js';
import { input } from '../../tensor/index.js';

/** The image side of an encoder or judge. */
export type PictureEncoder = Pick<DualEncoder, 'imageSize' | 'width' | 'imageGraph'>;

/** Writes picture i, [size, size, 3] in [0, 1], from `offset` on. */
export type FillPicture = (i: number, out: Float32Array, offset: number) => void;

/** Pictures a run of the program. */
export const pictureChunk = 64;

/** Embeddings of `count` pictures, in order; the program is compiled once. */
export async function pictureEmbeddings(
	encoder: PictureEncoder,
	engine: Engine,
	count: number,
	fill: FillPicture,
	onProgress: (done: number) => void = () => {},
): Promise<Float32Array[]> {
	if (count === 0) return [];
	const chunk = Math.min(count, pictureChunk);
	const { imageSize } = encoder;
	const stride = imageSize * imageSize * 3;
	const graph = encoder.imageGraph(input('images', [chunk, imageSize, imageSize, 3]));
	const executable = await engine.compile({ embedding: graph });
	const rows: Float32Array[] = [];
	try {
		for (let at = 0; at < count; at += chunk) {
			const n = Math.min(chunk, count - at);
			const images = new Float32Array(chunk * stride);
			for (let k = 0; k < n; k++) fill(at + k, images, k * stride);
			rows.push(...rowsOf((await executable.run({ images })).embedding!, encoder.width).slice(0, n));
			onProgress(rows.length);
		}
		return rows;
	} finally {
		await executable.dispose();
	}
}

/** What a name is put into before it is embedded; the mean over all of them stands for the name (Radford et al. 2021, section 3.1.4). */
export const nameTemplates: readonly string[] = [
	'{}',
	'a {}',
	'the {}',
	'a drawing of a {}',
	'a picture of a {}',
	'an icon of a {}',
	'{} emoji',
	'a simple {}',
];

/** Embeddings of names, each the normalised mean over the templates. */
export async function nameEmbeddings(
	encoder: Pick<DualEncoder, 'encodeTexts'>,
	names: readonly string[],
	templates = nameTemplates,
): Promise<Float32Array[]> {
	const rows = await encoder.encodeTexts(
		names.flatMap((name) => templates.map((template) => template.replace('{}', name))),
	);
	return names.map((_, k) => {
		const own = rows.slice(k * templates.length, (k + 1) * templates.length);
		return unit(own[0]!.map((__, i) => own.reduce((total, row) => total + row[i]!, 0)));
	});
}
