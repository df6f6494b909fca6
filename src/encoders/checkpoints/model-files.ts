/** @file Which files make up a model, given its folder or its file of weights. */

import { createHash } from 'node:crypto';
import { basename, dirname, join, resolve } from 'node:path';
import { AtelierError } from '../../errors.js';
import { isFile } from '../../files.js';
import { sha256 } from '../model-folder.js';
import { shardsOf } from './open.js';

/** Names that a folder's weights may have; the first that is there counts. */
export const weightNames = [
	'model.safetensors',
	'model.safetensors.index.json',
	'open_clip_model.safetensors',
	'open_clip_pytorch_model.safetensors',
	'pytorch_model.bin',
	'pytorch_model.bin.index.json',
	'open_clip_pytorch_model.bin',
];

/** A model on disk. */
export interface ModelFiles {
	readonly name: string;
	/** Where its tokenizer.json and configuration are. */
	readonly folder: string;
	/** Path of the weights; of their index where they are in several files. */
	readonly weights: string;
}

/** The weights in a folder, or undefined. */
export const weightsIn = (folder: string): string | undefined =>
	weightNames.map((name) => join(folder, name)).find(isFile);

/** The files of a model. @param path its folder, or its file of weights @throws E_CHECKPOINT when there are no weights */
export function modelFiles(path: string): ModelFiles {
	const full = resolve(path);
	if (isFile(full)) return { name: basename(full).replace(/\.[^.]+$/, ''), folder: dirname(full), weights: full };
	const weights = weightsIn(full);
	if (weights === undefined)
		throw new AtelierError(
			'E_CHECKPOINT',
			`expected model.safetensors in '${path}', got no such file; fetch or convert the weights (${weightNames.slice(1).join(', ')} will do too)`,
		);
	return { name: basename(full), folder: full, weights };
}

/** The sha256 of a model's weights in hex: of the file, or of what the index and the files that it names have. @throws E_IO */
export async function hashWeights(path: string): Promise<string> {
	if (!path.endsWith('.index.json')) return sha256(path);
	const hash = createHash('sha256').update(await sha256(path));
	for (const file of [...new Set(shardsOf(path).values())].sort()) hash.update(await sha256(file));
	return hash.digest('hex');
}

/** The sha256 of a text tower's weights and an image tower's: of the file where both are in one. @throws E_IO */
export async function hashTowers(text: string, image: string, hashOf = hashWeights): Promise<string> {
	const hash = await hashOf(text);
	if (text === image) return hash;
	return createHash('sha256')
		.update(hash)
		.update(await hashOf(image))
		.digest('hex');
}
