/** @file The models that were fetched: a folder each in the user's cache, with a record of what they are, which is written last. */

import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { AtelierError } from '../../errors.js';
import { readJson } from '../../files.js';
import { cacheFolder } from '../../folders.js';
import { validated } from '../../validation.js';
import { fetchable } from './manifest.js';
import { didYouMean } from './meant-model.js';
import { isIntact, sizeOf } from './transfer.js';

/** Name of the record in a model's folder. */
export const recordName = 'atelier-model.json';

const fileSchema = z.object({
	name: z.string().regex(/^[A-Za-z0-9][\w.-]{0,199}$/),
	bytes: z.int().min(0),
	sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
const recordSchema = z.object({
	format: z.literal(1),
	name: z.string(),
	origin: z.string(),
	revision: z.string().optional(),
	licence: z.string().optional(),
	weights: fileSchema.shape.name,
	files: z.array(fileSchema),
});

/** What is written beside a model's files. */
export type ModelRecord = z.output<typeof recordSchema>;

/** A model that was fetched. */
export interface PulledModel extends ModelRecord {
	readonly folder: string;
}

/** Where fetched models are. */
export const pulledFolder = (): string => join(cacheFolder(), 'models');

/** The folder of a model in the cache, by its name as {@link fetchable} gives it: never outside of it, as such names hold no `..`. */
export const folderOf = (name: string): string => join(pulledFolder(), name.replaceAll('/', '--'));

/** A model that was fetched, by any of its names; undefined where it was not, or not to its end. */
export function pulledModel(name: string): PulledModel | undefined {
	const stored = fetchable(name)?.name;
	const found = stored === undefined ? undefined : recorded(folderOf(stored));
	// 'a/b--c' and 'a--b/c' have one folder.
	return found?.name === stored ? found : undefined;
}

/** All models that were fetched, by name. */
export function pulledModels(): PulledModel[] {
	const root = pulledFolder();
	if (!existsSync(root)) return [];
	const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
	return folders.flatMap(({ name }) => recorded(join(root, name)) ?? []).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Their names. */
export const pulledNames = (): string[] => pulledModels().map(({ name }) => name);

/** What a folder's record says; undefined where there is none that could be read. */
function recorded(folder: string): PulledModel | undefined {
	const path = join(folder, recordName);
	if (!existsSync(path)) return undefined;
	try {
		return { ...validated(recordSchema, readJson(path), 'E_CHECKPOINT', `'${path}'`), folder };
	} catch (error) {
		// A damaged record is as good as none: fetching the model again makes another.
		if (error instanceof AtelierError) return undefined;
		throw error;
	}
}

/** Bytes of all files of a model. */
export const bytesOf = ({ files }: ModelRecord): number => files.reduce((sum, { bytes }) => sum + bytes, 0);

/** Names of files of a pulled model. */
export interface BrokenFiles {
	/** Those that are not there. */
	readonly missing: readonly string[];
	/** Those that are not what was fetched. */
	readonly damaged: readonly string[];
}

/** The files of a model that are not as they were fetched, by their contents. */
export async function brokenFiles({ folder, files }: PulledModel): Promise<BrokenFiles> {
	const broken = { missing: [] as string[], damaged: [] as string[] };
	for (const { name, bytes, sha256 } of files) {
		const path = join(folder, name);
		if (sizeOf(path) === undefined) broken.missing.push(name);
		else if (!(await isIntact(path, { bytes, digest: { kind: 'sha256', hex: sha256 } }))) broken.damaged.push(name);
	}
	return broken;
}

/** As {@link brokenFiles}, at once: by their sizes alone. */
export function cutFiles({ folder, files }: PulledModel): BrokenFiles {
	const sizes = files.map(({ name, bytes }) => ({ name, bytes, size: sizeOf(join(folder, name)) }));
	const names = (which: typeof sizes) => which.map(({ name }) => name);
	return {
		missing: names(sizes.filter(({ size }) => size === undefined)),
		damaged: names(sizes.filter(({ size, bytes }) => size !== undefined && size !== bytes)),
	};
}

/** `missing: a; damaged: b`, or nothing. */
export const brokenInWords = (broken: BrokenFiles): string =>
	(['missing', 'damaged'] as const)
		.filter((kind) => broken[kind].length > 0)
		.map((kind) => `${kind}: ${broken[kind].join(', ')}`)
		.join('; ');

/** Remove a model, also one that was fetched in part; the bytes that are free now. @throws AtelierError E_ARGUMENT when there is nothing of it */
export function removePulled(name: string): number {
	const stored = fetchable(name)?.name;
	const folder = stored === undefined ? undefined : folderOf(stored);
	if (folder === undefined || !existsSync(folder))
		throw new AtelierError(
			'E_ARGUMENT',
			`expected a model that was pulled, got '${name}'${didYouMean(name, pulledNames()) || "; 'atelier models list' says which are"}`,
		);
	const entries = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
	const bytes = entries.reduce((sum, entry) => sum + (sizeOf(join(folder, entry.name)) ?? 0), 0);
	rmSync(folder, { recursive: true, force: true });
	return bytes;
}
