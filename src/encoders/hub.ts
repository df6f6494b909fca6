/** @file Finds encoders: the ones that ship with the package, by name, or any folder or file of weights by path. */

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Engine } from '../engines/index.js';
import { AtelierError } from '../errors.js';
import { packageRoot } from '../package-root.js';
import { loadBuiltin, untaught } from './builtin.js';
import { isFile, weightsIn } from './checkpoints/model-files.js';
import { loadClip } from './clip-encoder.js';
import type { DualEncoder } from './encoder.js';
import { readJsonObject } from './model-folder.js';

/** An encoder on disk. */
export interface EncoderListing {
	readonly name: string;
	readonly path: string;
	readonly description: string;
	/** Size of the weights in bytes. */
	readonly bytes: number;
	/** Side of the pictures it sees, in pixels. */
	readonly imageSize: number;
}

/** What a listing takes from config.json: of a built-in encoder, of CLIP in OpenAI's words, in Hugging Face's, in open_clip's. */
interface ListedConfig {
	readonly description?: string;
	readonly image?: { readonly size?: number };
	readonly image_resolution?: number;
	readonly vision_config?: { readonly image_size?: number };
	readonly model_cfg?: { readonly vision_cfg?: { readonly image_size?: number } };
}

/** Format of the folders of judges, which measure drawings and must not guide them. */
export const judgeFormat = 'atelier-judge-1';

/** Folder of the encoders that ship with the package. */
export const modelsFolder = (): string => join(packageRoot(), 'models');

/** The encoders in a folder of models. */
export function listEncoders(folder = modelsFolder()): EncoderListing[] {
	if (!existsSync(folder)) return [];
	return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
		const path = join(folder, entry.name);
		const weights = entry.isDirectory() ? weightsIn(path) : undefined;
		const stated = configIn(path);
		if (weights === undefined || stated === undefined) return [];
		try {
			const config = JSON.parse(readFileSync(stated, 'utf8')) as ListedConfig;
			return [
				{
					name: entry.name,
					path,
					description: config.description ?? '',
					bytes: statSync(weights).size,
					imageSize:
						config.image?.size ??
						config.image_resolution ??
						config.vision_config?.image_size ??
						config.model_cfg?.vision_cfg?.image_size ??
						0,
				},
			];
		} catch {
			return []; // A damaged model is reported when somebody asks for it by name.
		}
	});
}

/** The configuration in a model's folder, or undefined. */
const configIn = (folder: string): string | undefined =>
	['config.json', 'open_clip_config.json'].map((name) => join(folder, name)).find(isFile);

/** The folder of an encoder given by name or path, or its file of weights; E_ARGUMENT lists the names there are. */
export function findEncoder(nameOrPath: string, folder = modelsFolder()): string {
	const path = [join(folder, nameOrPath), resolve(nameOrPath)].find((p) => configIn(p) !== undefined);
	if (path !== undefined) return path;
	if (isFile(nameOrPath)) return resolve(nameOrPath);
	const names = listEncoders(folder).map((e) => e.name);
	throw new AtelierError(
		'E_ARGUMENT',
		`expected an encoder by name (${names.join(', ') || 'none installed'}), a folder with config.json or a file of weights, got '${nameOrPath}'`,
	);
}

/** What config.json in an encoder's folder says; nothing where there is none, as beside a CLIP model's file. @throws E_CHECKPOINT */
export function encoderConfig(path: string): { readonly format?: unknown; readonly words?: unknown } {
	const config = join(path, 'config.json');
	return isFile(config) ? readJsonObject(config) : {};
}

/**
 * Load an encoder by name or path: a built-in one, or a CLIP model (see loadClip).
 * @throws E_ARGUMENT when there is none, E_CHECKPOINT when a part of it is missing or does not fit
 */
export async function openEncoder(
	nameOrPath: string,
	engine: Engine,
	options: { modelsFolder?: string; threads?: number } = {},
): Promise<DualEncoder> {
	const folder = findEncoder(nameOrPath, options.modelsFolder);
	const config = encoderConfig(folder);
	if (!('format' in config)) return loadClip(folder, engine, options);
	if (config.format === 'atelier-encoder-1') return loadBuiltin(folder, engine, options.threads);
	if (config.format === judgeFormat)
		throw new AtelierError(
			'E_CHECKPOINT',
			`expected an encoder, got the judge in '${folder}': a drawing that it had guided would tell nothing; judges go with atelier eval --judge`,
		);
	throw new AtelierError(
		'E_CHECKPOINT',
		`expected an encoder of format 'atelier-encoder-1' or a CLIP model in '${folder}', got format '${String(config.format)}'; update atelier to use it`,
	);
}

/**
 * As {@link DualEncoder.unknownWords}, without loading the encoder; finds none where it keeps no list of words, as CLIP does.
 * @throws E_ARGUMENT when there is no such encoder
 */
export function unknownWordsOf(nameOrPath: string): (text: string) => string[] {
	const { words } = encoderConfig(findEncoder(nameOrPath));
	return Array.isArray(words) ? untaught(words.map(String)) : () => [];
}
