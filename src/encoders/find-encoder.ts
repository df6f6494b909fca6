/** @file Finds encoders: the ones that ship with the package and those that were pulled, by name, or any folder or file of weights by path. */

import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AtelierError } from '../errors.js';
import { isFile } from '../files.js';
import { packageRoot } from '../package-root.js';
import { filesIn, noWeights, otherWeights, weightNames, weightsIn } from './checkpoints/model-files.js';
import { type PulledModel, pulledModel, pulledModels } from './hub/cache.js';
import { fetchable, knownModel, knownNames, neededFor } from './hub/manifest.js';
import { didYouMean } from './hub/meant-model.js';
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

/** Folder of the encoders that ship with the package. */
export const modelsFolder = (): string => join(packageRoot(), 'models');

/** The encoders that are here: those in a folder of models, or else those that ship with the package and those that were pulled. */
export function listEncoders(folder?: string): EncoderListing[] {
	if (folder !== undefined) return encodersIn(folder);
	const whole = pulledModels().filter(({ name }) => neededFor(name).every((needed) => pulledModel(needed)));
	return [...encodersIn(modelsFolder()), ...whole.map(listingOf)];
}

function encodersIn(folder: string): EncoderListing[] {
	if (!existsSync(folder)) return [];
	return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
		const path = join(folder, entry.name);
		const stated = entry.isDirectory() ? configIn(path) : undefined;
		if (stated === undefined) return [];
		try {
			const weights = weightsIn(path);
			if (weights === undefined) return [];
			const { description = '', imageSize } = statedIn(stated);
			return [{ name: entry.name, path, description, bytes: statSync(weights).size, imageSize }];
		} catch {
			return []; // A damaged model is reported when somebody asks for it by name.
		}
	});
}

function listingOf(model: PulledModel): EncoderListing {
	const { name, folder, files } = model;
	const known = knownModel(name.split('@')[0]!);
	const stated = configIn(folder);
	let imageSize = 0;
	try {
		if (stated) ({ imageSize } = statedIn(stated));
	} catch {
		// As above.
	}
	// What a configuration leaves out has the values of the known model.
	imageSize ||= known?.resolution ?? 0;
	const bytes = files
		.filter(({ name }) => /\.(safetensors|bin|pt)$/.test(name))
		.reduce((sum, { bytes }) => sum + bytes, 0);
	return { name, path: folder, description: known?.about ?? '', bytes, imageSize };
}

/** What a configuration says that a list shows. */
function statedIn(path: string): { description?: string; imageSize: number } {
	const config = readJsonObject(path) as ListedConfig;
	const imageSize =
		config.image?.size ??
		config.image_resolution ??
		config.vision_config?.image_size ??
		config.model_cfg?.vision_cfg?.image_size ??
		0;
	return { ...(config.description !== undefined && { description: config.description }), imageSize };
}

/** The configuration in a model's folder, or undefined. */
const configIn = (folder: string): string | undefined =>
	['config.json', 'open_clip_config.json'].map((name) => join(folder, name)).find(isFile);

/** Where an encoder is: its folder or its file of weights. */
export interface EncoderPlace {
	readonly path: string;
	/** Of the model that has the image tower, where that is another. */
	readonly imagePath?: string;
}

/**
 * The folder of an encoder, or its file of weights, given by name, path or `file:` URL; of two that are given as TEXT+IMAGE
 * the one with the text tower.
 * @throws E_ARGUMENT when there is none; it says how to fetch one that is known
 */
export const findEncoder = (nameOrPath: string, folder = modelsFolder()): string => placeOf(nameOrPath, folder).path;

/** Where an encoder is, or the two models that its towers are of. @throws E_ARGUMENT as {@link findEncoder} */
export function placeOf(nameOrPath: string, folder = modelsFolder()): EncoderPlace {
	const find = (name: string): string => {
		const found = located(name, folder);
		if (found === undefined) throw absent(name, folder);
		return found;
	};
	const path = located(nameOrPath, folder);
	if (path !== undefined) {
		const pulled = pulledModel(nameOrPath);
		const [, image] = pulled?.folder === path ? neededFor(pulled.name) : [];
		return { path, ...(image !== undefined && { imagePath: find(image) }) };
	}
	// A plus may be in a path too.
	const halves = [...nameOrPath.matchAll(/\+/g)].map(
		({ index }) => [nameOrPath.slice(0, index), nameOrPath.slice(index + 1)] as const,
	);
	const [text, image] =
		halves.find((half) => half.some((name) => located(name, folder) !== undefined)) ?? halves[0] ?? [];
	if (!text || !image) throw absent(nameOrPath, folder);
	return { path: find(text), imagePath: find(image) };
}

/** The place of one model, or undefined. @throws E_ARGUMENT for a URL that is none of a file here */
function located(nameOrPath: string, folder: string): string | undefined {
	const given = givenPath(nameOrPath);
	const isModel = (p: string) => configIn(p) !== undefined || weightsIn(p) !== undefined;
	const path = [join(folder, given), resolve(given)].find(isModel);
	if (path !== undefined) return path;
	if (isFile(given)) return resolve(given);
	return pulledModel(given)?.folder;
}

const givenPath = (nameOrPath: string): string => (nameOrPath.startsWith('file:') ? pathOf(nameOrPath) : nameOrPath);

/** What to do about an encoder that is nowhere. */
function absent(nameOrPath: string, folder: string): AtelierError {
	const given = givenPath(nameOrPath);
	const known = existsSync(given) ? undefined : fetchable(given);
	if (known?.known)
		return new AtelierError(
			'E_ARGUMENT',
			`expected an encoder that is here, but '${known.name}' has not been fetched; fetch it with: npx atelier models pull ${known.name}`,
		);
	if (otherWeights(filesIn(given)).length > 0) return noWeights(given);
	if (statSync(given, { throwIfNoEntry: false })?.isDirectory())
		return new AtelierError(
			'E_ARGUMENT',
			`expected a model in the folder '${given}', got neither weights (${weightNames[0]}, …) nor config.json there; give the folder that has them`,
		);
	const names = listEncoders(folder === modelsFolder() ? undefined : folder).map((e) => e.name);
	const meant = didYouMean(given, [...names, ...knownNames()]);
	const fetching = known && `it is one of Hugging Face's, fetch it with: npx atelier models pull ${known.name}`;
	return new AtelierError(
		'E_ARGUMENT',
		`expected an encoder by name (${names.join(', ') || 'none installed'}), a folder with a model or a file of weights, got '${nameOrPath}'${meant}${fetching ? `${meant ? ' Or if' : '; if'} ${fetching}` : ''}`,
	);
}

/** @throws E_ARGUMENT when a URL is none of a file here */
function pathOf(url: string): string {
	try {
		return fileURLToPath(url);
	} catch (cause) {
		throw new AtelierError('E_ARGUMENT', `expected a URL like file:///folder/model, got '${url}'`, { cause });
	}
}

/** What config.json in an encoder's folder says; nothing where there is none, as beside a CLIP model's file. @throws E_CHECKPOINT */
export function encoderConfig(path: string): { readonly format?: unknown; readonly words?: unknown } {
	const config = join(path, 'config.json');
	return isFile(config) ? readJsonObject(config) : {};
}
