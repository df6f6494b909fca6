/** @file Finds encoders: the ones that ship with the package, by name, or any folder by path. */

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Engine } from '../engines/index.js';
import { AtelierError } from '../errors.js';
import { packageRoot } from '../package-root.js';
import { loadBuiltin, untaught } from './builtin.js';
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

/** What a listing takes from config.json: of a built-in encoder, of CLIP in OpenAI's words, in Hugging Face's. */
interface ListedConfig {
	readonly description?: string;
	readonly image?: { readonly size?: number };
	readonly image_resolution?: number;
	readonly vision_config?: { readonly image_size?: number };
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
		const weights = join(path, 'model.safetensors');
		if (!entry.isDirectory() || !existsSync(weights) || !existsSync(join(path, 'config.json'))) return [];
		try {
			const config = JSON.parse(readFileSync(join(path, 'config.json'), 'utf8')) as ListedConfig;
			return [
				{
					name: entry.name,
					path,
					description: config.description ?? '',
					bytes: statSync(weights).size,
					imageSize: config.image?.size ?? config.image_resolution ?? config.vision_config?.image_size ?? 0,
				},
			];
		} catch {
			return []; // A damaged model is reported when somebody asks for it by name.
		}
	});
}

/** The folder of an encoder given by name or path; E_ARGUMENT lists the names there are. */
export function findEncoder(nameOrPath: string, folder = modelsFolder()): string {
	for (const path of [join(folder, nameOrPath), resolve(nameOrPath)])
		if (existsSync(join(path, 'config.json'))) return path;
	const names = listEncoders(folder).map((e) => e.name);
	throw new AtelierError(
		'E_ARGUMENT',
		`expected an encoder by name (${names.join(', ') || 'none installed'}) or a folder with config.json, got '${nameOrPath}'`,
	);
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
	const config = readJsonObject(join(folder, 'config.json'));
	if (!('format' in config)) return loadClip(folder, engine, options.threads);
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
	const { words } = readJsonObject(join(findEncoder(nameOrPath), 'config.json')) as { words?: unknown };
	return Array.isArray(words) ? untaught(words.map(String)) : () => [];
}
