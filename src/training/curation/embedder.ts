/** @file Embeddings of image files and texts by an encoder, as it was trained to see them: shorter side fitted, centre cropped. */

import sharp from 'sharp';
import type { DualEncoder } from '../../encoders/encoder.js';

/** An encoder for files. */
export class Embedder {
	constructor(private readonly encoder: DualEncoder) {}

	/** Unit embeddings of image files. Throws what sharp throws when one cannot be read. */
	async images(files: readonly Uint8Array[]): Promise<Float32Array[]> {
		const size = this.encoder.imageSize;
		const pixels = new Float32Array(files.length * size * size * 3);
		await Promise.all(
			files.map(async (file, i) => {
				const { data, info } = await sharp(file)
					.autoOrient()
					.flatten({ background: '#ffffff' })
					.resize(size, size, { fit: 'cover', kernel: 'cubic' })
					.toColourspace('srgb')
					.raw({ depth: 'uchar' })
					.toBuffer({ resolveWithObject: true });
				const at = i * size * size * 3;
				for (let k = 0; k < size * size * 3; k++)
					pixels[at + k] = (data[info.channels === 1 ? Math.floor(k / 3) : k] as number) / 255;
			}),
		);
		return this.encoder.encodeImages(pixels);
	}

	/** Unit embeddings of texts. */
	texts(texts: readonly string[]): Promise<Float32Array[]> {
		return this.encoder.encodeTexts(texts);
	}
}
