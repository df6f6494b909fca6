/** @file Opens a built corpus; the images stay one block of bytes in memory. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AtelierError } from '../../errors.js';
import { type CorpusConcept, type CorpusFile, type CorpusImage, type CorpusSource, corpusSchema } from './format.js';

/** A corpus in memory. */
export interface Corpus {
	/** Side of the images in pixels. */
	readonly size: number;
	readonly concepts: readonly CorpusConcept[];
	readonly images: readonly CorpusImage[];
	readonly sources: readonly CorpusSource[];
	/** Every image, [images, size, size, 4] premultiplied RGBA. */
	readonly pixels: Uint8Array;
	/** View of image i, [size, size, 4]; not a copy. */
	image(i: number): Uint8Array;
}

/**
 * Open the corpus in a folder.
 *
 * @throws AtelierError E_CORPUS when a file is missing, malformed or of the wrong length
 */
export async function loadCorpus(folder: string): Promise<Corpus> {
	const rebuild = 'build the corpus again';
	const read = async (name: string): Promise<Buffer> => {
		try {
			return await readFile(join(folder, name));
		} catch (cause) {
			throw new AtelierError(
				'E_CORPUS',
				`expected ${name} in ${folder}, got no readable file; make a corpus with 'atelier corpus build'`,
				{ cause },
			);
		}
	};
	const text = (await read('corpus.json')).toString('utf8');
	let file: CorpusFile;
	try {
		file = corpusSchema.parse(JSON.parse(text));
	} catch (cause) {
		throw new AtelierError(
			'E_CORPUS',
			`expected ${join(folder, 'corpus.json')} to be a corpus, version 1; ${rebuild}`,
			{
				cause,
			},
		);
	}
	const stranger = file.images.find((image) => image.concept >= file.concepts.length);
	if (stranger)
		throw new AtelierError(
			'E_CORPUS',
			`expected concepts 0..${file.concepts.length - 1}, got ${stranger.concept} for ${stranger.source}:${stranger.name}; ${rebuild}`,
		);
	const pixels = await read('images.bin');
	return corpusOf(file, new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.length));
}

/** A corpus from its parts. @throws AtelierError E_CORPUS when the pixels do not match the images */
export function corpusOf(file: CorpusFile, pixels: Uint8Array): Corpus {
	const stride = file.size * file.size * 4;
	if (pixels.length !== stride * file.images.length)
		throw new AtelierError(
			'E_CORPUS',
			`expected ${stride * file.images.length} bytes for ${file.images.length} images, got ${pixels.length}; build the corpus again`,
		);
	return {
		size: file.size,
		concepts: file.concepts,
		images: file.images,
		sources: file.sources,
		pixels,
		image: (i) => pixels.subarray(i * stride, (i + 1) * stride),
	};
}
