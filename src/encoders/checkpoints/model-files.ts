/** @file Which files make up a model, given its folder or its file of weights. */

import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { AtelierError } from '../../errors.js';
import { guard, isFile } from '../../files.js';
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

/** Files that weights may be in. What trainers keep beside them is none. */
export const otherWeights = (names: readonly string[]): string[] =>
	names.filter((name) => /\.(safetensors|bin|pt)$/.test(name) && !/optimizer|training_args/.test(name));

/** Which of these names is that of a model's weights: a usual one, or else the only one of a file that may hold them. */
export function chooseWeights(names: readonly string[]): string | undefined {
	const usual = weightNames.find((name) => names.includes(name));
	const [only, ...more] = otherWeights(names);
	return usual ?? (more.length === 0 ? only : undefined);
}

/** The weights in a folder, or undefined. */
export function weightsIn(folder: string): string | undefined {
	const name = chooseWeights(filesIn(folder));
	return name === undefined ? undefined : join(folder, name);
}

/** Names of the files in a folder; none where it is no folder. @throws E_IO when it cannot be read */
export function filesIn(folder: string): string[] {
	if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
	const names = guard(`to read the folder '${folder}'`, () => readdirSync(folder));
	return names.filter((name) => isFile(join(folder, name)));
}

/**
 * The first file that is there of two that say the same, in Hugging Face's form and in open_clip's: the latter counts for weights
 * that are called `open_clip...`, for a repository may hold a model in both forms.
 */
export function statedBeside(
	{ folder, weights }: Pick<ModelFiles, 'folder' | 'weights'>,
	huggingFace: string,
): { readonly path: string; readonly isOpenClip: boolean } | undefined {
	const names = [huggingFace, openClipConfigName];
	if (basename(weights).startsWith('open_clip')) names.reverse();
	const name = names.find((n) => isFile(join(folder, n)));
	return name === undefined ? undefined : { path: join(folder, name), isOpenClip: name === openClipConfigName };
}

const openClipConfigName = 'open_clip_config.json';

/** The files of a model. @param path its folder, or its file of weights @throws E_CHECKPOINT when there are no weights */
export function modelFiles(path: string): ModelFiles {
	const full = resolve(path);
	if (isFile(full)) return { name: basename(full).replace(/\.[^.]+$/, ''), folder: dirname(full), weights: full };
	const weights = weightsIn(full);
	if (weights === undefined) throw noWeights(path);
	return { name: basename(full), folder: full, weights };
}

/** What is wrong with a folder in which nothing is a model's weights. */
export function noWeights(folder: string): AtelierError {
	const several = otherWeights(filesIn(folder));
	return new AtelierError(
		'E_CHECKPOINT',
		several.length > 1
			? `expected one file of weights in '${folder}', got ${several.join(', ')}; give the path of the one that is meant`
			: `expected model.safetensors in '${folder}', got no such file; fetch or convert the weights (${weightNames.slice(1).join(', ')} or a single file of another name will do too)`,
	);
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
